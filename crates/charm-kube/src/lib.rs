//! A charm's view of Kubernetes: a small blocking facade over [`kube`].
//!
//! A charm runs for a moment, asks the API server one or two questions, maybe applies one object, and ends. So there is
//! one [`Cluster`] with a handful of verbs, each a plain function call, and every answer that a charm can act on is a
//! value:
//!
//! ```no_run
//! use charm_kube::{Cluster, Remedy};
//! use k8s_openapi::api::core::v1::PersistentVolumeClaim;
//!
//! let cluster = Cluster::in_cluster("theatre")?;
//! match cluster.get::<PersistentVolumeClaim>("stage") {
//!     Ok(Some(claim)) => { /* it is there */ }
//!     Ok(None) => { /* make it */ }
//!     Err(error) => match error.remedy() {
//!         Remedy::Trust { .. } => { /* say: juju trust */ }
//!         Remedy::Person => { /* say what must be changed */ }
//!         Remedy::Later => { /* wait */ }
//!         Remedy::Again => return Err(error),
//!     },
//! }
//! # Ok::<(), charm_kube::ClusterError>(())
//! ```
//!
//! | to | use |
//! |---|---|
//! | reach the API server of the cluster the charm runs in | [`Cluster::in_cluster`] |
//! | read | [`Cluster::get`], [`Cluster::list`] with a [`Select`] |
//! | write: say which fields you want, and nothing else | [`Cluster::apply`] of an [`ApplyConfiguration`] |
//! | repair what an apply cannot | [`Cluster::json_patch`], [`Cluster::merge_patch`], [`Cluster::strategic_patch`] |
//! | delete, with the dependants | [`Cluster::delete`] under [`Preconditions`] |
//! | decide what a refusal means | [`ClusterError::remedy`] |
//! | understand it | [`ClusterError`], [`Conflict`] |
//!
//! An apply is [server-side apply](https://kubernetes.io/docs/reference/using-api/server-side-apply/) and is never
//! forced: a field that someone else owns is a [`Conflict`] to be told, not to be won. There is no create and no
//! replace, and nothing is retried: a charm that cannot go on says so and is woken again.
//!
//! Everything blocks. One private runtime on the calling thread serves `kube`; inside another runtime the calls answer
//! [`ClusterError::InsideRuntime`] instead of stopping the program. Nothing here knows Juju or any charm.
#![warn(missing_docs)]

mod apply;
mod cluster;
mod delete;
mod error;
mod kind;
mod refusal;
mod remedy;
#[cfg(test)]
mod tests;

pub use apply::ApplyConfiguration;
pub use cluster::{Cluster, Select};
pub use delete::{Deleted, Preconditions};
pub use error::{ClusterError, Conflict};
/// The types of the objects.
pub use k8s_openapi;
pub use kind::{Kind, Scope};
pub use kube;
pub use remedy::Remedy;
