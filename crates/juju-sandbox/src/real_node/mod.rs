//! A real node on this machine: its kubelet runs the pods, and this enters their containers from outside.
//!
//! Enters: pods as the API shows them. Leaves: what Juju is to hear, and ways into the containers: their files below
//! `/proc/<pid>/root`, their namespaces for programs. It starts no pod and ends none by itself.
//!
//! Juju's own agent would run inside the pod. Here the agent is outside and enters for each hook; in the pod
//! [`container_agent`] holds its place: it installs the programs, answers the probes and keeps the pod until the agent has
//! run what it owes.

pub(crate) mod container_agent;
pub(crate) mod images;
mod process;

use crate::agent::{HookExit, HookInvocation, HookRunner};
use crate::caas;
use crate::cluster::{Cluster, ClusterError};
use crate::json::{list, text};
use crate::kubelet::pebble;
use crate::node::{Command, Happening, Node};
use crate::pods::{self, Exec, Output};
use crate::trace::{Entry, Trace};
use fs_err as fs;
use juju_model::UnitName;
use process::Process;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The pods of one namespace, and the processes behind their containers.
#[derive(Debug)]
pub(crate) struct RealNode {
    trace: Trace,
    pods: BTreeMap<String, Pod>,
    /// Events of pods that the trace has.
    told: BTreeSet<String>,
    api: RefCell<Option<(String, u16)>>,
}

#[derive(Debug)]
struct Pod {
    uid: String,
    containers: BTreeMap<String, Process>,
    let_go: bool,
}

impl RealNode {
    pub(crate) fn new(trace: Trace) -> Self {
        Self {
            trace,
            pods: BTreeMap::new(),
            told: BTreeSet::new(),
            api: RefCell::default(),
        }
    }

    fn container(&self, pod: &str, name: &str) -> Option<&Process> {
        self.pods.get(pod)?.containers.get(name)
    }

    fn workloads(&self, pod: &str) -> impl Iterator<Item = (&String, PathBuf)> {
        let containers = self.pods.get(pod).map(|pod| &pod.containers);
        let charm = containers.and_then(|all| all.get(caas::CHARM_CONTAINER));
        let others = containers.into_iter().flatten();
        others
            .filter(|(name, _)| *name != caas::CHARM_CONTAINER)
            .zip(charm.into_iter().cycle())
            .map(|((name, _), charm)| (name, socket(charm, name)))
    }

    /// A pod that is not known yet, or whose charm's container was started again.
    fn look(&mut self, pod: &Value) -> Option<Happening> {
        let name = text(pod, "/metadata/name");
        let known = self
            .pods
            .get(name)
            .filter(|known| known.uid == text(pod, "/metadata/uid"));
        let containers = processes(pod, known)?;
        let charm = containers.get(caas::CHARM_CONTAINER)?;
        let news = known.is_none_or(|known| known.containers.get(caas::CHARM_CONTAINER) != Some(charm));
        let listening = |name: &str| pebble::boot_id(&socket(charm, name)).is_ok();
        let workloads = || containers.keys().filter(|name| *name != caas::CHARM_CONTAINER);
        if news && !workloads().all(|name| listening(name)) {
            return None;
        }
        let uid = text(pod, "/metadata/uid").to_owned();
        let address = text(pod, "/status/podIP").to_owned();
        let let_go = known.is_some_and(|known| known.let_go);
        let found = Pod {
            uid,
            containers,
            let_go,
        };
        self.pods.insert(name.to_owned(), found);
        news.then(|| Happening::Started {
            pod: name.to_owned(),
            address,
        })
    }

    /// Tells the trace what the cluster's programs said about pods since the last time.
    fn listen(&mut self, cluster: &Cluster) {
        let events = cluster.person().list("Event", Some(cluster.namespace()), "");
        for event in events.unwrap_or_default() {
            let revision = text(&event, "/metadata/resourceVersion").to_owned();
            if text(&event, "/involvedObject/kind") == "Pod" && self.told.insert(revision) {
                let of = |pointer| text(&event, pointer).to_owned();
                self.trace.record(Entry::Pod {
                    pod: of("/involvedObject/name"),
                    reason: of("/reason"),
                    message: of("/message"),
                });
            }
        }
    }
}

/// The processes of all containers of a pod; none unless all of them run.
fn processes(pod: &Value, known: Option<&Pod>) -> Option<BTreeMap<String, Process>> {
    let wanted = list(pod, "/spec/containers").len();
    let statuses = list(pod, "/status/containerStatuses");
    let found: BTreeMap<String, Process> = statuses
        .iter()
        .filter(|status| status.pointer("/state/running").is_some())
        .filter_map(|status| {
            let (name, id) = (text(status, "/name"), text(status, "/containerID"));
            let id = id.rsplit_once("//").map_or(id, |(_, id)| id);
            let same = known
                .and_then(|known| known.containers.get(name))
                .filter(|process| process.is_of(id));
            let process = same.cloned().or_else(|| Process::of_container(id))?;
            Some((name.to_owned(), process))
        })
        .collect();
    (found.len() == wanted && wanted > 0).then_some(found)
}

