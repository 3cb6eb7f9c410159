//! What the Charmarr charms share.
//!
//! | room | what is in it |
//! |---|---|
//! | [`interfaces::media_storage`] | what crosses the relation between the storage charm and an application, for both sides |
//! | [`claim`] | the shared claim and its volume: sizes, access modes, backends, the bodies that are applied, whose they are |
//! | [`media_app`] | a whole media application's charm, its mount of the claim included: what differs between them is a list of facts |
//!
//! Below it lie `juju-ops`, `pebble-client` and `charm-kube`, which know nothing of Charmarr.
#![warn(missing_docs)]

pub mod claim;
pub mod interfaces;
pub mod media_app;
mod mount;
mod types;

pub use types::{
    Gid, InstanceName, InvalidId, InvalidInstanceName, InvalidMountPath, InvalidPvcName, MountPath, PvcName,
    Uid,
};

/// The name under which namespaced objects are applied. It never changes: what was applied under another name stays.
pub const FIELD_MANAGER: &str = "charmarr";

/// The name under which cluster-scoped objects are applied. The model stands in it, so that a second model that wants
/// an object of the same name is refused instead of taking it over.
pub fn cluster_field_manager(model: &str) -> String {
    format!("{FIELD_MANAGER}-{model}")
}
