//! The shared claim, as plain data: what is wanted, what is there, and how the two differ.
//!
//! Enters: validated options, objects as Kubernetes answered them. Leaves: bodies for server-side apply, and facts that a
//! decision can be taken on. It talks to nobody; the storage charm applies the bodies and reads the objects.
//!
//! A dynamic claim names a storage class and gets its volume from that. A static one (NFS, a folder of a node) comes with a
//! volume of ours, bound to it in advance by namespace and name, so that no other claim can take it.

mod backend;
mod body;
mod difference;
mod seen;
mod size;

pub use backend::{AccessMode, Backend, BackendKind, UnknownAccessMode, UnknownBackend};
pub use body::{ClaimBody, VolumeBody};
pub use difference::Difference;
pub use seen::{Owner, Phase, SeenClaim, SeenVolume, VolumeSource};
pub use size::{InvalidSize, Size};

use crate::interfaces::media_storage::PvcName;

/// The name of the claim where the option `claim-name` is not set.
pub const DEFAULT_CLAIM: &str = "charmarr-shared-storage";

/// The name that the original charm gives its claim.
pub const ORIGINAL_CLAIM: &str = "charmarr-shared-media";

/// The field manager of the original charm: what it made carries no label.
pub const ORIGINAL_MANAGER: &str = "charmarr-lib";

/// Names and values of the labels that say who owns an object.
pub mod labels {
    /// Who looks after the object (Kubernetes: "Recommended Labels").
    pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
    /// The value of [`MANAGED_BY`] for our objects.
    pub const MANAGER: &str = "charmarr-storage";
    /// The Juju application that made the object.
    pub const APPLICATION: &str = "charmarr.io/application";
    /// The Juju model of that application.
    pub const MODEL: &str = "charmarr.io/model";
}

/// The claim that is wanted, and its volume where we make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimSpec {
    /// The claim's name in the model's namespace.
    pub name: PvcName,
    /// The size that is asked for; nominal for a static volume.
    pub size: Size,
    /// How many nodes may mount it; static volumes are always `ReadWriteMany`.
    pub access_mode: AccessMode,
    /// Where the data lies.
    pub backend: Backend,
    /// The Juju model, which is also the namespace.
    pub model: String,
    /// The Juju application.
    pub application: String,
}

impl ClaimSpec {
    /// The body of the claim, for server-side apply.
    pub fn claim(&self) -> ClaimBody {
        ClaimBody::new(self)
    }

    /// The body of the volume, for server-side apply; none where the storage class makes it.
    pub fn volume(&self) -> Option<VolumeBody> {
        VolumeBody::new(self)
    }

    /// The name of the volume, where we make one. Volumes belong to the cluster, so it carries the model.
    pub fn volume_name(&self) -> Option<String> {
        match self.backend.kind() {
            BackendKind::StorageClass => None,
            BackendKind::NativeNfs | BackendKind::HostPath => Some(format!("{}-{}", self.model, self.name)),
        }
    }
}

/// The name that the original charm gives the volume of `claim`.
pub fn original_volume_name(claim: &PvcName) -> String {
    format!("{claim}-pv")
}
