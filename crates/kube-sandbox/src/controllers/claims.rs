//! The claim binder.

use serde_json::{Value, json};

use super::PROVISIONER;
use super::cluster::{Cluster, Source, Told};
use super::volumes;
use crate::object::Object;
use crate::schema::quantity;

const CONTROLLER: Source = Source::Controller("persistentvolume-controller");
/// Set on a claim when it is bound, for good: one that loses its volume has it too.
const COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// Set on a claim or a volume whose other half the controller chose, and not a person.
pub(super) const BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
pub(super) const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

pub(super) fn pass(cluster: &Cluster<'_>) {
    for claim in cluster.list("PersistentVolumeClaim") {
        if claim.annotation(COMPLETED).is_some() {
            keep(cluster, &claim);
        } else if !claim.is_terminating() {
            bind(cluster, &claim);
        }
    }
}

/// Why a volume does not suit a claim, in the words of an event.
pub(super) fn mismatch(claim: &Value, volume: &Value) -> Option<&'static str> {
    let size = |text: &str| quantity::parse(text).unwrap_or_default();
    let wanted = claim.items("/spec/accessModes");
    if volume.text("/spec/storageClassName") != claim.text("/spec/storageClassName") {
        Some("storageClassName does not match")
    } else if size(volume.text("/spec/capacity/storage"))
        < size(claim.text("/spec/resources/requests/storage"))
    {
        Some("requested PV is too small")
    } else if !wanted
        .iter()
        .all(|mode| volume.items("/spec/accessModes").contains(mode))
    {
        Some("incompatible accessMode")
    } else {
        None
    }
}

/// True if the reference of a volume names this claim and no other of the same name.
fn is_reserved_for(volume: &Value, claim: &Value) -> bool {
    let reference = volume.pointer("/spec/claimRef").unwrap_or(&Value::Null);
    let uid = reference.text("/uid");
    reference.text("/namespace") == claim.namespace()
        && reference.text("/name") == claim.name()
        && (uid.is_empty() || uid == claim.uid())
}

/// A volume that a Pending claim can have: one reserved for it, else the smallest that is free.
pub(super) fn candidate(claim: &Value, volumes: &[Value]) -> Option<Value> {
    let fits = |volume: &&Value| mismatch(claim, volume).is_none() && !volume.is_terminating();
    let reserved = volumes
        .iter()
        .filter(|volume| is_reserved_for(volume, claim))
        .find(fits);
    let free = volumes
        .iter()
        .filter(|volume| volume.pointer("/spec/claimRef").is_none())
        .filter(fits);
    let size = |volume: &&Value| quantity::parse(volume.text("/spec/capacity/storage"));
    reserved.or_else(|| free.min_by_key(size)).cloned()
}

fn bind(cluster: &Cluster<'_>, claim: &Value) {
    let volumes = cluster.list("PersistentVolume");
    let named = claim.text("/spec/volumeName");
    if !named.is_empty() {
        return bind_named(
            cluster,
            claim,
            volumes.iter().find(|volume| volume.name() == named),
        );
    }
    let class = class_of(cluster, claim);
    let waits = class.as_ref().is_some_and(waits_for_consumer) && claim.annotation(SELECTED_NODE).is_none();
    // a volume that was reserved for the claim does not wait
    let reserved: Vec<Value> = volumes
        .iter()
        .filter(|volume| is_reserved_for(volume, claim))
        .cloned()
        .collect();
    let choice = if waits {
        candidate(claim, &reserved)
    } else {
        candidate(claim, &volumes)
    };
    match choice {
        Some(volume) => complete(cluster, claim, &volume),
        None => provide(cluster, claim, class.as_ref(), waits),
    }
}

fn bind_named(cluster: &Cluster<'_>, claim: &Value, volume: Option<&Value>) {
    // an absent volume is no event
    let Some(volume) = volume else { return };
    let taken = volume.pointer("/spec/claimRef").is_some() && !is_reserved_for(volume, claim);
    if taken {
        let text = format!(
            "volume {} already bound to a different claim.",
            json!(volume.name())
        );
        cluster.tell(claim, CONTROLLER, &Told::warning("FailedBinding", &text));
    } else if let Some(why) = mismatch(claim, volume) {
        let text = format!("Cannot bind to requested volume {}: {why}", json!(volume.name()));
        cluster.tell(claim, CONTROLLER, &Told::warning("VolumeMismatch", &text));
    } else {
        complete(cluster, claim, volume);
    }
}

/// No volume is there: is one to be made, and by whom?
fn provide(cluster: &Cluster<'_>, claim: &Value, class: Option<&Value>, waits: bool) {
    let name = claim.text("/spec/storageClassName");
    let say = |told: &Told<'_>| cluster.tell(claim, CONTROLLER, told);
    match class {
        None if claim.pointer("/spec/storageClassName").is_none() && fill_class_in(cluster, claim) => {}
        None if name.is_empty() => {
            say(&Told::normal(
                "FailedBinding",
                "no persistent volumes available for this claim and no storage class is set",
            ));
        }
        None => {
            let text = format!("storageclass.storage.k8s.io {} not found", json!(name));
            say(&Told::warning("ProvisioningFailed", &text));
        }
        Some(_) if waits => {
            say(&Told::normal(
                "WaitForFirstConsumer",
                "waiting for first consumer to be created before binding",
            ));
        }
        Some(class) if mark_provisioner(cluster, claim, class.text("/provisioner")) => {}
        Some(class) if class.text("/provisioner") == PROVISIONER => {
            if let Err(why) = volumes::provision(cluster, claim, class) {
                let text = format!(
                    "failed to provision volume with StorageClass {}: {why}",
                    json!(name)
                );
                say(&Told::warning("ProvisioningFailed", &text));
            }
        }
        Some(class) => {
            let text = format!(
                "Waiting for a volume to be created either by the external provisioner '{}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
                class.text("/provisioner")
            );
            say(&Told::normal("ExternalProvisioning", &text));
        }
    }
}

