//! What pods are made with, and the files that every pod begins with.

use super::kills::Kills;
use crate::cluster::{Cluster, ClusterError};
use crate::images::Image;
use crate::json::text;
use crate::pods::{Isolation, Mount};
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What all pods of a node are made with.
#[derive(Clone, Debug)]
pub(crate) struct Materials {
    /// Below it pods, logs and programs.
    pub(crate) dir: PathBuf,
    /// How real containers are.
    pub(crate) isolation: Isolation,
    /// Images by reference.
    pub(crate) images: BTreeMap<String, Image>,
    /// Folders that stand for NFS exports, by `server:path`.
    pub(crate) nfs_exports: BTreeMap<String, PathBuf>,
    /// What the container of every charm has beside the machine's system folders.
    pub(crate) charm_base: Vec<Mount>,
    /// This program, as a file that can be linked into pods.
    pub(crate) program: PathBuf,
    /// The program of the hook commands, likewise.
    pub(crate) jujuc: PathBuf,
    /// Where living containers are known.
    pub(crate) kills: Kills,
}

/// What a pod's service account is to the programs in it.
#[derive(Clone, Debug)]
pub(crate) struct ServiceAccount {
    pub(crate) token: String,
    pub(crate) ca: String,
    pub(crate) namespace: String,
}

impl ServiceAccount {
    /// Where every container finds it.
    pub(super) const PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// Where its files are, on the host.
    pub(super) fn folder(pod_folder: &Path) -> PathBuf {
        pod_folder.join("serviceaccount")
    }

    /// That of a pod.
    ///
    /// # Errors
    /// When the cluster gives no token.
    pub(super) fn of(pod: &Value, cluster: &Cluster) -> Result<Self, ClusterError> {
        Ok(Self {
            token: cluster.token(text(pod, "/spec/serviceAccountName"))?,
            ca: cluster.ca_pem(),
            namespace: cluster.namespace().to_owned(),
        })
    }

    /// Writes its files into a folder of the pod.
    pub(super) fn write(&self, pod_folder: &Path) -> io::Result<PathBuf> {
        let folder = Self::folder(pod_folder);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("token"), &self.token)?;
        fs::write(folder.join("ca.crt"), &self.ca)?;
        fs::write(folder.join("namespace"), &self.namespace)?;
        Ok(folder)
    }
}

/// What the init container does: programs and folders in the volume that all containers share. A program of several names
/// knows by its name what it is asked to be.
pub(super) fn install(shared: &Path, materials: &Materials) -> io::Result<()> {
    for folder in [
        "charm/bin",
        "charm/containers",
        "var/lib/juju",
        "containeragent/pebble",
        "containeragent/var/log/juju",
    ] {
        fs::create_dir_all(shared.join(folder))?;
    }
    let Materials { program, jujuc, .. } = materials;
    for (name, program) in [("pebble", program), ("jujuc", jujuc), ("containeragent", program)] {
        let target = shared.join("charm/bin").join(name);
        if !target.exists() {
            fs::hard_link(program, target)?;
        }
    }
    Ok(())
}
