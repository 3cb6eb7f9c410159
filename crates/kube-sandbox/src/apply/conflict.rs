//! Conflicts of an apply, in the API server's words.

use std::collections::BTreeMap;
use std::fmt;

use super::managed::{Operation, Owner};
use crate::fieldset::Path;
use crate::status::{Cause, StatusError};

/// A field that an apply would change and somebody else owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) owner: Owner,
    pub(crate) path: Path,
}

/// `"juju" using apps/v1` for one who updates, `"juju"` for one who applies.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.manager)?;
        if !self.subresource.is_empty() {
            write!(f, " with subresource {:?}", self.subresource)?;
        }
        match self.operation {
            Operation::Apply => Ok(()),
            Operation::Update => write!(f, " using {}", self.api_version),
        }
    }
}

impl StatusError {
    /// 409 of an apply.
    pub(crate) fn apply_conflict(conflicts: &[Conflict]) -> Self {
        let causes: Vec<Cause> = conflicts
            .iter()
            .map(|conflict| Cause {
                reason: "FieldManagerConflict",
                message: format!("conflict with {}", conflict.owner),
                field: conflict.path.to_string(),
            })
            .collect();
        Self::plain(409, "Conflict", text(conflicts)).because(&causes)
    }
}

fn text(conflicts: &[Conflict]) -> String {
    if let [only] = conflicts {
        return format!(
            "Apply failed with 1 conflict: conflict with {}: {}",
            only.owner, only.path
        );
    }
    let mut by_owner: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for conflict in conflicts {
        by_owner
            .entry(conflict.owner.to_string())
            .or_default()
            .push(format!("- {}", conflict.path));
    }
    let owners: Vec<String> = by_owner
        .iter()
        .map(|(owner, paths)| format!("conflicts with {owner}:\n{}", paths.join("\n")))
        .collect();
    format!(
        "Apply failed with {} conflicts: {}",
        conflicts.len(),
        owners.join("\n")
    )
}
