//! Ending the containers of a pod from another thread, while a hook runs in one of them.
//!
//! Enters: handles of containers as they start. Leaves: their end, and which pods were ended this way.

use crate::pods::ContainerHandle;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The living containers of every pod. Cheap to clone: all clones know the same containers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kills {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    containers: BTreeMap<String, Vec<ContainerHandle>>,
    killed: BTreeSet<String>,
    everything: bool,
}

impl Kills {
    /// A container of `pod` runs. Where everything is being ended, it is ended at once.
    pub(crate) fn started(&self, pod: &str, container: ContainerHandle) {
        let mut inner = self.lock();
        if inner.everything {
            container.kill();
        }
        let containers = inner.containers.entry(pod.to_owned()).or_default();
        containers.retain(ContainerHandle::is_running);
        containers.push(container);
    }

    /// Ends all containers of `pod` at once, as SIGKILL does, and remembers that.
    pub(crate) fn kill(&self, pod: &str) {
        let mut inner = self.lock();
        inner.killed.insert(pod.to_owned());
        for container in inner.containers.remove(pod).unwrap_or_default() {
            container.kill();
        }
    }

    /// Ends everything, now and from now on.
    pub(crate) fn kill_everything(&self) {
        let mut inner = self.lock();
        inner.everything = true;
        for container in std::mem::take(&mut inner.containers).into_values().flatten() {
            container.kill();
        }
    }

    /// Whether everything is being ended.
    pub(crate) fn ending(&self) -> bool {
        self.lock().everything
    }

    /// The pods that were ended since this was asked last.
    pub(crate) fn take_killed(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.lock().killed)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
