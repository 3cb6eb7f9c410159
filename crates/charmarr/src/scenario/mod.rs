//! The demo and its breaks as values: what is done, what is played, and how it must end.
//!
//! Plain data in the words of Juju. [`crate::runner`] plays any of them, so a break differs from the demo only in what
//! stands in its value.

mod breaks;
mod stack;

pub use breaks::{Break, scenario};
pub use stack::{Application, STORAGE, Workload};

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What a person reads before it starts.
    pub about: &'static str,
    /// What is done, in this order; then everything runs until nothing is owed.
    pub operations: Vec<Operation>,
    /// What is played through the stack afterwards.
    pub titles: Vec<Title>,
    /// How it must end, where that is not every application active and every import a hardlink.
    pub ends: Vec<Ending>,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// `juju deploy`, trusted.
    Deploy(Application),
    /// `juju deploy` of a charm that is not ours: it publishes this over `media-storage`, and no more.
    DeployProvider {
        /// The application.
        app: &'static str,
        /// The JSON object that it publishes.
        config: &'static str,
    },
    /// `juju integrate`, both over `media-storage`.
    Integrate {
        requirer: &'static str,
        provider: &'static str,
    },
    /// `kubectl apply` of a claim like that of the storage charm.
    Claim { name: &'static str },
    /// The API server fails the next calls in which this application's charm writes its `StatefulSet`.
    FailMounts { app: &'static str, times: u32 },
    /// The pod is killed right after the API server has answered the mount.
    KillAfterMount { app: &'static str },
}

/// One film or episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    pub name: &'static str,
    pub bytes: u64,
    /// Who downloads it, and where to below the mount path.
    pub download: (&'static str, &'static str),
    /// Who imports it, and where to below the mount path.
    pub import: (&'static str, &'static str),
    /// Who reads what was imported.
    pub readers: Vec<&'static str>,
}

/// How something must end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// An application with exactly this status.
    Status {
        app: &'static str,
        status: &'static str,
        message: &'static str,
    },
    /// A title whose import fails.
    NotImported { title: &'static str },
}

impl Scenario {
    /// The applications that are deployed with a workload.
    pub fn workloads(&self) -> impl Iterator<Item = (&Application, Workload)> {
        self.operations.iter().filter_map(|operation| match operation {
            Operation::Deploy(application) => Some((application, application.workload?)),
            Operation::DeployProvider { .. }
            | Operation::Integrate { .. }
            | Operation::Claim { .. }
            | Operation::FailMounts { .. }
            | Operation::KillAfterMount { .. } => None,
        })
    }
}
