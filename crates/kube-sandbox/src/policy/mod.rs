//! What a namespace allows: quotas, limit ranges, the security levels of pods and their disruption budgets. Enters: objects. Leaves: refusals and
//! defaults in the API server's words. Must not know of requests or the store.

pub(crate) mod disruption;
pub(crate) mod limits;
pub(crate) mod pod_security;
pub(crate) mod quota;

use serde_json::Value;

use crate::object::Object;

/// The names of a list as the refusals show them: `"a", "b"`.
fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| Value::from(*name).to_string()).collect();
    names.join(", ")
}

/// Init containers first, then the others.
fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    spec.items("/initContainers")
        .iter()
        .chain(spec.items("/containers"))
}
