//! Owners and what they own: foreground and orphaning deletion, and objects whose owners are gone. As Kubernetes' garbage
//! collector classifies the owners of an object.

use serde_json::{Value, json};

use super::cluster::{Cluster, Source, Told};
use crate::client::Propagation;
use crate::object::Object;
use crate::schema::{KINDS, Kind};

const COLLECTOR: Source = Source::Controller("garbage-collector-controller");
const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// What an owner is to what it owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// It is there and stays, or nobody can tell.
    Solid,
    /// It goes once what it owns is gone.
    Waiting,
    /// It is not there.
    Dangling,
}

pub(super) fn pass(cluster: &Cluster<'_>) {
    end_owners(cluster);
    let objects = concerned(cluster);
    for object in objects.iter().filter(|object| !object.is_terminating()) {
        let owns = objects
            .iter()
            .any(|other| reference_to(other, object.uid()).is_some());
        collect(cluster, object, owns);
    }
}

/// What is being deleted or has an owner.
fn concerned(cluster: &Cluster<'_>) -> Vec<Value> {
    let is_concerned =
        |object: &Value| object.is_terminating() || !object.items("/metadata/ownerReferences").is_empty();
    let kinds = KINDS.iter();
    kinds
        .flat_map(|kind| cluster.select(kind.kind, is_concerned))
        .collect()
}

/// Owners that are being deleted go when what they own is let go, or when nothing of it blocks them.
fn end_owners(cluster: &Cluster<'_>) {
    let objects = concerned(cluster);
    for owner in objects.iter().filter(|object| object.is_terminating()) {
        let owned = || {
            objects
                .iter()
                .filter_map(|object| Some((object, reference_to(object, owner.uid())?)))
        };
        if owner.has_finalizer(ORPHAN) {
            owned().for_each(|(object, _)| let_go(cluster, object, &[owner.uid()]));
            cluster.finish(owner, ORPHAN);
        } else if owner.has_finalizer(FOREGROUND) {
            let blocks = |reference: &Value| reference.get("blockOwnerDeletion") == Some(&json!(true));
            if !owned().any(|(_, reference)| blocks(reference)) {
                cluster.finish(owner, FOREGROUND);
            }
        }
    }
}

/// An object that an owner holds is trimmed of the others; one that none holds goes.
fn collect(cluster: &Cluster<'_>, object: &Value, owns: bool) {
    let owners = object.items("/metadata/ownerReferences").iter();
    let owners: Vec<(&str, Owner)> = owners
        .map(|reference| (reference.text("/uid"), classify(cluster, object, reference)))
        .collect();
    if owners.is_empty() {
        return;
    }
    if owners.iter().any(|(_, owner)| *owner == Owner::Solid) {
        let gone: Vec<&str> = owners
            .iter()
            .filter(|(_, owner)| *owner != Owner::Solid)
            .map(|(uid, _)| *uid)
            .collect();
        if !gone.is_empty() {
            let_go(cluster, object, &gone);
        }
        return;
    }
    let waited_for = owners.iter().any(|(_, owner)| *owner == Owner::Waiting);
    let how = if object.has_finalizer(ORPHAN) {
        Propagation::Orphan
    } else if object.has_finalizer(FOREGROUND) || (waited_for && owns) {
        Propagation::Foreground
    } else {
        Propagation::Background
    };
    cluster.delete_as(object, how);
}

fn classify(cluster: &Cluster<'_>, object: &Value, reference: &Value) -> Owner {
    let (version, name) = (reference.text("/apiVersion"), reference.text("/kind"));
    let kind = Kind::named(name).filter(|kind| kind.api_version() == version);
    // of a kind that is not served nobody can tell
    let Some(kind) = kind else { return Owner::Solid };
    if kind.namespaced && object.namespace().is_empty() {
        let text = format!(
            "ownerRef [{version}/{name}, namespace: , name: {}, uid: {}] does not exist in namespace \"\"",
            reference.text("/name"),
            reference.text("/uid")
        );
        cluster.tell(
            object,
            COLLECTOR,
            &Told::warning("OwnerRefInvalidNamespace", &text),
        );
        return Owner::Solid;
    }
    let namespace = if kind.namespaced { object.namespace() } else { "" };
    match cluster.get(kind.kind, namespace, reference.text("/name")) {
        Some(owner) if owner.uid() != reference.text("/uid") => Owner::Dangling,
        Some(owner) if owner.is_terminating() && owner.has_finalizer(FOREGROUND) => Owner::Waiting,
        Some(_) => Owner::Solid,
        None => Owner::Dangling,
    }
}

fn reference_to<'a>(object: &'a Value, uid: &str) -> Option<&'a Value> {
    let mut owners = object.items("/metadata/ownerReferences").iter();
    owners.find(|owner| owner.text("/uid") == uid)
}

fn let_go(cluster: &Cluster<'_>, object: &Value, uids: &[&str]) {
    let mut object = object.clone();
    let left: Vec<Value> = object
        .items("/metadata/ownerReferences")
        .iter()
        .filter(|owner| !uids.contains(&owner.text("/uid")))
        .cloned()
        .collect();
    object.set(&["metadata", "ownerReferences"], json!(left));
    cluster.update(&object);
}
