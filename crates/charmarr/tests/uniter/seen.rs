//! What is compared: everything of Juju and Kubernetes that a charm's work leaves.

use std::collections::BTreeMap;

use juju_sandbox::{KubeApi, kube::StatusError};
use serde_json::{Value, json};

/// What one looks at after each step of a life.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    /// Workload status and message of every unit.
    pub(crate) statuses: BTreeMap<String, String>,
    /// The application databags, by `provider requirer` and application.
    pub(crate) bags: BTreeMap<String, Value>,
    /// The sets as Juju and the charms made them, and the claims with their state.
    pub(crate) objects: BTreeMap<String, Value>,
}

/// The sets and claims of the namespace.
pub(crate) fn objects(kubectl: &dyn KubeApi) -> Result<BTreeMap<String, Value>, StatusError> {
    let mut found = BTreeMap::new();
    for set in kubectl.list("StatefulSet", Some("media"))? {
        let mut shape = json!({ "generation": set["metadata"]["generation"], "spec": set["spec"] });
        shape["labels"] = set["metadata"]["labels"].clone();
        found.insert(format!("set {}", text(&set["metadata"]["name"])), shape);
    }
    for claim in kubectl.list("PersistentVolumeClaim", Some("media"))? {
        let shape = json!({ "phase": claim["status"]["phase"], "labels": claim["metadata"]["labels"],
            "size": claim["spec"]["resources"], "modes": claim["spec"]["accessModes"] });
        found.insert(format!("claim {}", text(&claim["metadata"]["name"])), shape);
    }
    Ok(found)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `active`, or `blocked: why`.
pub(crate) fn status(status: &str, message: &str) -> String {
    match message {
        "" => status.to_owned(),
        message => format!("{status}: {message}"),
    }
}
