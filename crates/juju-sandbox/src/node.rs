//! The node that pods run on, whichever it is: the embedded kubelet, or a real one on this machine.

use crate::agent::HookRunner;
use crate::cluster::{Cluster, ClusterError};
use crate::pods::{self, Output};
use crate::trace::Trace;
use juju_model::UnitName;
use std::io;
use std::path::PathBuf;

/// What Juju hears of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
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

/// What is run in a workload container, as `kubectl exec` does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command<'a> {
    /// The program and its arguments.
    pub(crate) argv: &'a [&'a str],
    /// Its user.
    pub(crate) uid: u32,
    /// Its only group.
    pub(crate) gid: u32,
}

/// Pods are called by their names. What is asked of a pod that does not run has no answer.
pub(crate) trait Node: std::fmt::Debug + Send {
    /// Brings what runs and what the cluster wants closer, once; what Juju is to hear.
    ///
    /// # Errors
    /// When the cluster refuses a read or a write.
    fn sync(&mut self, cluster: &Cluster) -> Result<Vec<Happening>, ClusterError>;

    /// A pod that was told to end may do so: its agent owes nothing any more. False when it knows that already.
    ///
    /// # Errors
    /// When the cluster refuses.
    fn let_go(&mut self, pod: &str, cluster: &Cluster) -> Result<bool, ClusterError>;

    /// Ends a pod here and now, as when the power fails.
    ///
    /// # Errors
    /// When the cluster refuses.
    fn kill(&mut self, pod: &str, cluster: &Cluster) -> Result<(), ClusterError>;

    /// Ends one workload container, which the node starts again; false when there is none of this name.
    ///
    /// # Errors
    /// When it cannot be ended.
    fn kill_container(&mut self, pod: &str, container: &str) -> io::Result<bool>;

    /// Whether a pod that is not Juju's is about to end.
    fn is_busy(&self) -> bool {
        false
    }

    /// Tries again what was given up.
    fn try_again(&mut self) {}

    /// `/var/lib/juju` of the charm's container, on the host.
    fn juju_folder(&self, pod: &str) -> Option<PathBuf>;

    /// Whether the pod runs.
    fn runs(&self, pod: &str) -> bool {
        self.juju_folder(pod).is_some()
    }

    /// The sockets of its workloads' Pebbles, on the host, by container.
    fn sockets(&self, pod: &str) -> Vec<(String, PathBuf)>;

    /// The boot ids of these Pebbles, by container.
    fn boots(&self, pod: &str) -> Vec<(String, String)>;

    /// Host and port at which the charm's container reaches the API.
    fn api(&self, cluster: &Cluster) -> (String, u16) {
        cluster.address()
    }

    /// What runs the hooks of `unit` in the charm's container; what the charm asks of Pebbles is told to `trace`.
    fn charm(&self, pod: &str, unit: &UnitName, trace: &Trace) -> Option<Box<dyn HookRunner>>;

    /// Runs a program in a workload container and waits for it.
    ///
    /// # Errors
    /// When it cannot be started.
    fn exec(&self, pod: &str, container: &str, command: Command<'_>) -> Option<Result<Output, pods::Error>>;
}
