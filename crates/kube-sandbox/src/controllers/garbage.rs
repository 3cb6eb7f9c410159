//! Owners and what they own: foreground and orphaning deletion, and objects whose owners are gone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::cluster::Cluster;
use crate::object::Object;
use crate::schema::KINDS;

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

pub(super) fn pass(cluster: &Cluster<'_>) {
    let concerned =
        |object: &Value| object.is_terminating() || !object.items("/metadata/ownerReferences").is_empty();
    let objects: Vec<Value> = KINDS
        .iter()
        .flat_map(|kind| cluster.select(kind.kind, concerned))
        .collect();
    let uids: BTreeSet<String> = cluster.uids();
    for owner in objects.iter().filter(|object| object.is_terminating()) {
        let owned = || objects.iter().filter(|object| is_owned_by(object, owner.uid()));
        if owner.has_finalizer(ORPHAN) {
            owned().for_each(|object| let_go(cluster, object, owner.uid()));
            cluster.finish(owner, ORPHAN);
        } else if owner.has_finalizer(FOREGROUND) {
            owned()
                .filter(|object| !object.is_terminating())
                .for_each(|object| {
                    cluster.delete(object);
                });
            if owned().next().is_none() {
                cluster.finish(owner, FOREGROUND);
            }
        }
    }
    for object in objects.iter().filter(|object| !object.is_terminating()) {
        let owners = object.items("/metadata/ownerReferences");
        if !owners.is_empty() && owners.iter().all(|owner| !uids.contains(owner.text("/uid"))) {
            cluster.delete(object);
        }
    }
}

fn is_owned_by(object: &Value, uid: &str) -> bool {
    object
        .items("/metadata/ownerReferences")
        .iter()
        .any(|owner| owner.text("/uid") == uid)
}

fn let_go(cluster: &Cluster<'_>, object: &Value, uid: &str) {
    let mut object = object.clone();
    let left: Vec<Value> = object
        .items("/metadata/ownerReferences")
        .iter()
        .filter(|owner| owner.text("/uid") != uid)
        .cloned()
        .collect();
    object.set(&["metadata", "ownerReferences"], json!(left));
    cluster.update(&object);
}
