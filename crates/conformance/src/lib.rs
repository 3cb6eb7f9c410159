//! What the sandbox believes about Juju, Kubernetes and Pebble, checked against the real programs.
//!
//! A case is data: a few requests and what each answer must hold. It is written once and runs against two subjects, the
//! embedded engine and the real one. What an answer must hold was seen on the real one first; wherever a subject
//! answers otherwise, the suite tells a [`Difference`] by the name of its case.
//!
//! - [`kubernetes`]: the API server and its controllers (cases below `cases/kubernetes`).
//! - [`pebble`]: the service manager in every workload container (cases below `cases/pebble`).
//! - [`juju`]: the model, the unit agents and their hook commands (cases below `cases/juju`).
//! - [`Report`]: what came of a run, the same for every engine.
//! - [`Mutation`]: a rule that is broken on purpose, and the cases that must see it.
#![warn(missing_docs)]

pub mod fidelity;
pub mod juju;
pub mod kubernetes;
mod mutation;
mod pattern;
pub mod pebble;
mod report;

pub use mutation::{Mutation, MutationError};
pub use report::{Difference, Report};
