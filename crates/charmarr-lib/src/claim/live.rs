//! The claim and the volume as the server has them, as plain data.

use charm_kube::k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use charm_kube::k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::Size;
use super::ownership::{Labels, Ownership};

/// A claim as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveClaim {
    /// Its name.
    pub name: String,
    /// Its uid, for a deletion that means this one and no later one.
    pub uid: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// Where it stands.
    pub phase: Phase,
    /// It was deleted and goes when the last pod that uses it has gone.
    pub deleting: bool,
    /// The class; an empty one is that of static volumes. None is filled in by the server where there is a default.
    pub class: Option<String>,
    /// Kubernetes' words.
    pub access_modes: Vec<String>,
    /// What is asked for; none where it cannot be read.
    pub size: Option<Size>,
    /// The volume it names or is bound to.
    pub volume: Option<String>,
    /// The uid of the application's `StatefulSet`, where that is an owner of the claim: Kubernetes deletes the claim with it.
    pub goes_with: Option<String>,
}

/// A volume as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveVolume {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// Where it stands.
    pub phase: Phase,
    /// It was deleted and goes when its claim has gone.
    pub deleting: bool,
    /// Where the data lies.
    pub source: Source,
    /// The claim it is for.
    pub claim: Option<ReservedFor>,
    /// `Retain`, `Delete` or `Recycle`.
    pub reclaim_policy: String,
}

/// The claim that a volume is for: its `claimRef`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedFor {
    /// The claim's namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The one claim of that name that has, or had, the volume. None: the next one of that name may have it.
    pub uid: Option<String>,
}

/// Where a volume's data lies, as far as a backend could have said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An NFS export.
    Nfs {
        /// Its server.
        server: String,
        /// Its path.
        path: String,
    },
    /// A folder of a node.
    HostPath {
        /// Its path.
        path: String,
    },
    /// Anything else: what a provisioner made.
    Other,
}

/// The phase of a claim or a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not known yet.
    Unknown,
    /// Not bound yet; for a volume: no claim yet.
    Pending,
    /// A volume that no claim has taken.
    Available,
    /// Claim and volume belong together.
    Bound,
    /// The claim of the volume is gone.
    Released,
    /// The volume of the claim is gone.
    Lost,
    /// The volume could not be reclaimed.
    Failed,
}

impl Phase {
    fn of(text: Option<&str>) -> Self {
        match text {
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

impl LiveClaim {
    /// Reads a claim. `labels` are those of this application.
    pub fn read(claim: PersistentVolumeClaim, labels: &Labels) -> Self {
        let ownership = labels.ownership(&claim.metadata);
        let spec = claim.spec.unwrap_or_default();
        Self {
            ownership,
            goes_with: labels.owner(&claim.metadata),
            name: claim.metadata.name.unwrap_or_default(),
            uid: claim.metadata.uid.unwrap_or_default(),
            phase: Phase::of(claim.status.and_then(|status| status.phase).as_deref()),
            deleting: claim.metadata.deletion_timestamp.is_some(),
            class: spec.storage_class_name,
            access_modes: spec.access_modes.unwrap_or_default(),
            size: spec
                .resources
                .and_then(|resources| size(&resources.requests?.remove("storage")?)),
            volume: spec.volume_name.filter(|name| !name.is_empty()),
        }
    }
}

impl LiveVolume {
    /// Reads a volume. `labels` are those of this application.
    pub fn read(volume: PersistentVolume, labels: &Labels) -> Self {
        let ownership = labels.ownership(&volume.metadata);
        let spec = volume.spec.unwrap_or_default();
        let source = match (spec.nfs, spec.host_path) {
            (Some(nfs), _) => Source::Nfs {
                server: nfs.server,
                path: nfs.path,
            },
            (None, Some(host)) => Source::HostPath { path: host.path },
            (None, None) => Source::Other,
        };
        Self {
            ownership,
            source,
            name: volume.metadata.name.unwrap_or_default(),
            uid: volume.metadata.uid.unwrap_or_default(),
            phase: Phase::of(volume.status.and_then(|status| status.phase).as_deref()),
            deleting: volume.metadata.deletion_timestamp.is_some(),
            claim: spec.claim_ref.and_then(|claim| {
                Some(ReservedFor {
                    namespace: claim.namespace?,
                    name: claim.name?,
                    uid: claim.uid.filter(|uid| !uid.is_empty()),
                })
            }),
            reclaim_policy: spec.persistent_volume_reclaim_policy.unwrap_or_default(),
        }
    }
}

fn size(quantity: &Quantity) -> Option<Size> {
    quantity.0.parse().ok()
}
