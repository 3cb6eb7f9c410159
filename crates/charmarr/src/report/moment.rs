//! A moment of the run: what each unit says, and what is in Kubernetes behind that.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Status;

/// How everything stood before an act.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Moment {
    /// `while nobody leads`
    pub when: String,
    /// What each unit said, in the order of their names.
    pub units: Vec<Said>,
    /// What was there beside.
    #[serde(skip)]
    pub standing: Standing,
}

/// What a unit says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    pub unit: String,
    pub status: Status,
}

/// What was in Kubernetes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The claims that several pods can mount, with their phase as `kubectl get pvc` shows it.
    pub claims: BTreeMap<String, String>,
    /// How often the `StatefulSet` of each application was changed since it was made.
    pub changes: BTreeMap<String, u64>,
    /// The uid and the address of each pod.
    pub pods: BTreeMap<String, (String, String)>,
}
