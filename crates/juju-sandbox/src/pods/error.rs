//! What can go wrong with a container, seen from the host program.

use std::io;
use std::path::PathBuf;

/// A container, its network or a program inside could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This machine does not let us make namespaces.
    #[error("cannot make containers on this machine: {hint}")]
    NoIsolation {
        /// What a person can do about it, in one line.
        hint: String,
    },
    /// A source of a mount, the root or the log is not there.
    #[error("cannot use `{path}` for container `{container}`")]
    Path {
        /// The container's name.
        container: String,
        /// The path on the host.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The spec asks for what no container can be.
    #[error("cannot start container `{container}`: {reason}")]
    Spec {
        /// The container's name.
        container: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The machine would not start the process, or the talk with it broke off.
    #[error("cannot start container `{container}`")]
    Start {
        /// The container's name.
        container: String,
        /// Why.
        source: io::Error,
    },
    /// A step inside failed: a namespace, a mount, or the program itself.
    #[error("cannot start container `{container}`: {message}")]
    Inside {
        /// The container's name.
        container: String,
        /// What the process inside said.
        message: String,
    },
    /// The container has ended, so nothing can be run in it.
    #[error("cannot run `{program}` in container `{container}`: the container has ended")]
    Ended {
        /// The container's name.
        container: String,
        /// What should have run.
        program: String,
    },
    /// Waiting for a process failed.
    #[error("cannot wait for container `{container}`")]
    Wait {
        /// The container's name.
        container: String,
        /// Why.
        source: io::Error,
    },
}
