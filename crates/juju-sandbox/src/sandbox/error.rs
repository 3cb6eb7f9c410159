//! What can keep the sandbox from doing what it was asked.

use std::io;
use std::path::PathBuf;

/// The sandbox cannot go on, or refuses an operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This machine has no containers for us.
    #[error("cannot make containers on this machine: {hint}")]
    NoIsolation {
        /// What a person can do.
        hint: String,
    },
    /// A file or folder.
    #[error("cannot {operation} `{path}`")]
    File {
        /// What was tried.
        operation: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The embedded Kubernetes does not start, or cannot go on.
    #[error("cannot run the embedded Kubernetes")]
    Kubernetes(#[from] kube_sandbox::Error),
    /// The cluster that is there cannot be used.
    #[error(transparent)]
    Server(#[from] crate::cluster::ServerError),
    /// What is in a namespace of the model's name is somebody's.
    #[error("cannot add model `{name}`: the cluster has a namespace of that name already")]
    ModelExists {
        /// The model.
        name: String,
    },
    /// Only the embedded Kubernetes can be made to fail.
    #[error("cannot make Kubernetes fail: it is not the embedded one")]
    NotEmbedded,
    /// Kubernetes refused something that Juju or the node did.
    #[error(transparent)]
    Cluster(#[from] crate::cluster::ClusterError),
    /// The folder is no charm that Juju takes.
    #[error("cannot use charm `{path}`")]
    Charm {
        /// The folder.
        path: PathBuf,
        /// All that is wrong with it.
        source: charm_metadata::Problems,
    },
    /// Juju refuses the resources.
    #[error("cannot {operation}")]
    Resources {
        /// What was asked.
        operation: String,
        /// Why not.
        source: super::resources::Refused,
    },
    /// A name in a charm's files is none that the model takes.
    #[error("cannot use charm `{path}`")]
    Name {
        /// The folder.
        path: PathBuf,
        /// Which, and why.
        source: juju_model::InvalidName,
    },
    /// The model alone cannot do this: the charm's folder or the file of a resource is needed.
    #[error("cannot {operation}: it needs files")]
    NeedsFiles {
        /// What was asked.
        operation: String,
    },
    /// The model refuses the operation.
    #[error(transparent)]
    Refused(#[from] juju_model::Refused),
    /// The agent of a unit broke.
    #[error("cannot run hook `{hook}` of `{unit}`")]
    Agent {
        /// The unit.
        unit: String,
        /// The hook.
        hook: String,
        /// Why.
        source: crate::agent::AgentError,
    },
    /// There is no such container, or its pod does not run.
    #[error("cannot reach container `{container}` of `{unit}`: its pod does not run it")]
    NoContainer {
        /// The unit.
        unit: String,
        /// The container.
        container: String,
    },
    /// A container.
    #[error(transparent)]
    Container(#[from] crate::pods::Error),
    /// Somebody asked for the end.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Names the operation and the place of an input or output error.
    pub(crate) fn file(operation: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            operation,
            path,
            source,
        }
    }
}
