//! The node's one step: look at the pods of the store, make the processes agree, write back what became of them.

use super::addresses::Addresses;
use super::charm::CharmContainer;
use super::materials::{Materials, ServiceAccount};
use super::plain::{self, PlainPod};
use super::pod::Pod;
use super::status::{self, Phase};
use super::volumes;
use crate::agent::HookRunner;
use crate::cluster::{Cluster, ClusterError};
use crate::json::text;
use crate::node::{Command, Happening, Node};
use crate::pods::{self, Exec, Output};
use crate::trace::{Entry, Trace};
use juju_model::UnitName;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// The machine that all pods run on.
#[derive(Debug)]
pub(crate) struct Kubelet {
    pub(super) materials: Materials,
    trace: Trace,
    pods: BTreeMap<String, Pod>,
    pub(super) plain: BTreeMap<String, PlainPod>,
    written: BTreeMap<String, Value>,
    said: BTreeSet<(String, String, String)>,
    /// Pods whose containers did not start.
    pub(super) gave_up: BTreeSet<String>,
    events: u64,
    addresses: Addresses,
}

impl Kubelet {
    /// A node without pods.
    pub(crate) fn new(materials: Materials, trace: Trace) -> Self {
        Self {
            materials,
            trace,
            pods: BTreeMap::new(),
            plain: BTreeMap::new(),
            written: BTreeMap::new(),
            said: BTreeSet::new(),
            gave_up: BTreeSet::new(),
            events: 0,
            addresses: Addresses::default(),
        }
    }

    fn pod(&self, name: &str) -> Option<&Pod> {
        self.pods.values().find(|pod| pod.name == name)
    }

    fn drop_vanished(&mut self, wanted: &[Value]) -> Vec<Happening> {
        let there: BTreeSet<&str> = wanted.iter().map(|pod| text(pod, "/metadata/uid")).collect();
        let gone: Vec<String> = self
            .pods
            .keys()
            .filter(|uid| !there.contains(uid.as_str()))
            .cloned()
            .collect();
        self.plain.retain(|uid, _| there.contains(uid.as_str()));
        gone.iter()
            .filter_map(|uid| self.forget(uid))
            .map(|pod| Happening::Gone {
                pod: pod.name.clone(),
            })
            .collect()
    }

    /// Starts a pod that the scheduler gave to this node, if its volumes can be mounted.
    fn start(&mut self, pod: &Value, cluster: &Cluster) -> Result<Option<Happening>, ClusterError> {
        let uid = text(pod, "/metadata/uid");
        if text(pod, "/spec/nodeName").is_empty() || self.gave_up.contains(uid) {
            return Ok(None);
        }
        let sources = match volumes::resolve(pod, cluster, &self.materials.nfs_exports) {
            Ok(sources) => sources,
            Err(obstacle) => return self.hold(pod, "FailedMount", &obstacle.0, cluster).map(|()| None),
        };
        let (address, account) = (self.next_address(), ServiceAccount::of(pod, cluster)?);
        let (now, materials) = (cluster.now(), &self.materials);
        let started = match Pod::start(pod, &sources, &account, address.clone(), now, materials) {
            Ok(started) => started,
            Err(error) => {
                self.gave_up.insert(uid.to_owned());
                return self
                    .hold(pod, "Failed", &format!("Error: {error}"), cluster)
                    .map(|()| None);
            }
        };
        for container in started.states() {
            let message = format!("Started container {}", container.name);
            self.say(pod, None, ("Normal", "Started", &message), cluster);
        }
        let happening = Happening::Started {
            pod: started.name.clone(),
            address,
        };
        self.pods.insert(uid.to_owned(), started);
        self.look_after(pod, cluster)?;
        Ok(Some(happening))
    }

    pub(super) fn next_address(&mut self) -> String {
        let pods = self.pods.values().map(|pod| pod.address.as_str());
        let plain = self.plain.values().map(|pod| pod.address.as_str());
        let used: BTreeSet<&str> = pods.chain(plain).collect();
        self.addresses.next(|address| used.contains(address))
    }

    /// A pod that cannot start, and why.
    pub(super) fn hold(
        &mut self,
        pod: &Value,
        reason: &str,
        why: &str,
        cluster: &Cluster,
    ) -> Result<(), ClusterError> {
        self.say(pod, None, ("Warning", reason, why), cluster);
        let since = text(pod, "/metadata/creationTimestamp");
        self.write(pod, status::held(pod, since), cluster)
    }

    /// Starts again what ended, and writes the status where it changed.
    fn look_after(&mut self, pod: &Value, cluster: &Cluster) -> Result<(), ClusterError> {
        let Some(running) = self.pods.get_mut(text(pod, "/metadata/uid")) else {
            return Ok(());
        };
        let revived = running.revive(&self.materials);
        let status = status::of(
            Phase::Running,
            &running.states(),
            running.init_states(),
            &running.address,
            &running.since,
        );
        for container in revived.as_deref().unwrap_or_default() {
            let message = format!("Started container {container}");
            self.say(pod, None, ("Normal", "Started", &message), cluster);
        }
        if let Err(error) = revived {
            let message = format!("Back-off restarting failed container: {error}");
            self.say(pod, None, ("Warning", "BackOff", &message), cluster);
        }
        self.write(pod, status, cluster)
    }

