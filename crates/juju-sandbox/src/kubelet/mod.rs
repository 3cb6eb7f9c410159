//! The node: pods of the store become processes, and what becomes of them is written back.
//!
//! Enters: the pods, claims and volumes of the cluster, images, folders that stand for NFS exports. Leaves:
//! containers, pod statuses and events, and what Juju is to hear. It knows that the container `charm` is run hook by hook,
//! and nothing else of Juju: which hook, and when a pod may go, is decided elsewhere.

mod addresses;
pub(crate) mod charm;
pub(crate) mod kills;
mod lone;
mod materials;
pub(crate) mod mounts;
pub(crate) mod node;
pub(crate) mod pebble;
mod pebble_log;
mod plain;
mod plain_step;
pub(crate) mod pod;
mod program;
pub(crate) mod status;
pub(crate) mod volumes;
mod workload;

pub use lone::LoneNode;
pub(crate) use materials::Materials;
