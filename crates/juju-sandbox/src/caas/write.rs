//! One change in Kubernetes, as plain data.

use serde_json::Value;

/// A change that Juju makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Make the object unless one of its name is there.
    Ensure(Value),
    /// Change what is there by a strategic merge patch.
    Patch {
        /// What is changed.
        target: Target,
        /// The patch.
        patch: Value,
    },
    /// Delete it, in the background, if it is there.
    Delete(Target),
}

/// The name of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `apps/v1`.
    pub api_version: &'static str,
    /// `StatefulSet`.
    pub kind: &'static str,
    /// `None` for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// The object's name.
    pub name: String,
}
