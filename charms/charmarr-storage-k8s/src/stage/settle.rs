//! Stage `settle`: everything is as far as it can be; the status says how far that is.

use charmarr_lib::claim::{Difference, LiveClaim, Ownership, Phase};
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
    let apps = match names.as_slice() {
        [] => String::new(),
        [one] => format!("1 app: {one}"),
        all => format!("{} apps: {}", all.len(), all.join(", ")),
    };
    match unbound(facts) {
        None => Status::Active(apps),
        Some(claim) => waiting(facts, claim, &apps),
    }
}

/// The claim, where it had its time to bind and did not.
fn unbound(facts: &Facts) -> Option<&LiveClaim> {
    let Seen::Read(read) = &facts.cluster else {
        return None;
    };
    let claim = read.claim.as_ref()?;
    (facts.idle && claim.phase == Phase::Pending).then_some(claim)
}

/// A class may bind a claim only when somebody mounts it: that is as it should be, and Active as it was in the original charm. A
/// volume made beforehand has nothing to wait for.
fn waiting(facts: &Facts, claim: &LiveClaim, apps: &str) -> Status {
    let (name, model) = (&claim.name, &facts.wanted.claim.model);
    match (&claim.volume, apps) {
        (Some(volume), _) if claim.is_static() => Status::waiting(format!(
            "Claim {name} waits for volume {volume}: see `kubectl -n {model} describe pvc {name}`"
        )),
        (_, "") => Status::active(format!("Claim {name} waits for its first application")),
        (_, apps) => Status::active(format!(
            "{apps}; claim {name} waits to be provisioned: see `kubectl -n {model} describe pvc {name}`"
        )),
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
