//! Persistent volumes: their phase, and what becomes of a released one.

use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use super::PROVISIONER;
use super::cluster::{Cluster, Source, Told};
use crate::object::Object;

const CONTROLLER: Source = Source::Controller("persistentvolume-controller");
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";

pub(super) fn pass(cluster: &Cluster<'_>) {
    for volume in cluster.list("PersistentVolume") {
        let phase = phase(cluster, &volume);
        if phase == "Released" && volume.text("/spec/persistentVolumeReclaimPolicy") == "Delete" {
            reclaim(cluster, &volume);
        } else {
            set_phase(cluster, &volume, phase, "");
        }
    }
}

/// Available while no claim has it for certain: a reference without uid only reserves it.
fn phase(cluster: &Cluster<'_>, volume: &Value) -> &'static str {
    let uid = volume.text("/spec/claimRef/uid");
    if uid.is_empty() {
        return "Available";
    }
    let reference = |field: &str| volume.text(&format!("/spec/claimRef/{field}")).to_owned();
    match cluster.get(
        "PersistentVolumeClaim",
        &reference("namespace"),
        &reference("name"),
    ) {
        Some(claim) if claim.uid() == uid && claim.text("/spec/volumeName") == volume.name() => "Bound",
        // one whose reference was rewritten is put right by the claim's own controller
        _ if !cluster
            .select("PersistentVolumeClaim", |claim| claim.uid() == uid)
            .is_empty() =>
        {
            "Bound"
        }
        _ => "Released",
    }
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
    if volume.is_terminating() {
        // its phase lets its protection go
        set_phase(cluster, volume, "Released", "");
        return;
    }
    let ours = volume.annotation(PROVISIONED_BY) == Some(PROVISIONER);
    let path = Path::new(volume.text("/spec/hostPath/path"));
    if ours && is_below(path, &cluster.sandbox.options().data_dir) {
        // a folder that is gone already is as good
        let _ = fs_err::remove_dir_all(path);
        set_phase(cluster, volume, "Released", "");
        cluster.delete(volume);
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
