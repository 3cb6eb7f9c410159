//! The node's step for a pod that is not Juju's: it starts, runs, ends as its spec says, with nobody's leave.

use super::materials::ServiceAccount;
use super::node::Kubelet;
use super::plain::{PlainPod, Told};
use super::status;
use super::volumes;
use crate::cluster::{Cluster, ClusterError};
use crate::json::text;
use serde_json::Value;
use std::time::Duration;

impl Kubelet {
    /// Makes the processes of the pod and the pod agree, once.
    ///
    /// # Errors
    /// When the store refuses a read or a write.
    pub(super) fn step_plain(&mut self, pod: &Value, cluster: &Cluster) -> Result<(), ClusterError> {
        let uid = text(pod, "/metadata/uid").to_owned();
        if pod.pointer("/metadata/deletionTimestamp").is_some() {
            return self.end_plain(&uid, pod, cluster);
        }
        if text(pod, "/spec/nodeName").is_empty() || self.gave_up.contains(&uid) {
            return Ok(());
        }
        if !self.plain.contains_key(&uid) && !self.make_plain(&uid, pod, cluster)? {
            return Ok(());
        }
        let Some(running) = self.plain.get_mut(&uid) else {
            return Ok(());
        };
        let told = match running.step(&cluster.now(), &self.materials) {
            Ok(told) => told,
            Err(error) => return self.give_up(&uid, pod, &error, cluster),
        };
        let status = status::of(
            running.phase(),
            &running.states(),
            &running.init_states(),
            &running.address,
            &running.since,
        );
        self.tell(pod, &told, cluster);
        self.write(pod, status, cluster)
    }

    /// False when its volumes or its sandbox cannot be made.
    fn make_plain(&mut self, uid: &str, pod: &Value, cluster: &Cluster) -> Result<bool, ClusterError> {
        let sources = match volumes::resolve(pod, cluster, &self.materials.nfs_exports) {
            Ok(sources) => sources,
            Err(obstacle) => {
                self.hold(pod, "FailedMount", &obstacle.0, cluster)?;
                return Ok(false);
            }
        };
        let (address, account) = (self.next_address(), ServiceAccount::of(pod, cluster)?);
        match PlainPod::new(pod, &sources, &account, address, cluster.now(), &self.materials) {
            Ok(made) => {
                self.plain.insert(uid.to_owned(), made);
                Ok(true)
            }
            Err(error) => self.give_up(uid, pod, &error, cluster).map(|()| false),
        }
    }

    fn give_up(
        &mut self,
        uid: &str,
        pod: &Value,
        error: &std::io::Error,
        cluster: &Cluster,
    ) -> Result<(), ClusterError> {
        self.plain.remove(uid);
        self.gave_up.insert(uid.to_owned());
        self.hold(pod, "Failed", &format!("Error: {error}"), cluster)
    }

    /// A pod that was told to end: first its programs, then the pod.
    fn end_plain(&mut self, uid: &str, pod: &Value, cluster: &Cluster) -> Result<(), ClusterError> {
        let seconds = pod
            .pointer("/metadata/deletionGracePeriodSeconds")
            .and_then(Value::as_u64);
        if let Some(running) = self.plain.get_mut(uid) {
            let told = running.end(Duration::from_secs(seconds.unwrap_or_default()));
            // A container that cannot be looked at any more has ended.
            let ended = running.has_ended(&cluster.now()).unwrap_or(true);
            self.tell(pod, &told, cluster);
            if !ended {
                return Ok(());
            }
        }
        self.plain.remove(uid);
        cluster.remove_pod(text(pod, "/metadata/name"))
    }

    fn tell(&mut self, pod: &Value, told: &[Told], cluster: &Cluster) {
        for told in told {
            let kind = if told.warning { "Warning" } else { "Normal" };
            self.say(pod, Some(&told.part), (kind, told.reason, &told.message), cluster);
        }
    }
}
