//! What is compared: everything of Juju and Kubernetes that a charm's work leaves.

use std::collections::{BTreeMap, BTreeSet};

use juju_sandbox::kube::{Client, StatusError};
use serde::Serialize;
use serde_json::{Value, json};

/// What one looks at after each step of a life.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Seen {
    /// Workload status and message of every unit.
    pub(crate) statuses: BTreeMap<String, String>,
    /// The application databags, by `provider requirer` and application.
    pub(crate) bags: BTreeMap<String, Value>,
    /// The sets as Juju and the charms made them, and the claims with their state.
    pub(crate) objects: BTreeMap<String, Value>,
}

/// The sets and claims of the namespace.
pub(crate) fn objects(kubectl: &Client) -> Result<BTreeMap<String, Value>, StatusError> {
    let mut found = BTreeMap::new();
    for set in kubectl.list("StatefulSet", Some("media"), "")? {
        let mut shape = json!({ "generation": set["metadata"]["generation"], "spec": set["spec"] });
        shape["labels"] = set["metadata"]["labels"].clone();
        without_storage_numbers(&mut shape);
        found.insert(format!("set {}", text(&set["metadata"]["name"])), shape);
    }
    for claim in kubectl.list("PersistentVolumeClaim", Some("media"), "")? {
        let shape = json!({ "phase": claim["status"]["phase"], "labels": claim["metadata"]["labels"],
            "size": claim["spec"]["resources"], "modes": claim["spec"]["accessModes"] });
        found.insert(format!("claim {}", text(&claim["metadata"]["name"])), shape);
    }
    Ok(found)
}

/// Which number a storage has is the controller's choice, and the controller of Juju's agents is a double.
fn without_storage_numbers(set: &mut Value) {
    let containers = set
        .pointer_mut("/spec/template/spec/containers")
        .and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        for mount in container["volumeMounts"].as_array_mut().into_iter().flatten() {
            let path = text(&mount["mountPath"]).to_owned();
            if path.starts_with("/var/lib/juju/storage/") {
                mount["mountPath"] = json!(path.trim_end_matches(|letter: char| letter.is_ascii_digit()));
            }
        }
    }
}

impl Seen {
    /// Every value with where it stands, one a line.
    pub(crate) fn lines(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        flatten("", &serde_json::to_value(self).unwrap(), &mut lines);
        lines
    }
}

fn flatten(at: &str, value: &Value, lines: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields
                .iter()
                .for_each(|(key, value)| flatten(&format!("{at}/{key}"), value, lines));
        }
        Value::Array(items) if !items.is_empty() => {
            (0..)
                .zip(items)
                .for_each(|(index, value): (usize, _)| flatten(&format!("{at}/{index}"), value, lines));
        }
        leaf => {
            lines.insert(format!("{at}: {leaf}"));
        }
    }
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
