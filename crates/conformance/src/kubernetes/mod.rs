//! Cases about the Kubernetes API, run against a real API server or the embedded one.
//!
//! [`load`] reads the case files; [`run`] plays them on a [`Subject`] and gives a [`Report`](crate::Report). A subject is
//! [`RealCluster`] (any cluster that a kubeconfig names, with the rights of its administrator) or [`EmbeddedCluster`].
//! Both are spoken to over https alone, by a small client that is not the one of the charms, so that a client and a
//! server cannot be wrong together.
//!
//! Inside: `case` is the shape of the files, `resource` knows where resources live, `https` sends, `expect` compares
//! (a pure function), `ownership` spells `managedFields`, `play` goes through the steps of one case.

mod case;
mod embedded_node;
mod expect;
mod https;
mod kubeconfig;
mod ownership;
mod play;
mod resource;
mod subject;
mod suite;
mod template;

pub use case::{Case, Step};
pub use embedded_node::EmbeddedNode;
pub use subject::{EmbeddedCluster, RealCluster, Subject};
pub use suite::{load, run};

use std::path::{Path, PathBuf};

/// The folder of the case files.
#[must_use]
pub fn case_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/kubernetes")
}

/// The folder of the case files about what needs a node to run pods.
#[must_use]
pub fn node_case_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/kubernetes-node")
}

/// Why cases cannot be read or a subject cannot be reached. What a subject answers is never an error but a difference.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder, or the machine's runtime.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A case file that is not one.
    #[error("cannot read the cases of `{}`", path.display())]
    CaseFile {
        /// The file.
        path: PathBuf,
        /// The place and the reason.
        source: Box<serde_saphyr::Error>,
    },
    /// Two cases of one name, which a report could not tell apart.
    #[error("cannot load two cases named `{0}`")]
    SameName(String),
    /// A kubeconfig that does not say how to reach and convince a cluster.
    #[error("cannot use the kubeconfig `{}`: {reason}", path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Certificates or keys.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
    /// The embedded engine.
    #[error("cannot run the embedded engine")]
    Embedded(#[from] kube_sandbox::Error),
    /// The embedded node.
    #[error("cannot run pods: {0}")]
    Node(String),
    /// No whole answer came.
    #[error("cannot send `{request}`: {reason}")]
    Send {
        /// Method and path.
        request: String,
        /// What the connection said.
        reason: String,
    },
    /// The subject refuses what every case needs, such as a namespace.
    #[error("cannot prepare: `{request}` was answered {answer}")]
    Prepare {
        /// Method and path.
        request: String,
        /// Code and body.
        answer: String,
    },
    /// A step that no subject could carry out.
    #[error("cannot understand the step `{0}`")]
    Step(String),
}
