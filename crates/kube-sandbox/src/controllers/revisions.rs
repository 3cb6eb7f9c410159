//! The revisions of a stateful set's template, kept as `ControllerRevision` objects.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::cluster::Cluster;
use crate::object::{Object, controlled_by};

/// The template's revision, made or taken up again when it is not the newest.
pub(super) fn of_template(cluster: &Cluster<'_>, set: &Value) -> Option<String> {
    let template = set.pointer("/spec/template").cloned().unwrap_or_default();
    let data = json!({ "spec": { "template": template } });
    let known = all(cluster, set);
    let newest = known
        .iter()
        .filter_map(|revision| revision.number("/revision"))
        .max()
        .unwrap_or_default();
    if let Some(same) = known.iter().find(|revision| revision.get("data") == Some(&data)) {
        if same.number("/revision") != Some(newest) {
            let mut same = same.clone();
            same.set(&["revision"], json!(newest + 1));
            cluster.update(&same);
        }
        return Some(same.name().to_owned());
    }
    let mut revision = json!({
        "apiVersion": "apps/v1", "kind": "ControllerRevision",
        "metadata": {
            "name": format!("{}-{}", set.name(), hash(&data)), "namespace": set.namespace(),
            "labels": template.pointer("/metadata/labels"), "ownerReferences": controlled_by(set),
        },
        "data": data, "revision": newest + 1,
    });
    adopt_or_create(cluster, &mut revision)
}

/// A set that was made again finds the revisions that its predecessor left.
fn adopt_or_create(cluster: &Cluster<'_>, revision: &mut Value) -> Option<String> {
    let name = revision.name().to_owned();
    if let Some(mut left) = cluster.get("ControllerRevision", revision.namespace(), &name) {
        left.set(
            &["metadata", "ownerReferences"],
            json!(revision.items("/metadata/ownerReferences")),
        );
        cluster.update(&left);
        return Some(name);
    }
    cluster.create(revision).ok().map(|_| name)
}

/// The template of a revision.
pub(super) fn template(cluster: &Cluster<'_>, set: &Value, revision: &str) -> Option<Value> {
    let revision = cluster.get("ControllerRevision", set.namespace(), revision)?;
    revision.pointer("/data/spec/template").cloned()
}

/// Forgets the oldest beyond `revisionHistoryLimit` that no pod and no status names.
pub(super) fn forget_old(cluster: &Cluster<'_>, set: &Value, in_use: &[String]) {
    let mut old: Vec<Value> = all(cluster, set)
        .into_iter()
        .filter(|one| !in_use.iter().any(|name| name == one.name()))
        .collect();
    old.sort_by_key(|revision| revision.number("/revision"));
    let limit = set
        .number("/spec/revisionHistoryLimit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(10);
    let surplus = old.len().saturating_sub(limit);
    old.iter().take(surplus).for_each(|revision| {
        cluster.delete(revision);
    });
}

fn all(cluster: &Cluster<'_>, set: &Value) -> Vec<Value> {
    let owned = |revision: &Value| {
        revision
            .controller()
            .is_some_and(|owner| owner.text("/uid") == set.uid())
    };
    cluster.select("ControllerRevision", owned)
}

/// Ten letters, as in the label of a pod.
fn hash(data: &Value) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let digest = Sha256::digest(sorted(data).to_string());
    let letter = |byte: &u8| {
        LETTERS
            .get(usize::from(*byte) % LETTERS.len())
            .copied()
            .map_or('x', char::from)
    };
    digest.iter().take(10).map(letter).collect()
}

/// The same value with the keys of objects in order, whatever way it was made.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let pairs = keys
                .into_iter()
                .filter_map(|key| Some((key.clone(), sorted(map.get(key)?))));
            Value::Object(pairs.collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
