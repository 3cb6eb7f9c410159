//! The shared volume in an application's own `StatefulSet`.
//!
//! Juju makes the `StatefulSet`; we own one volume and one mount in its template, by server-side apply, and nothing
//! else. [`SharedMount`] is what is wanted. The object as read is a [`StatefulSet`] (only the fields that matter here),
//! and [`Mounted`] says how far the two agree. Changing the template replaces the pods, the one whose hook is running
//! among them: whoever applies must end soon. [`is_current`] says whether that is done, and [`mountinfo`] whether the
//! volume is really there, as the kernel sees it from inside the workload container.
//!
//! [`Cluster`](charm_kube::Cluster) calls are made in [`act`] alone; the rest is pure.

pub mod act;
mod fields;
pub mod mountinfo;
mod objects;
mod ownership;
mod rollout;
mod state;
#[cfg(test)]
mod tests;

pub use fields::{MountFields, removal};
pub use objects::{Pod, StatefulSet};
pub use ownership::takeover;
pub use rollout::is_current;
pub use state::{Agreement, MountPoint, Mounted, Volume};

use crate::types::{MountPath, PvcName};

/// The name of the volume in the pods. The original charms use it too.
pub const VOLUME_NAME: &str = "charmarr-shared-data";

/// What is to be mounted, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedMount {
    /// The claim.
    pub claim: PvcName,
    /// The path in the workload container.
    pub path: MountPath,
}
