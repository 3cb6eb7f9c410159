//! What a sandbox is made with. Plain data.

use crate::caas;
use crate::images::Image;
use crate::pods::{Isolation, Mount};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The Kubernetes that a model lives in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kubernetes {
    /// One that is started for it in this process, pods included.
    #[default]
    Embedded,
    /// The API server and the controllers of a cluster without nodes; pods run as with [`Kubernetes::Embedded`].
    Server {
        /// How it is reached, with all rights.
        kubeconfig: PathBuf,
        /// Where the API server writes what it was asked (its audit log, JSON lines), for the trace.
        audit_log: Option<PathBuf>,
    },
    /// A whole cluster. Its pods run on this machine, so that their processes can be entered.
    Cluster {
        /// As in [`Kubernetes::Server`].
        kubeconfig: PathBuf,
        /// As in [`Kubernetes::Server`].
        audit_log: Option<PathBuf>,
    },
}

impl Kubernetes {
    /// What of it, and of what runs in its pods, is not the real thing.
    pub(super) fn simulated(&self) -> impl Iterator<Item = &'static str> {
        let kubernetes = match self {
            Self::Embedded => Some("Kubernetes (an embedded API, controllers and kubelet)"),
            Self::Server { .. } => Some("Kubernetes' scheduler and kubelet (embedded ones)"),
            Self::Cluster { .. } => None,
        };
        let pebble = kubernetes.map(|_| "Pebble (an embedded one)");
        kubernetes.into_iter().chain(pebble)
    }
}

/// What a sandbox is made with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything is kept below it: volumes, pods, logs, `trace.jsonl`. It is made, and not removed.
    pub dir: PathBuf,
    /// Where the model lives.
    pub kubernetes: Kubernetes,
    /// How real containers are; [`Isolation::probe`] finds the best.
    pub isolation: Isolation,
    /// What is behind each image reference.
    pub images: BTreeMap<String, Image>,
    /// Folders that stand for NFS exports, by `server:path`.
    pub nfs_exports: BTreeMap<String, PathBuf>,
    /// What the charms' base image holds beside the machine's system folders: an interpreter that lies elsewhere. It
    /// appears in the container of every charm.
    pub charm_base: Vec<Mount>,
    /// A program that is Juju's hook commands and nothing else ([`crate::hook_command`]): a hook starts it many times. None: this
    /// program is them too.
    pub jujuc: Option<PathBuf>,
    /// The model's name, which is its namespace.
    pub model: String,
    /// The version of Juju that is played.
    pub juju_version: String,
    /// How long, in real time, one [`settle`](super::Sandbox::settle) waits in all for workloads to become ready.
    pub patience: Duration,
}

impl Options {
    /// A model `sandbox` of Juju 3.6 below `dir`, without images.
    pub fn new(dir: impl Into<PathBuf>, isolation: Isolation) -> Self {
        Self {
            dir: dir.into(),
            kubernetes: Kubernetes::Embedded,
            isolation,
            images: BTreeMap::new(),
            nfs_exports: BTreeMap::new(),
            jujuc: None,
            charm_base: Vec::new(),
            model: "sandbox".to_owned(),
            juju_version: "3.6.8".to_owned(),
            patience: Duration::from_secs(30),
        }
    }

    /// The model, with a stable identity: the same name gives the same UUIDs, so that a run can be repeated.
    pub(crate) fn model(&self) -> caas::Model {
        caas::Model {
            name: self.model.clone(),
            uuid: uuid(&format!("model {}", self.model)),
            controller_uuid: uuid(&format!("controller {}", self.model)),
            juju_version: self.juju_version.clone(),
        }
    }
}

/// A UUID (version 8, custom: RFC 9562) made from a name.
fn uuid(name: &str) -> String {
    let digest = Sha256::digest(name);
    let number = digest
        .iter()
        .take(16)
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mark = |value: u128, mark: u128| value & 0x0fff | mark << 12;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        number >> 96,
        number >> 80 & 0xffff,
        mark(number >> 64, 0x8),
        mark(number >> 48, 0xa),
        number & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_of_the_same_name_is_the_same_model() {
        let of = |name: &str| {
            Options {
                model: name.to_owned(),
                ..Options::new("x", Isolation::Full)
            }
            .model()
        };
        assert_eq!(of("parlour"), of("parlour"));
        assert_ne!(of("parlour").uuid, of("kitchen").uuid);
        assert_ne!(of("parlour").uuid, of("parlour").controller_uuid);
        let uuid = of("parlour").uuid;
        let shape: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(shape, [8, 4, 4, 4, 12], "{uuid}");
    }
}
