//! The demo and its breaks as values: what is done, what is played, and how it must end.
//!
//! Plain data in the words of Juju. [`crate::runner`] plays any of them, so a break differs from the demo only in what
//! stands in its value.

mod breaks;
mod stack;

pub use breaks::{Break, scenario};
pub use stack::{Application, CLAIM, STORAGE, Workload};

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What a person reads before it starts.
    pub about: &'static str,
    /// What is done, in this order; then everything runs until nothing is owed.
    pub operations: Vec<Operation>,
    /// What happens once it is at rest, one after the other.
    pub acts: Vec<Act>,
    /// What is played through the stack: at the end, where no act does it.
    pub titles: Vec<Title>,
    /// How it must end, where that is not every application active and every import a hardlink.
    pub ends: Vec<Ending>,
}

/// A stack at rest is looked at, then something is done to it, then everything runs again until nothing is owed.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The moment before it, for a person: `while nobody leads`.
    pub when: &'static str,
    /// What must be so at that moment.
    pub ends: Vec<Ending>,
    /// The titles that are played at that moment; they must still be there at the end.
    pub plays: Vec<&'static str>,
    /// What is done then, in this order.
    pub operations: Vec<Operation>,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// `juju deploy`
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
    /// The API server refuses connections from the moment on at which this application's charm first writes its
    /// `StatefulSet`; that write is not carried out.
    ApiDownAtMount { app: &'static str },
    /// The API server answers again.
    ApiBack,
    /// The leader's lease runs out, and no unit gets it.
    LoseLeader { app: &'static str },
    /// This unit gets the lease.
    Lead { unit: &'static str },
    /// `kubectl delete pvc`, by a person.
    DeleteClaim { name: &'static str },
    /// `kubectl drain`, then `uncordon`.
    Drain,
    /// Five minutes pass: `update-status` of every unit.
    Timer,
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
    /// A unit with exactly this status.
    Says {
        unit: &'static str,
        status: &'static str,
        message: &'static str,
    },
    /// A title whose import fails.
    NotImported { title: &'static str },
    /// A title that is one file under two names.
    Imported { title: &'static str },
    /// Exactly these claims can be mounted by several pods, each with its phase as `kubectl get pvc` shows it.
    Claims(&'static [(&'static str, &'static str)]),
    /// The `StatefulSet` of the application was changed this many times since it was made: each change of its template
    /// replaces its pod once.
    Changes { app: &'static str, times: u64 },
    /// Every pod is another one than in the look before, with another address.
    PodsReplaced,
}

impl Scenario {
    /// The applications that are deployed with a workload.
    pub fn workloads(&self) -> impl Iterator<Item = (&Application, Workload)> {
        self.operations.iter().filter_map(|operation| {
            let Operation::Deploy(application) = operation else {
                return None;
            };
            Some((application, application.workload?))
        })
    }
}
