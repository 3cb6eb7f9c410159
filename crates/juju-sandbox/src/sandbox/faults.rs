//! Breaking things on purpose.

use super::{Error, KillAfterCall, Sandbox};
use crate::caas;
use crate::json::text;
use juju_model::{AppName, UnitName};
use kube_sandbox::Fault;

impl Sandbox {
    /// Kills the pod of `unit` now, as when its node loses power; the `StatefulSet` makes a new one.
    ///
    /// # Errors
    /// When the embedded Kubernetes refuses.
    pub fn kill_pod(&mut self, unit: &UnitName) -> Result<(), Error> {
        self.lose_pod(&unit.dashed(), &mut |_| {})
    }

    /// Kills one workload container of `unit`; it is started again in the same pod, with a new boot of its Pebble.
    ///
    /// # Errors
    /// When there is no such container.
    pub fn kill_container(&mut self, unit: &UnitName, container: &str) -> Result<(), Error> {
        let killed = self.cloud.node.kill_container(&unit.dashed(), container);
        if killed.map_err(Error::file("end container", container))? {
            return Ok(());
        }
        Err(Error::NoContainer {
            unit: unit.to_string(),
            container: container.to_owned(),
        })
    }

    /// Evicts every pod, as `kubectl drain` does before it is taken back (units run `stop`); each is made again by its
    /// `StatefulSet` with another address.
    ///
    /// # Errors
    /// When Kubernetes refuses: a disruption budget wants a pod.
    pub fn drain(&mut self) -> Result<(), Error> {
        for pod in self.cloud.cluster.pods()? {
            self.cloud.cluster.evict(text(&pod, "/metadata/name"))?;
        }
        Ok(())
    }

    /// Kills a pod right after a certain API call of its charm.
    ///
    /// # Errors
    /// When the cluster is not the embedded one: no other tells its calls as they happen.
    pub fn on(&mut self, trigger: KillAfterCall) -> Result<(), Error> {
        self.kube()?;
        self.triggers.add(trigger);
        Ok(())
    }

    /// Makes API calls fail; the service account of `app` is the user `system:serviceaccount:<model>:<app>`.
    ///
    /// # Errors
    /// When the cluster is not the embedded one: no other fails on demand.
    pub fn inject(&mut self, fault: Fault) -> Result<(), Error> {
        self.kube()?.inject(fault);
        Ok(())
    }

    /// The user that the charm of `app` is to the Kubernetes API.
    pub fn user_of(&self, app: &AppName) -> String {
        format!("system:serviceaccount:{}:{app}", self.cloud.cluster.namespace())
    }

    /// Juju's controller restarts: it writes the whole `StatefulSet` of every application again.
    ///
    /// # Errors
    /// When the embedded Kubernetes refuses.
    pub fn restart_controller(&mut self) -> Result<(), Error> {
        let applied = self
            .apps
            .values()
            .filter_map(|deployed| deployed.applied.as_ref());
        for wanted in applied {
            self.cloud
                .cluster
                .write(&caas::reapply(&self.cloud.model, wanted))?;
        }
        Ok(())
    }
}
