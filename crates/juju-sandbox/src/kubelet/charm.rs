//! The charm's container: one container per hook, with a root and a `/var/lib/juju` that last as long as the pod.
//!
//! Enters: what the agent wants run. Leaves: how it ended. The machine's own system folders stand for the charm base image, so
//! scripts run as well as static programs; the network is the machine's, so that the embedded API is reached.

use super::kills::Kills;
use super::materials::Materials;
use super::pebble_log::PebbleLog;
use super::pod::Pod;
use crate::agent::{HookExit, HookInvocation, HookRunner};
use crate::pods::{ContainerSpec, Isolation, Mount, Network, spawn};
use crate::trace::{Entry, Trace};
use fs_err as fs;
use juju_model::UnitName;
use std::io;
use std::path::PathBuf;

/// Everything that the container of a hook is made from, without holding the pod.
#[derive(Clone, Debug)]
pub(crate) struct CharmContainer {
    pod: String,
    root: PathBuf,
    mounts: Vec<Mount>,
    isolation: Isolation,
    kills: Kills,
    unit: String,
    pebbles: Vec<PebbleLog>,
    trace: Trace,
}

impl CharmContainer {
    /// The charm's container of the `pod` of `unit`. What the charm asks of Pebbles is told to `trace`.
    pub(crate) fn of(pod: &Pod, materials: &Materials, unit: &UnitName, trace: &Trace) -> Self {
        let pebbles = pod
            .sockets()
            .filter_map(|(container, socket)| PebbleLog::new(container, socket, pod.log(container)?));
        Self {
            unit: unit.to_string(),
            pebbles: pebbles.collect(),
            trace: trace.clone(),
            pod: pod.name.clone(),
            root: pod.charm_root(),
            mounts: [materials.charm_base.clone(), pod.charm_mounts()].concat(),
            isolation: materials.isolation,
            kills: materials.kills.clone(),
        }
    }
}

impl HookRunner for CharmContainer {
    fn run(&self, invocation: &HookInvocation) -> io::Result<HookExit> {
        fs::create_dir_all(&self.root)?;
        let spec = ContainerSpec {
            name: format!("{}/charm", self.pod),
            hostname: self.pod.clone(),
            root: self.root.clone(),
            host_system: true,
            mounts: self.mounts.clone(),
            network: Network::Host,
            env: invocation.env.clone(),
            cwd: invocation.cwd.clone(),
            argv: invocation
                .argv
                .iter()
                .map(|part| part.display().to_string())
                .collect(),
            uid: 0,
            gid: 0,
            log: None,
        };
        let container = spawn(&spec, self.isolation).map_err(io::Error::other)?;
        self.kills.started(&self.pod, container.handle());
        let output = container.wait_with_output().map_err(io::Error::other)?;
        self.trace_pebble_calls();
        Ok(HookExit {
            code: output.exit.code,
            signal: output.exit.signal,
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}

impl CharmContainer {
    fn trace_pebble_calls(&self) {
        let dispatch = self.trace.running(&self.unit);
        for log in &self.pebbles {
            for request in log.requests() {
                self.trace.record(Entry::PebbleCall {
                    dispatch,
                    unit: self.unit.clone(),
                    container: log.container().to_owned(),
                    method: request.method,
                    path: request.path,
                    code: request.code,
                });
            }
        }
    }
}
