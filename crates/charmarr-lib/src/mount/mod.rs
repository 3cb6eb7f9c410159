//! The shared volume in an application's own `StatefulSet`.
//!
//! Juju makes the `StatefulSet`; we own one volume and one mount in its template, by server-side apply, and nothing
//! else. [`SharedMount`] is what is wanted. The object as read is a [`StatefulSet`] (only the fields that matter here),
//! and [`Mounted`] says how far the two agree. Changing the template replaces the pods, the one whose hook is running
//! among them: whoever applies must end soon. [`is_current`] says whether that is done, and [`mountinfo`] whether the
//! volume is really there, as the kernel sees it from inside the workload container.
//!
//! [`Cluster`](charm_kube::Cluster) calls are made in [`act`] alone; the rest is pure.

pub(crate) mod act;
mod fields;
pub(crate) mod mountinfo;
mod objects;
mod ownership;
mod rollout;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use objects::{Pod, StatefulSet};
pub(crate) use rollout::is_current;
pub(crate) use state::{Agreement, Mounted};
#[cfg(test)]
pub(crate) use state::{MountPoint, Volume};

use crate::types::{MountPath, PvcName};

/// The name of the volume in the pods. The original charms use it too.
pub(crate) const VOLUME_NAME: &str = "charmarr-shared-data";

/// What is to be mounted, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedMount {
    /// The claim.
    pub(crate) claim: PvcName,
    /// The path in the workload container.
    pub(crate) path: MountPath,
}
