//! Persistent volumes: their phase, and what becomes of a released one.

use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use super::PROVISIONER;
use super::claims::BY_CONTROLLER;
use super::cluster::{Cluster, Source, Told};
use crate::object::Object;

const CONTROLLER: Source = Source::Controller("persistentvolume-controller");
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";

/// What a volume is, by its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Available,
    Bound,
    /// Its claim is about to take it, or to put the reference right.
    Waiting,
    /// Its claim is bound to another volume.
    Passed,
    Released,
}

pub(super) fn pass(cluster: &Cluster<'_>) {
    for volume in cluster.list("PersistentVolume") {
        let delete = volume.text("/spec/persistentVolumeReclaimPolicy") == "Delete";
        match state(cluster, &volume) {
            State::Available => set_phase(cluster, &volume, "Available", ""),
            State::Bound => set_phase(cluster, &volume, "Bound", ""),
            State::Waiting => {}
            State::Passed if delete && volume.annotation(PROVISIONED_BY).is_some() => {
                reclaim(cluster, &volume);
            }
            State::Passed => unbind(cluster, &volume),
            State::Released if delete => reclaim(cluster, &volume),
            State::Released => set_phase(cluster, &volume, "Released", ""),
        }
    }
}

/// Available while no claim has it for certain: a reference without uid only reserves it.
fn state(cluster: &Cluster<'_>, volume: &Value) -> State {
    let uid = volume.text("/spec/claimRef/uid");
    if uid.is_empty() {
        return State::Available;
    }
    let reference = |field: &str| volume.text(&format!("/spec/claimRef/{field}")).to_owned();
    let (namespace, name) = (reference("namespace"), reference("name"));
    let claim = cluster.get("PersistentVolumeClaim", &namespace, &name);
    match claim.filter(|claim| claim.uid() == uid) {
        Some(claim) if claim.text("/spec/volumeName").is_empty() => State::Waiting,
        Some(claim) if claim.text("/spec/volumeName") == volume.name() => State::Bound,
        Some(_) => State::Passed,
        None => {
            let renamed = cluster.select("PersistentVolumeClaim", |claim| claim.uid() == uid);
            if renamed.is_empty() {
                State::Released
            } else {
                State::Waiting
            }
        }
    }
}

/// Takes back a reference that the claim did not answer: wholly if the controller made it, else but for who it names.
fn unbind(cluster: &Cluster<'_>, volume: &Value) {
    let mut free = volume.clone();
    if volume.annotation(BY_CONTROLLER).is_some() {
        free.unset(&["spec", "claimRef"]);
        free.unset(&["metadata", "annotations", BY_CONTROLLER]);
    } else {
        free.unset(&["spec", "claimRef", "uid"]);
    }
    cluster.update(&free);
}

fn set_phase(cluster: &Cluster<'_>, volume: &Value, phase: &str, message: &str) {
    if volume.text("/status/phase") == phase {
        return;
    }
    let mut volume = volume.clone();
    volume.set(
        &["status"],
        json!({ "phase": phase, "lastPhaseTransitionTime": cluster.now(), "message": message }),
    );
    cluster.update_status(&volume);
}

/// Deletes the folder of a dynamic volume and the volume; any other one fails, as it would on a cluster.
fn reclaim(cluster: &Cluster<'_>, volume: &Value) {
    let ours = volume.annotation(PROVISIONED_BY) == Some(PROVISIONER);
    let path = Path::new(volume.text("/spec/hostPath/path"));
    if ours && is_below(path, &cluster.sandbox.options().data_dir) {
        // a folder that is gone already is as good
        let _ = fs_err::remove_dir_all(path);
        // its phase lets its protection go
        set_phase(cluster, volume, "Released", "");
        cluster.delete(volume);
        return;
    }
    if volume.is_terminating() {
        set_phase(cluster, volume, "Released", "");
        return;
    }
    let why = if volume.pointer("/spec/hostPath").is_some() {
        let folder = cluster.sandbox.options().data_dir.display();
        format!(
            "host_path deleter only supports {folder}/.+ but received provided {}",
            path.display()
        )
    } else {
        format!(
            "error getting deleter volume plugin for volume {}: no deletable volume plugin matched",
            json!(volume.name())
        )
    };
    cluster.tell(volume, CONTROLLER, &Told::warning("VolumeFailedDelete", &why));
    set_phase(cluster, volume, "Failed", &why);
}

fn is_below(path: &Path, folder: &Path) -> bool {
    path.strip_prefix(folder).is_ok_and(|rest| {
        rest.components().next().is_some()
            && rest.components().all(|part| matches!(part, Component::Normal(_)))
    })
}

/// Makes a folder that anybody may write, and the volume that stands for it.
pub(super) fn provision(cluster: &Cluster<'_>, claim: &Value, class: &Value) -> Result<(), String> {
    let name = format!("pvc-{}", claim.uid());
    let readable = format!("{name}_{}_{}", claim.namespace(), claim.name());
    let folder = cluster.sandbox.options().data_dir.join(readable);
    make_folder(&folder).map_err(|why| why.to_string())?;
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": { "name": name, "annotations": { PROVISIONED_BY: PROVISIONER } },
        "spec": {
            "accessModes": claim.pointer("/spec/accessModes"),
            "capacity": { "storage": claim.pointer("/spec/resources/requests/storage") },
            "claimRef": {
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": claim.namespace(), "name": claim.name(),
                "uid": claim.uid(),
            },
            "hostPath": { "path": folder, "type": "DirectoryOrCreate" },
            "persistentVolumeReclaimPolicy": class.pointer("/reclaimPolicy"),
            "storageClassName": class.name(),
            "mountOptions": class.pointer("/mountOptions"),
        },
    });
    cluster.create(&volume).map(drop).map_err(|why| why.message)
}

fn make_folder(folder: &PathBuf) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::create_dir_all(folder)?;
    fs_err::set_permissions(folder, std::fs::Permissions::from_mode(0o777))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_below_the_data_folder_are_deleted() {
        let is = |path: &str| is_below(Path::new(path), Path::new("/data/volumes"));
        assert!(is("/data/volumes/pvc-1"));
        for path in [
            "/data/volumes",
            "/data",
            "/srv/media",
            "/data/volumes/../media",
            "",
            "/data/volumes2/x",
        ] {
            assert!(!is(path), "{path}");
        }
    }
}