/// Where the Pebble of a workload listens, through the charm's container.
fn socket(charm: &Process, container: &str) -> PathBuf {
    let folder = charm.path(Path::new("/charm/containers"));
    folder.join(container).join("pebble.socket")
}

impl Node for RealNode {
    fn sync(&mut self, cluster: &Cluster) -> Result<Vec<Happening>, ClusterError> {
        let wanted = cluster.pods()?;
        let there = |name: &str, uid: &str| {
            wanted
                .iter()
                .any(|pod| text(pod, "/metadata/name") == name && text(pod, "/metadata/uid") == uid)
        };
        let gone = |(name, pod): (&String, &Pod)| (!there(name, &pod.uid)).then(|| name.clone());
        let gone: Vec<String> = self.pods.iter().filter_map(gone).collect();
        let mut happenings = Vec::new();
        for pod in gone {
            self.pods.remove(&pod);
            happenings.push(Happening::Gone { pod });
        }
        for pod in &wanted {
            let name = text(pod, "/metadata/name");
            if pod.pointer("/metadata/deletionTimestamp").is_none() {
                happenings.extend(self.look(pod));
            } else if self.pods.contains_key(name) {
                happenings.push(Happening::Terminating { pod: name.to_owned() });
            }
        }
        self.listen(cluster);
        Ok(happenings)
    }

    fn let_go(&mut self, pod: &str, _cluster: &Cluster) -> Result<bool, ClusterError> {
        let Some(found) = self.pods.get_mut(pod) else {
            return Ok(false);
        };
        if let Some(charm) = found.containers.get(caas::CHARM_CONTAINER) {
            // A container that has ended needs no leave.
            let _gone = fs::write(charm.path(Path::new(container_agent::DONE)), "");
        }
        Ok(!std::mem::replace(&mut found.let_go, true))
    }

    fn kill(&mut self, pod: &str, cluster: &Cluster) -> Result<(), ClusterError> {
        self.pods.remove(pod);
        cluster.remove_pod(pod)
    }

    fn kill_container(&mut self, pod: &str, container: &str) -> io::Result<bool> {
        self.container(pod, container)
            .map_or(Ok(false), |process| process.kill().map(|()| true))
    }

    fn juju_folder(&self, pod: &str) -> Option<PathBuf> {
        let charm = self.container(pod, caas::CHARM_CONTAINER)?;
        Some(charm.path(Path::new("/var/lib/juju")))
    }

    fn sockets(&self, pod: &str) -> Vec<(String, PathBuf)> {
        self.workloads(pod)
            .map(|(name, socket)| (name.clone(), socket))
            .collect()
    }

    fn boots(&self, pod: &str) -> Vec<(String, String)> {
        let boot = |(name, socket): (&String, PathBuf)| Some((name.clone(), pebble::boot_id(&socket).ok()?));
        self.workloads(pod).filter_map(boot).collect()
    }

    /// Pods reach the API through the Service `kubernetes`, as their environment says.
    fn api(&self, cluster: &Cluster) -> (String, u16) {
        let mut known = self.api.borrow_mut();
        let service = || {
            let service = cluster
                .person()
                .get("Service", Some("default"), "kubernetes")
                .ok()?;
            Some((text(&service, "/spec/clusterIP").to_owned(), 443))
        };
        known
            .get_or_insert_with(|| service().unwrap_or_else(|| cluster.address()))
            .clone()
    }

    fn charm(&self, pod: &str, _unit: &UnitName, _trace: &Trace) -> Option<Box<dyn HookRunner>> {
        let process = self.container(pod, caas::CHARM_CONTAINER)?.clone();
        Some(Box::new(CharmContainer { process }))
    }

    fn exec(&self, pod: &str, container: &str, command: Command<'_>) -> Option<Result<Output, pods::Error>> {
        let process = self.container(pod, container)?;
        Some(process.run(&Exec {
            argv: command.argv.iter().map(|&word| word.to_owned()).collect(),
            env: BTreeMap::from([("PATH".to_owned(), PATH.to_owned())]),
            cwd: PathBuf::from("/"),
            uid: command.uid,
            gid: command.gid,
        }))
    }
}

/// Runs hooks in the charm's container of a real pod.
struct CharmContainer {
    process: Process,
}

impl HookRunner for CharmContainer {
    fn run(&self, invocation: &HookInvocation) -> io::Result<HookExit> {
        let exec = Exec {
            argv: invocation
                .argv
                .iter()
                .map(|part| part.display().to_string())
                .collect(),
            env: invocation.env.clone(),
            cwd: invocation.cwd.clone(),
            uid: 0,
            gid: 0,
        };
        let output = self.process.run(&exec).map_err(io::Error::other)?;
        Ok(HookExit {
            code: output.exit.code,
            signal: output.exit.signal,
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}
