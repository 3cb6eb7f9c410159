//! What the stack runs on: the embedded engines, or a real cluster with real pods on this machine.
//!
//! Enters: what the environment of `testenv/kubernetes/with` names. Leaves: what a sandbox is made with, and images on the node.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, bail};
use juju_sandbox::{Kubernetes, Options, Sandbox, images::Image, write_images};
use serde_json::json;

/// The storage class that the scenarios name, and the one of the real node that becomes it.
const CLASS: &str = "local-path";
const SHARED_CLASS: &str = "shared-folders";

/// What the stack runs on.
#[derive(Debug, Clone)]
pub enum Engine {
    /// The engines of the sandbox.
    Embedded,
    /// A cluster without nodes: its API server and controllers are real, pods are the sandbox's.
    Server(Cluster),
    /// A cluster whose node is this machine: real pods, in each the real Pebble.
    Kubernetes(Cluster, Node),
}

/// A cluster that is there to be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// How it is reached, with all rights.
    pub kubeconfig: PathBuf,
    /// Where the API server writes what it was asked.
    pub audit_log: Option<PathBuf>,
}

/// What a real node needs before pods can run.
#[derive(Debug, Clone)]
pub struct Node {
    /// The program that gives an image to the node: `IMPORT NAME:TAG ROOT-FOLDER`.
    pub import: PathBuf,
    /// The Pebble of Juju.
    pub pebble: PathBuf,
    /// The images that it was given; clones share them.
    imported: Arc<Mutex<BTreeSet<String>>>,
}

impl Cluster {
    /// The cluster that the environment names; none when it names none.
    pub fn of_environment() -> Option<Self> {
        Some(Self {
            kubeconfig: path("CHARMARR_KUBECONFIG")?,
            audit_log: path("CHARMARR_AUDIT_LOG"),
        })
    }
}

impl Engine {
    /// The cluster with real pods that the environment names.
    ///
    /// # Errors
    /// When it names none, or this process may not enter pods.
    pub fn of_environment() -> anyhow::Result<Self> {
        let cluster = Cluster::of_environment();
        let node = path("CHARMARR_IMPORT").zip(path("PEBBLE"));
        let (Some(cluster), Some((import, pebble))) = (cluster, node) else {
            bail!(
                "cannot find a node for `--engine kubernetes`; `./run demo --engine kubernetes` starts one"
            );
        };
        if !nix::unistd::geteuid().is_root() {
            bail!("cannot use `--engine kubernetes` without root: pods are entered from outside");
        }
        Ok(Self::Kubernetes(
            cluster,
            Node {
                import,
                pebble,
                imported: Arc::default(),
            },
        ))
    }

    /// Sets the options of a sandbox, and gives a real node its images.
    ///
    /// # Errors
    /// When an image cannot be made, or the node does not take it.
    pub fn prepare(&self, options: &mut Options) -> anyhow::Result<()> {
        match self {
            Self::Embedded => {}
            Self::Server(cluster) => {
                options.kubernetes = Kubernetes::Server {
                    kubeconfig: cluster.kubeconfig.clone(),
                    audit_log: cluster.audit_log.clone(),
                };
            }
            Self::Kubernetes(cluster, node) => {
                options.kubernetes = Kubernetes::Cluster {
                    kubeconfig: cluster.kubeconfig.clone(),
                    audit_log: cluster.audit_log.clone(),
                };
                options.patience = std::time::Duration::from_mins(3);
                node.import(options)?;
            }
        }
        Ok(())
    }

    /// Gives a real cluster the storage class that the scenarios name, as its default.
    ///
    /// # Errors
    /// When the cluster refuses, or has no class that can be shared.
    pub fn furnish(&self, sandbox: &Sandbox) -> anyhow::Result<()> {
        let Self::Kubernetes(..) = self else { return Ok(()) };
        let kubectl = sandbox.kubectl();
        if kubectl.get("StorageClass", None, CLASS).is_ok() {
            return Ok(());
        }
        let shared = kubectl
            .get("StorageClass", None, SHARED_CLASS)
            .with_context(|| format!("cannot find the storage class `{SHARED_CLASS}`"))?;
        let mut class = json!({
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            // Juju's own claims name no class.
            "metadata": { "name": CLASS, "annotations": { "storageclass.kubernetes.io/is-default-class": "true" } },
        });
        for field in ["provisioner", "volumeBindingMode", "reclaimPolicy", "parameters"] {
            if let (Some(value), Some(object)) = (shared.get(field), class.as_object_mut()) {
                object.insert(field.to_owned(), value.clone());
            }
        }
        kubectl
            .create(&class)
            .with_context(|| format!("cannot make the storage class `{CLASS}`"))?;
        Ok(())
    }
}

impl Node {
    /// Gives the node every image that it has not got yet.
    fn import(&self, options: &Options) -> anyhow::Result<()> {
        let mut imported = self.imported.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().context("cannot make a folder for images")?;
        let images: &BTreeMap<String, Image> = &options.images;
        let roots = write_images(folder.path(), &options.juju_version, images, &self.pebble)
            .context("cannot make the images of the pods")?;
        for (reference, root) in roots {
            if !imported.contains(&reference) {
                self.import_one(&reference, &root)?;
                imported.insert(reference);
            }
        }
        Ok(())
    }

    fn import_one(&self, reference: &str, root: &Path) -> anyhow::Result<()> {
        let done = Command::new(&self.import)
            .arg(reference)
            .arg(root)
            .output()
            .with_context(|| format!("cannot run `{}`", self.import.display()))?;
        if !done.status.success() {
            bail!(
                "cannot give image `{reference}` to the node: {}",
                String::from_utf8_lossy(&done.stderr).trim()
            );
        }
        Ok(())
    }
}

fn path(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
