//! An embedded Kubernetes API with small controllers: what a charm can see of a cluster, in one process.
//!
//! A tour, in the order a request takes:
//! `serve` (https) or [`Client`] (in process) make a request of the same shape; `auth` tells who asks and whether RBAC
//! objects of the store allow it; `api` carries out the verb with the help of `merge` (patches), `apply` (server-side
//! apply and field ownership, counted in `fieldset`), `schema` (the one table of kinds and fields), `validate` and `policy`
//! (quotas, limit ranges, pod security, disruption budgets);
//! `store` holds the objects and the log of changes. `controllers` do what a controller manager and a scheduler
//! would, when [`KubeSandbox::run_controllers`] is called and at no other time.
//!
//! There is no kubelet here: whoever embeds this plays it, by way of a [`Client`]. The same client asks an API server that is not
//! embedded, over a [`Transport`].
//!
//! # What is served
//!
//! | group | kinds |
//! | --- | --- |
//! | `v1` | `Namespace`, `Pod`, `Service`, `ServiceAccount`, `Secret`, `ConfigMap`, `Event`, `PersistentVolumeClaim`, `PersistentVolume`, `ResourceQuota`, `LimitRange` |
//! | `storage.k8s.io/v1` | `StorageClass` |
//! | `apps/v1` | `StatefulSet`, `ControllerRevision` |
//! | `batch/v1` | `Job` |
//! | `policy/v1` | `PodDisruptionBudget` |
//! | `rbac.authorization.k8s.io/v1` | `Role`, `RoleBinding`, `ClusterRole`, `ClusterRoleBinding` |
//!
//! Beside them: `status` of the kinds that have one, `scale` of a `StatefulSet`, `eviction` of a `Pod`, the creation of a
//! `SelfSubjectAccessReview`, discovery, health.
//!
//! # What is not done
//!
//! Other kinds (no Deployment, `DaemonSet`, Ingress, custom resources, nodes) and the subresources `exec` and `log`: such a request
//! gets 404, as from a cluster that lacks the kind, and [`ApiCall::unserved`] names what it asked for. Admission beyond quotas,
//! limit ranges and pod security. `minReadySeconds` and the retention policy of claims of a `StatefulSet`, which an event tells.
//! There is one node and one class, `local-path`, the default: a folder of [`Options::data_dir`] for every claim.
#![warn(missing_docs)]

mod api;
mod apply;
mod auth;
mod calls;
mod client;
mod controllers;
mod defaults;
mod fieldset;
mod merge;
mod object;
mod policy;
mod rules;
mod sandbox;
mod schema;
mod selector;
mod serve;
mod status;
mod store;
mod validate;
mod wire;

pub use calls::{ApiCall, Fault, FaultAnswer};
pub use client::{Apply, Client, Delete, Patch, Propagation};
#[cfg(feature = "mutations")]
pub use rules::Rule;
pub use sandbox::{Error, KubeSandbox, Options};
pub use status::StatusError;
pub use wire::{HttpRequest, Transport};
