//! What is in the cluster: a claim and a volume as facts, without what no decision needs.

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{BackendKind, ORIGINAL_MANAGER, labels};

/// Who looks after an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A storage charm of ours: the named application made it.
    Charm {
        /// The Juju application.
        application: String,
    },
    /// The original charm, which puts no label.
    Original,
    /// Somebody else.
    Foreign,
}

/// Where a claim or volume stands (Kubernetes: "Persistent Volumes", phase).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not bound yet; a class with `WaitForFirstConsumer` stays so until a pod mounts it.
    Pending,
    /// A volume that no claim has.
    Available,
    /// Bound to each other.
    Bound,
    /// A volume whose claim is gone.
    Released,
    /// A claim whose volume is gone.
    Lost,
    /// A volume that could not be reclaimed.
    Failed,
    /// Nothing is said yet.
    Unknown,
}

/// A claim that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenClaim {
    /// Tells a claim from a later one of the same name.
    pub uid: String,
    /// Who looks after it.
    pub owner: Owner,
    /// Someone has asked for its deletion; it goes when the last pod has let go of it.
    pub deleting: bool,
    /// Where it stands.
    pub phase: Phase,
    /// The class it names; empty and absent are different, but neither provisions anything for us.
    pub storage_class: String,
    /// The modes it asks for.
    pub access_modes: Vec<String>,
    /// The size it asks for, as Kubernetes writes it.
    pub size: String,
    /// The volume it names or is bound to.
    pub volume: Option<String>,
}

/// A volume that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenVolume {
    /// Tells a volume from a later one of the same name.
    pub uid: String,
    /// Who looks after it.
    pub owner: Owner,
    /// Someone has asked for its deletion.
    pub deleting: bool,
    /// Where it stands.
    pub phase: Phase,
    /// Where its data lies.
    pub source: VolumeSource,
}

/// Where the data of a volume lies, as far as we make such volumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeSource {
    /// An NFS export.
    Nfs {
        /// Host name or address.
        server: String,
        /// The exported path.
        path: String,
    },
    /// A folder of a node.
    HostPath {
        /// Its path.
        path: String,
    },
    /// Something that we do not make.
    Other,
}

impl Owner {
    /// Whether it may be changed by a storage charm of ours.
    pub fn is_ours(&self) -> bool {
        match self {
            Self::Charm { .. } | Self::Original => true,
            Self::Foreign => false,
        }
    }

    fn of(metadata: &ObjectMeta) -> Self {
        let label = |name: &str| metadata.labels.as_ref().and_then(|labels| labels.get(name));
        if label(labels::MANAGED_BY).is_some_and(|manager| manager == labels::MANAGER) {
            let application = label(labels::APPLICATION).cloned().unwrap_or_default();
            return Self::Charm { application };
        }
        let managers = metadata.managed_fields.iter().flatten();
        if managers.filter_map(|entry| entry.manager.as_deref()).any(|manager| manager == ORIGINAL_MANAGER) {
            return Self::Original;
        }
        Self::Foreign
    }
}

impl From<Option<&str>> for Phase {
    fn from(phase: Option<&str>) -> Self {
        match phase {
            Some("Pending") => Self::Pending,
            Some("Available") => Self::Available,
            Some("Bound") => Self::Bound,
            Some("Released") => Self::Released,
            Some("Lost") => Self::Lost,
            Some("Failed") => Self::Failed,
            Some(_) | None => Self::Unknown,
        }
    }
}

impl SeenClaim {
    /// The backend that a claim of ours was made with, as far as the claim alone tells: static ones name no class.
    pub fn is_static(&self) -> bool {
        self.storage_class.is_empty()
    }
}

impl SeenVolume {
    /// The backend that makes such volumes.
    pub fn backend(&self) -> Option<BackendKind> {
        match self.source {
            VolumeSource::Nfs { .. } => Some(BackendKind::NativeNfs),
            VolumeSource::HostPath { .. } => Some(BackendKind::HostPath),
            VolumeSource::Other => None,
        }
    }
}

impl From<&PersistentVolumeClaim> for SeenClaim {
    fn from(claim: &PersistentVolumeClaim) -> Self {
        let spec = claim.spec.clone().unwrap_or_default();
        let requests = spec.resources.and_then(|resources| resources.requests).unwrap_or_default();
        Self {
            uid: claim.metadata.uid.clone().unwrap_or_default(),
            owner: Owner::of(&claim.metadata),
            deleting: claim.metadata.deletion_timestamp.is_some(),
            phase: Phase::from(claim.status.as_ref().and_then(|status| status.phase.as_deref())),
            storage_class: spec.storage_class_name.unwrap_or_default(),
            access_modes: spec.access_modes.unwrap_or_default(),
            size: requests.get("storage").map(|quantity| quantity.0.clone()).unwrap_or_default(),
            volume: spec.volume_name.filter(|name| !name.is_empty()),
        }
    }
}

impl From<&PersistentVolume> for SeenVolume {
    fn from(volume: &PersistentVolume) -> Self {
        let spec = volume.spec.clone().unwrap_or_default();
        let source = match (spec.nfs, spec.host_path) {
            (Some(nfs), None) => VolumeSource::Nfs { server: nfs.server, path: nfs.path },
            (None, Some(host_path)) => VolumeSource::HostPath { path: host_path.path },
            (Some(_), Some(_)) | (None, None) => VolumeSource::Other,
        };
        Self {
            uid: volume.metadata.uid.clone().unwrap_or_default(),
            owner: Owner::of(&volume.metadata),
            deleting: volume.metadata.deletion_timestamp.is_some(),
            phase: Phase::from(volume.status.as_ref().and_then(|status| status.phase.as_deref())),
            source,
        }
    }
}
