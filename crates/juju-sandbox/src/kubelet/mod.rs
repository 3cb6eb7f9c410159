//! The node: pods of the store become processes, and what becomes of them is written back.
//!
//! Enters: the pods, claims and volumes of the embedded Kubernetes, images, folders that stand for NFS exports. Leaves:
//! containers, pod statuses and events, and [`Happening`]s for Juju. It knows that the container `charm` is run hook by hook,
//! and nothing else of Juju: which hook, and when a pod may go, is decided elsewhere.

pub(crate) mod charm;
pub(crate) mod kills;
mod materials;
pub(crate) mod mounts;
pub(crate) mod node;
pub(crate) mod pebble;
mod pebble_log;
pub(crate) mod pod;
pub(crate) mod status;
pub(crate) mod volumes;
mod workload;

pub(crate) use materials::Materials;

/// What Juju hears of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// Its containers run.
    Started {
        /// The pod's name.
        pod: String,
        /// Its address.
        address: String,
    },
    /// Somebody asked for its end; it runs until it is let go.
    Terminating {
        /// The pod's name.
        pod: String,
    },
    /// It is gone without having been let go.
    Gone {
        /// The pod's name.
        pod: String,
    },
}