/// Says on the claim who is to make its volume; true if that is new.
fn mark_provisioner(cluster: &Cluster<'_>, claim: &Value, provisioner: &str) -> bool {
    const NAMES: [&str; 2] = [
        "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/storage-provisioner",
    ];
    if NAMES
        .iter()
        .all(|name| claim.annotation(name) == Some(provisioner))
    {
        return false;
    }
    let mut claim = claim.clone();
    for name in NAMES {
        claim.set(&["metadata", "annotations", name], json!(provisioner));
    }
    cluster.update(&claim)
}

/// A default class that appeared later is filled in.
fn fill_class_in(cluster: &Cluster<'_>, claim: &Value) -> bool {
    let default = crate::api::default_class(&cluster.sandbox.api().store());
    let Some(class) = default else { return false };
    let mut claim = claim.clone();
    claim.set(&["spec", "storageClassName"], json!(class));
    cluster.update(&claim)
}

/// Both sides of a binding; what stands already stays.
fn complete(cluster: &Cluster<'_>, claim: &Value, volume: &Value) {
    let mut bound = volume.clone();
    if volume.pointer("/spec/claimRef").is_none() {
        bound.set(&["metadata", "annotations", BY_CONTROLLER], json!("yes"));
    }
    if !is_reserved_for(volume, claim) || volume.text("/spec/claimRef/uid").is_empty() {
        refer(&mut bound, claim);
    }
    if !cluster.update(&bound) {
        return;
    }
    let mut claim = claim.clone();
    if claim.text("/spec/volumeName").is_empty() {
        claim.set(&["metadata", "annotations", BY_CONTROLLER], json!("yes"));
    }
    claim.set(&["metadata", "annotations", COMPLETED], json!("yes"));
    claim.set(&["spec", "volumeName"], json!(volume.name()));
    if cluster.update(&claim)
        && let Some(mut claim) = cluster.get("PersistentVolumeClaim", claim.namespace(), claim.name())
    {
        if claim.text("/status/phase") != "Bound" {
            let capacity = volume.pointer("/spec/capacity").cloned().unwrap_or_default();
            claim.set(&["status", "capacity"], capacity);
        }
        claim.set(&["status", "phase"], json!("Bound"));
        claim.set(
            &["status", "accessModes"],
            json!(volume.items("/spec/accessModes")),
        );
        cluster.update_status(&claim);
    }
}

/// Makes the volume's reference name the claim, with its uid.
fn refer(volume: &mut Value, claim: &Value) {
    for (field, value) in [
        ("apiVersion", "v1"),
        ("kind", "PersistentVolumeClaim"),
        ("namespace", claim.namespace()),
        ("name", claim.name()),
        ("uid", claim.uid()),
        ("resourceVersion", claim.text("/metadata/resourceVersion")),
    ] {
        volume.set(&["spec", "claimRef", field], json!(value));
    }
}

/// A claim that was bound: its volume must be there, and be its own.
fn keep(cluster: &Cluster<'_>, claim: &Value) {
    let named = claim.text("/spec/volumeName");
    if named.is_empty() {
        let text = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
        return lose(cluster, claim, &Told::warning("ClaimLost", text));
    }
    let Some(volume) = cluster.get("PersistentVolume", "", named) else {
        let text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
        return lose(cluster, claim, &Told::warning("ClaimLost", text));
    };
    let free = volume.pointer("/spec/claimRef").is_none();
    if !free && volume.text("/spec/claimRef/uid") != claim.uid() {
        let text = "Two claims are bound to the same volume, this one is bound incorrectly";
        return lose(cluster, claim, &Told::warning("ClaimMisbound", text));
    }
    complete(cluster, claim, &volume);
    let size = |text: &str| quantity::parse(text);
    if size(claim.text("/spec/resources/requests/storage")) > size(claim.text("/status/capacity/storage")) {
        let text = "waiting for an external controller to expand this PVC";
        cluster.tell(
            claim,
            Source::Controller("volume_expand"),
            &Told::normal("ExternalExpanding", text),
        );
    }
}

/// A lost claim is bound again when its volume is there and its own.
fn lose(cluster: &Cluster<'_>, claim: &Value, told: &Told<'_>) {
    if claim.text("/status/phase") == "Lost" {
        return;
    }
    cluster.tell(claim, CONTROLLER, told);
    let mut claim = claim.clone();
    claim.set(&["status"], json!({ "phase": "Lost" }));
    cluster.update_status(&claim);
}

/// The class object that a claim names.
pub(super) fn class_of(cluster: &Cluster<'_>, claim: &Value) -> Option<Value> {
    cluster.get("StorageClass", "", claim.text("/spec/storageClassName"))
}

pub(super) fn waits_for_consumer(class: &Value) -> bool {
    class.text("/volumeBindingMode") == "WaitForFirstConsumer"
}
