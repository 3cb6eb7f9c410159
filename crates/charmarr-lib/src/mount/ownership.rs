//! Who owns our volume and our mounts, by the object's `managedFields`, and how to become the only one.
//!
//! The form of the sets is that of structured-merge-diff's
//! [`FieldsV1`](https://kubernetes.io/docs/reference/using-api/server-side-apply/): `f:` a field, `k:` an entry of a keyed
//! list, `.` the thing itself.

use charm_kube::k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use serde_json::{Map, Value, json};

use super::VOLUME_NAME;
use super::objects::StatefulSet;
use super::state::{MountPoint, points};
use crate::FIELD_MANAGER;

/// The way to one entry, step by step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Field(&'static str),
    Entry(Value),
}

/// The volume.
pub(super) fn volume_path() -> FieldPath {
    let mut path = pod_path();
    path.extend([Step::Field("volumes"), Step::Entry(json!({"name": VOLUME_NAME}))]);
    FieldPath(path)
}

/// One mount of it.
pub(super) fn mount_path(container: &str, path: &str) -> FieldPath {
    let mut steps = pod_path();
    steps.extend([
        Step::Field("containers"),
        Step::Entry(json!({"name": container})),
        Step::Field("volumeMounts"),
        Step::Entry(json!({"mountPath": path})),
    ]);
    FieldPath(steps)
}

fn pod_path() -> Vec<Step> {
    ["spec", "template", "spec"].map(Step::Field).to_vec()
}

/// Whether our apply owns it.
pub(super) fn is_ours(meta: &ObjectMeta, path: &FieldPath) -> bool {
    entries(meta)
        .iter()
        .any(|entry| is_our_apply(entry) && owns(entry, path))
}

/// The managers that own it beside us.
pub(super) fn others(meta: &ObjectMeta, path: &FieldPath) -> Vec<String> {
    entries(meta)
        .iter()
        .filter(|entry| !is_our_apply(entry) && owns(entry, path))
        .map(|entry| entry.manager.clone().unwrap_or_default())
        .collect()
}

/// The JSON patch that takes our volume and its mounts from every other owner and leaves them all else. It changes no
/// template, so no pod is replaced. It holds for the object as it was read: if it changed meanwhile, the answer is
/// [`Conflict::Stale`](charm_kube::Conflict::Stale).
pub(crate) fn takeover(object: &StatefulSet) -> Value {
    let meta = &object.metadata;
    let paths: Vec<FieldPath> = std::iter::once(volume_path())
        .chain(points(object).map(|MountPoint { container, path, .. }| mount_path(&container, &path)))
        .collect();
    let kept: Vec<ManagedFieldsEntry> = entries(meta)
        .iter()
        .filter_map(|entry| {
            if is_our_apply(entry) {
                Some(entry.clone())
            } else {
                without(entry, &paths)
            }
        })
        .collect();
    json!([
        {"op": "replace", "path": "/metadata/resourceVersion", "value": meta.resource_version},
        {"op": "replace", "path": "/metadata/managedFields", "value": kept},
    ])
}

fn entries(meta: &ObjectMeta) -> &[ManagedFieldsEntry] {
    meta.managed_fields.as_deref().unwrap_or_default()
}

fn is_our_apply(entry: &ManagedFieldsEntry) -> bool {
    entry.manager.as_deref() == Some(FIELD_MANAGER)
        && entry.operation.as_deref() == Some("Apply")
        && entry.subresource.as_deref().unwrap_or_default().is_empty()
}

fn owns(entry: &ManagedFieldsEntry, path: &FieldPath) -> bool {
    let set = entry.fields_v1.as_ref().and_then(|fields| fields.0.as_object());
    set.is_some_and(|set| holds(set, &path.0))
}

fn holds(set: &Map<String, Value>, path: &[Step]) -> bool {
    let Some((step, rest)) = path.split_first() else {
        return true;
    };
    let below = set
        .iter()
        .find(|(key, _)| step.is(key))
        .and_then(|(_, below)| below.as_object());
    below.is_some_and(|below| holds(below, rest))
}

/// The entry without these paths; none if nothing is left of it.
fn without(entry: &ManagedFieldsEntry, paths: &[FieldPath]) -> Option<ManagedFieldsEntry> {
    let mut entry = entry.clone();
    let Some(set) = entry
        .fields_v1
        .as_mut()
        .and_then(|fields| fields.0.as_object_mut())
    else {
        return Some(entry);
    };
    for path in paths {
        remove(set, &path.0);
    }
    if set.is_empty() { None } else { Some(entry) }
}

/// Removes a path, and every step above it that is empty then: left in place, an empty step would mean that the whole
/// list is owned.
fn remove(set: &mut Map<String, Value>, path: &[Step]) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    let Some(key) = set.keys().find(|key| step.is(key)).cloned() else {
        return;
    };
    let emptied = match set.get_mut(&key).and_then(Value::as_object_mut) {
        Some(below) if !rest.is_empty() && !below.is_empty() => {
            remove(below, rest);
            below.is_empty()
        }
        Some(_) | None => rest.is_empty(),
    };
    if emptied {
        set.remove(&key);
    }
}

impl Step {
    /// Whether a key of a set is this step. Entries are compared as JSON, whatever its spaces.
    fn is(&self, key: &str) -> bool {
        match self {
            Self::Field(name) => key.strip_prefix("f:") == Some(name),
            Self::Entry(entry) => key
                .strip_prefix("k:")
                .and_then(|json| serde_json::from_str::<Value>(json).ok())
                .is_some_and(|found| found == *entry),
        }
    }
}
