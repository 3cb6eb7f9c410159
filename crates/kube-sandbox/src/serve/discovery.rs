//! The documents that say what is served: versions, groups, resources.

use serde_json::{Value, json};

use crate::schema::{KINDS, Kind};

/// The document at a path, if it is one of these.
pub(super) fn document(path: &str) -> Option<Value> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["version"] => Some(json!({ "major": "1", "minor": "34", "gitVersion": "v1.34.4+kube-sandbox" })),
        ["api"] => Some(json!({ "kind": "APIVersions", "versions": ["v1"] })),
        ["apis"] => Some(json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups() })),
        ["api", version] => resources("", version),
        ["apis", group, version] => resources(group, version),
        _ => None,
    }
}

/// True if a path asks for health, which needs no token.
pub(super) fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/livez")
}

/// True if any kind of a group is served.
pub(super) fn is_served(group: &str) -> bool {
    KINDS.iter().any(|kind| kind.group == group)
}

fn groups() -> Vec<Value> {
    let mut names: Vec<&str> = KINDS
        .iter()
        .map(|kind| kind.group)
        .filter(|group| !group.is_empty())
        .collect();
    names.dedup();
    let version = |group: &str| json!({ "groupVersion": format!("{group}/v1"), "version": "v1" });
    let group =
        |name: &&str| json!({ "name": name, "versions": [version(name)], "preferredVersion": version(name) });
    names.iter().map(group).collect()
}

fn resources(group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<&Kind> = KINDS
        .iter()
        .filter(|kind| kind.group == group && kind.version == version)
        .collect();
    let first = kinds.first()?;
    let resource = |kind: &&Kind| {
        json!({
            "name": kind.plural, "singularName": kind.kind.to_ascii_lowercase(), "namespaced": kind.namespaced,
            "kind": kind.kind, "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        })
    };
    let resources: Vec<Value> = kinds.iter().map(resource).collect();
    Some(
        json!({ "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": first.api_version(), "resources": resources }),
    )
}
