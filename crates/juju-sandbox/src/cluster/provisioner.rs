//! The provisioner of a cluster whose only node is the sandbox: a folder of this machine for every claim of its class, which is
//! the default one.

use super::{Cluster, ClusterError, failed, server, unless_there};
use crate::json::text;
use fs_err as fs;
use kube_sandbox::Client;
use serde_json::{Value, json};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// The class, named as that of the embedded Kubernetes.
const CLASS: &str = "local-path";
const PROVISIONER: &str = "sandbox.local/folder";
/// Kubernetes' persistent volume controller writes it on a claim that waits for a provisioner.
const ASKED: &str = "/metadata/annotations/volume.kubernetes.io~1storage-provisioner";

/// Makes the class, where it is not there yet.
pub(super) fn install(client: &Client) -> Result<(), ClusterError> {
    let class = json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": { "name": CLASS, "annotations": { "storageclass.kubernetes.io/is-default-class": "true" } },
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Retain",
        "volumeBindingMode": "Immediate",
    });
    unless_there(client.create(&class)).map_err(|error| failed("create", "StorageClass", CLASS, error))
}

/// Makes a folder below `dir` and its volume for every claim of the class that has none.
pub(super) fn pass(cluster: &Cluster, dir: &Path) -> Result<(), ClusterError> {
    let claims = cluster
        .node
        .list("PersistentVolumeClaim", Some(&cluster.namespace), "")
        .map_err(|error| failed("list", "PersistentVolumeClaim", &cluster.namespace, error))?;
    for claim in claims.iter().filter(|claim| text(claim, ASKED) == PROVISIONER) {
        let waits = text(claim, "/spec/volumeName").is_empty() && text(claim, "/status/phase") == "Pending";
        if waits {
            provide(&cluster.node, claim, dir)?;
        }
    }
    Ok(())
}

fn provide(client: &Client, claim: &Value, dir: &Path) -> Result<(), ClusterError> {
    let of = |pointer: &str| claim.pointer(pointer).cloned().unwrap_or_default();
    let name = format!("pvc-{}", text(claim, "/metadata/uid"));
    let folder = dir.join(&name);
    let no_folder = |error: io::Error| {
        let error = server::unanswered(&error);
        failed("make the folder of", "PersistentVolume", &name, error)
    };
    shared_folder(&folder).map_err(no_folder)?;
    let volume = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": { "name": name },
        "spec": {
            "accessModes": of("/spec/accessModes"),
            "capacity": { "storage": of("/spec/resources/requests/storage") },
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": of("/metadata/namespace"),
                "name": of("/metadata/name"),
                "uid": of("/metadata/uid"),
            },
            "hostPath": { "path": folder, "type": "Directory" },
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": CLASS,
        },
    });
    unless_there(client.create(&volume)).map_err(|error| failed("create", "PersistentVolume", &name, error))
}

/// Of mode 0777, as rancher's local-path-provisioner makes it.
fn shared_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777))
}
