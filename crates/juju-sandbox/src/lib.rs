//! Juju in a box: runs the real dispatch of any charms together on one machine, without a controller and a cluster.
//!
//! A [`Sandbox`] is one Juju model with its Kubernetes and its pods. It is driven by Juju's verbs and does what is owed until
//! nothing is:
//!
//! ```no_run
//! use juju_sandbox::{Deployment, Options, Sandbox, pods::Isolation};
//! use juju_sandbox::model::Operation;
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     // This very program is also what runs inside the containers.
//!     if let Some(code) = juju_sandbox::entry() {
//!         return code;
//!     }
//!     match play() {
//!         Ok(()) => ExitCode::SUCCESS,
//!         Err(_) => ExitCode::FAILURE,
//!     }
//! }
//!
//! fn play() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut sandbox = Sandbox::new(Options::new("sandbox", Isolation::probe()))?;
//!     sandbox.deploy(Deployment::new("storage".parse()?, "dist/storage-k8s"))?;
//!     sandbox.deploy(Deployment::new("player".parse()?, "dist/player-k8s"))?;
//!     sandbox.perform(Operation::Integrate { a: "storage".parse()?, b: "player".parse()? })?;
//!     let settled = sandbox.settle(&mut |_progress| {})?;
//!     assert!(settled.quiet && settled.failed.is_empty());
//!     Ok(())
//! }
//! ```
//!
//! The rooms, in the order of one turn:
//!
//! | module | does |
//! |---|---|
//! | `sandbox` | the engine: operations, and what is owed in a fixed order |
//! | [`caas`] | what Juju makes in Kubernetes for an application, as plain data |
//! | `kubelet` | pods of the store become processes; volumes, readiness, deletion |
//! | [`images`] | what a workload container's root is made from; stand-ins say so |
//! | [`pods`] | containers made of namespaces |
//! | [`agent`] | one hook: environment, hook commands, transaction |
//! | [`trace`] | everything that happened, as JSON lines, and counts of it |
//!
//! Time is simulated: no back-off and no timer sleeps. Only what really runs takes the time it takes. Nothing here knows any
//! particular charm.
#![warn(missing_docs)]

pub mod agent;
pub mod caas;
mod cloud;
mod cluster;
mod entry;
pub mod images;
mod json;
mod kubelet;
mod node;
pub mod pods;
mod real_node;
mod rounds;
mod sandbox;
pub mod trace;

pub use cloud::Cloud;
pub use cluster::{ClusterError, ServerError};
pub use entry::{entry, hook_command};
pub use kubelet::LoneNode;
pub use node::Happening;
pub use real_node::images::write_images;
pub use sandbox::{
    Deployment, Error, Interrupt, KillAfterCall, Kubernetes, Options, Progress, Sandbox, ScriptedCharm,
    Settled, charm_facts, resources,
};

/// The model of Juju that a [`Sandbox`] drives.
pub use juju_model as model;
/// The embedded Kubernetes of a [`Sandbox`].
pub use kube_sandbox as kube;