    pub(super) fn write(
        &mut self,
        pod: &Value,
        status: Value,
        cluster: &Cluster,
    ) -> Result<(), ClusterError> {
        let uid = text(pod, "/metadata/uid");
        if self.written.get(uid) == Some(&status) {
            return Ok(());
        }
        cluster.write_pod_status(text(pod, "/metadata/name"), &status)?;
        self.written.insert(uid.to_owned(), status);
        Ok(())
    }

    /// Records an event about a pod, or about a part of it; a warning once for the same words. An event that cannot be told, as in
    /// a namespace that ends, is no reason to stop.
    pub(super) fn say(
        &mut self,
        pod: &Value,
        part: Option<&str>,
        (kind, reason, message): (&str, &str, &str),
        cluster: &Cluster,
    ) {
        let key = (
            text(pod, "/metadata/uid").to_owned(),
            reason.to_owned(),
            message.to_owned(),
        );
        if kind == "Warning" && !self.said.insert(key) {
            return;
        }
        self.events += 1;
        self.trace_pod(text(pod, "/metadata/name"), reason, message);
        let event = status::event(pod, part, self.events, (kind, reason, message), &cluster.now());
        let _ = cluster.record(&event);
    }

    fn trace_pod(&self, pod: &str, reason: &str, message: &str) {
        let (pod, reason, message) = (pod.to_owned(), reason.to_owned(), message.to_owned());
        self.trace.record(Entry::Pod { pod, reason, message });
    }

    fn forget(&mut self, uid: &str) -> Option<Pod> {
        self.written.remove(uid);
        self.pods.remove(uid)
    }

    fn uid_of(&self, name: &str) -> Option<String> {
        self.pods
            .iter()
            .find(|(_, pod)| pod.name == name)
            .map(|(uid, _)| uid.clone())
    }
}

impl Node for Kubelet {
    fn sync(&mut self, cluster: &Cluster) -> Result<Vec<Happening>, ClusterError> {
        cluster.serve_sandbox_node(&self.materials.dir.join("volumes"))?;
        let wanted = cluster.pods()?;
        let mut happenings = self.drop_vanished(&wanted);
        for pod in &wanted {
            if plain::is_plain(pod) {
                self.step_plain(pod, cluster)?;
                continue;
            }
            let name = text(pod, "/metadata/name");
            let runs = self.pods.contains_key(text(pod, "/metadata/uid"));
            let ends = pod.pointer("/metadata/deletionTimestamp").is_some();
            match (runs, ends) {
                (true, true) => happenings.push(Happening::Terminating { pod: name.to_owned() }),
                (false, true) => {
                    cluster.remove_pod(name)?;
                    happenings.push(Happening::Gone { pod: name.to_owned() });
                }
                (false, false) => happenings.extend(self.start(pod, cluster)?),
                (true, false) => self.look_after(pod, cluster)?,
            }
        }
        Ok(happenings)
    }

    fn let_go(&mut self, name: &str, cluster: &Cluster) -> Result<bool, ClusterError> {
        if let Some(uid) = self.uid_of(name) {
            let containers = self.pods.get(&uid).map_or(Vec::new(), Pod::states);
            for container in containers {
                self.trace_pod(name, "Killing", &format!("Stopping container {}", container.name));
            }
            self.forget(&uid);
        }
        cluster.remove_pod(name).map(|()| true)
    }

    fn kill(&mut self, pod: &str, cluster: &Cluster) -> Result<(), ClusterError> {
        self.let_go(pod, cluster).map(drop)
    }

    fn kill_container(&mut self, pod: &str, container: &str) -> io::Result<bool> {
        let pod = self.pods.values_mut().find(|found| found.name == pod);
        pod.map_or(Ok(false), |pod| pod.kill_container(container))
    }

    fn is_busy(&self) -> bool {
        self.plain.values().any(PlainPod::is_about_to_end)
    }

    /// Starting a pod may take long, so it is not tried again by itself.
    fn try_again(&mut self) {
        self.gave_up.clear();
    }

    fn juju_folder(&self, pod: &str) -> Option<PathBuf> {
        self.pod(pod).map(Pod::juju_folder)
    }

    fn sockets(&self, pod: &str) -> Vec<(String, PathBuf)> {
        let sockets = self.pod(pod).into_iter().flat_map(Pod::sockets);
        sockets
            .map(|(container, socket)| (container.to_owned(), socket.to_owned()))
            .collect()
    }

    fn boots(&self, pod: &str) -> Vec<(String, String)> {
        let boots = self.pod(pod).into_iter().flat_map(Pod::boots);
        boots
            .map(|(container, boot)| (container.to_owned(), boot.to_owned()))
            .collect()
    }

    fn charm(&self, pod: &str, unit: &UnitName, trace: &Trace) -> Option<Box<dyn HookRunner>> {
        let container = CharmContainer::of(self.pod(pod)?, &self.materials, unit, trace);
        Some(Box::new(container))
    }

    fn exec(&self, pod: &str, container: &str, command: Command<'_>) -> Option<Result<Output, pods::Error>> {
        let (handle, env) = self.pod(pod)?.workload(container)?;
        Some(handle.exec(&Exec {
            argv: command.argv.iter().map(|&word| word.to_owned()).collect(),
            env: env.clone(),
            cwd: Path::new("/").to_owned(),
            uid: command.uid,
            gid: command.gid,
        }))
    }
}
