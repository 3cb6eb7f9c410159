//! The shared claim and, where the backend is static, its volume.
//!
//! What is wanted enters as a [`Wanted`]; the bodies that are applied leave as [`ClaimFields`] and [`VolumeFields`].
//! What the server says enters as objects and leaves as plain [`LiveClaim`] and [`LiveVolume`], with whose they are
//! ([`Ownership`]) and where they differ from what is wanted ([`Difference`]). Pure: nothing here talks to anyone.

mod backend;
mod difference;
mod fields;
mod live;
mod ownership;
mod size;
#[cfg(test)]
mod tests;

pub use backend::{AccessMode, Backend, BackendKind, InvalidAccessMode, InvalidBackend};
pub use difference::Difference;
pub use fields::{ClaimFields, VolumeFields};
pub use live::{LiveClaim, LiveVolume, Phase, ReservedFor, Source};
pub use ownership::{Labels, ORIGINAL_MANAGER, Ownership};
pub use size::{InvalidSize, Size};

use crate::types::PvcName;

/// The default name of the claim.
pub const CLAIM_NAME: &str = "charmarr-shared-storage";

/// The name that the original charm gave to its claim.
pub const ORIGINAL_CLAIM_NAME: &str = "charmarr-shared-media";

/// One shared claim as the configuration wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: PvcName,
    /// The model, which is the namespace.
    pub model: String,
    /// The application that owns it.
    pub app: String,
    /// How much is asked for. For a static backend it is nominal.
    pub size: Size,
    /// Who may mount it. A static backend is always [`AccessMode::ReadWriteMany`].
    pub access_mode: AccessMode,
    /// Where the data lies.
    pub backend: Backend,
}

impl Wanted {
    /// The access mode that is applied: static volumes are for everyone, whatever the option says.
    pub fn effective_access_mode(&self) -> AccessMode {
        match self.backend {
            Backend::StorageClass { .. } => self.access_mode,
            Backend::NativeNfs { .. } | Backend::HostPath { .. } => AccessMode::ReadWriteMany,
        }
    }

    /// The name of the static volume: `<model>.<claim>`. Volumes have no namespace, so the model stands in the name; and
    /// because the name of a model has no dot, two of them never meet.
    pub fn volume_name(&self) -> String {
        format!("{}.{}", self.model, self.name)
    }
}
