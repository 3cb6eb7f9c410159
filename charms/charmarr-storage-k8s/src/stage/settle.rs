//! Stage `settle`: everything is as far as it can be; the status says how far that is.

use charmarr_lib::claim::{Difference, Ownership};
use juju_ops::Status;

use crate::facts::{Facts, Read, Seen};

pub(crate) fn status(facts: &Facts) -> Status {
    if let Seen::Read(read) = &facts.cluster
        && let Some(difference) = difference(facts, read)
    {
        return Status::Blocked(text(&difference, &facts.wanted.claim.app));
    }
    let mut names: Vec<&str> = facts
        .consumers
        .iter()
        .map(|consumer| consumer.name.as_str())
        .collect();
    names.sort_unstable();
    match names.as_slice() {
        [] => Status::active(""),
        [one] => Status::active(format!("1 app: {one}")),
        all => Status::active(format!("{} apps: {}", all.len(), all.join(", "))),
    }
}

/// What the options say and the claim cannot follow. A claim that is not ours is used as it is.
fn difference(facts: &Facts, read: &Read) -> Option<Difference> {
    let claim = read.claim.as_ref()?;
    if let Some(wanted) = &read.renamed_to {
        let (live, wanted) = (facts.wanted.claim.name.to_string(), wanted.to_string());
        return Some(Difference::Option {
            option: "claim-name",
            live,
            wanted,
        });
    }
    if claim.ownership == Ownership::Foreign {
        return None;
    }
    facts.wanted.claim.difference(claim, read.volume.as_ref())
}

fn text(difference: &Difference, app: &str) -> String {
    match difference {
        Difference::Backend { live, wanted } => format!(
            "Cannot change backend from '{live}' to '{wanted}'. Redeploy with required backend (WARNING: may cause data loss)."
        ),
        Difference::Larger { live, wanted } | Difference::Smaller { live, wanted } => {
            fixed(app, "size", live.as_str(), wanted.as_str())
        }
        Difference::Option { option, live, wanted } => fixed(app, option, live, wanted),
    }
}

fn fixed(app: &str, option: &str, live: &str, wanted: &str) -> String {
    format!(
        "Cannot change {option} from '{live}' to '{wanted}' once the claim exists: run `juju config {app} {option}={live}`"
    )
}
