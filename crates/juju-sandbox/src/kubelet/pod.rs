//! One pod that runs: its folder, its network, its containers.
//!
//! Enters: the pod's spec and where its volumes are. Leaves: running workload containers, each with a Pebble that answers, and what
//! the charm's container is made from. Everything ends when this is dropped.

use super::materials::{Materials, ServiceAccount, install};
use super::mounts;
use super::status::{ContainerState, Ended, State};
use super::volumes::Source;
use super::workload::{Place, Workload};
use crate::caas;
use crate::json::{list, text};
use crate::pods::{ContainerHandle, Mount, PodNetwork};
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A pod that runs.
#[derive(Debug)]
pub(crate) struct Pod {
    /// Its name, `app-0`.
    pub(crate) name: String,
    /// Its address, which nothing listens on.
    pub(crate) address: String,
    /// When it was started.
    pub(crate) since: String,
    folder: PathBuf,
    charm_mounts: Vec<Mount>,
    workloads: Vec<Workload>,
    /// Of containers that are not running processes: the init container, the charm's.
    init: Vec<ContainerState>,
    charm: Vec<ContainerState>,
}

impl Pod {
    /// Starts all containers of `pod` and waits until each Pebble answers.
    ///
    /// # Errors
    /// When an image is not known, or a container cannot be started; nothing of it runs then.
    pub(crate) fn start(
        pod: &Value,
        sources: &BTreeMap<String, Source>,
        account: &ServiceAccount,
        address: String,
        since: String,
        materials: &Materials,
    ) -> io::Result<Self> {
        let folder = materials.dir.join("pods").join(text(pod, "/metadata/uid"));
        install(&mounts::empty_dir(&folder, caas::SHARED_VOLUME)?, materials)?;
        let account = Mount::read_only(account.write(&folder)?, ServiceAccount::PATH);
        let mounts_of = |container: &Value| -> io::Result<Vec<Mount>> {
            let mut mounts = mounts::of_container(container, sources, &folder)?;
            // A real API server has put it into the pod's spec already.
            if !mounts.iter().any(|mount| mount.target == account.target) {
                mounts.push(account.clone());
            }
            Ok(mounts)
        };
        let (charm, workloads): (Vec<&Value>, Vec<&Value>) = list(pod, "/spec/containers")
            .iter()
            .partition(|container| text(container, "/name") == caas::CHARM_CONTAINER);
        let mut started = Self {
            name: text(pod, "/metadata/name").to_owned(),
            address,
            charm_mounts: charm
                .first()
                .map_or(Ok(Vec::new()), |container| mounts_of(container))?,
            workloads: Vec::new(),
            init: list(pod, "/spec/initContainers")
                .iter()
                .map(|container| done(container, &since))
                .collect(),
            charm: charm
                .into_iter()
                .map(|container| resting(container, &since))
                .collect(),
            since,
            folder: folder.clone(),
        };
        if !workloads.is_empty() {
            let place = Place {
                pod: text(pod, "/metadata/name"),
                folder: &folder,
                sockets: started.shared("charm/containers"),
                network: PodNetwork::new(materials.isolation, &[]).map_err(io::Error::other)?,
                since: &started.since.clone(),
            };
            for container in workloads {
                started.workloads.push(Workload::start(
                    container,
                    mounts_of(container)?,
                    &place,
                    materials,
                )?);
            }
        }
        started
            .workloads
            .iter_mut()
            .try_for_each(Workload::await_pebble)?;
        Ok(started)
    }

    /// Starts again what has ended; the names of these containers.
    pub(crate) fn revive(&mut self, materials: &Materials) -> io::Result<Vec<String>> {
        let mut revived = Vec::new();
        for workload in &mut self.workloads {
            if workload.revive(materials)? {
                revived.push(workload.name().to_owned());
            }
        }
        Ok(revived)
    }

    /// Ends the container of a workload, which the node starts again; false when there is none of this name.
    pub(crate) fn kill_container(&mut self, name: &str) -> io::Result<bool> {
        let found = self.workloads.iter_mut().find(|workload| workload.name() == name);
        found.map_or(Ok(false), |workload| workload.kill().map(|()| true))
    }

    /// The status of each container, with the readiness that its Pebble tells now.
    pub(crate) fn states(&self) -> Vec<ContainerState> {
        self.charm
            .iter()
            .cloned()
            .chain(self.workloads.iter().map(Workload::state))
            .collect()
    }

    /// The status of each init container.
    pub(crate) fn init_states(&self) -> &[ContainerState] {
        &self.init
    }

    /// The sockets of its Pebbles, on the host, by container.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.workloads
            .iter()
            .map(|workload| (workload.name(), workload.socket()))
    }

    /// The boot ids of its Pebbles, by container.
    pub(crate) fn boots(&self) -> impl Iterator<Item = (&str, &str)> {
        self.workloads
            .iter()
            .map(|workload| (workload.name(), workload.boot()))
    }

    /// The log of a workload's Pebble.
    pub(crate) fn log(&self, container: &str) -> Option<&Path> {
        self.find(container)?.log()
    }

    /// A workload container and the environment its image gives to programs.
    pub(crate) fn workload(&self, container: &str) -> Option<(ContainerHandle, &BTreeMap<String, String>)> {
        Some(self.find(container)?.entrance())
    }

    /// `/var/lib/juju` of the charm's container, on the host.
    pub(crate) fn juju_folder(&self) -> PathBuf {
        self.shared("var/lib/juju")
    }

    /// The root of the charm's container, on the host; made for its first hook.
    pub(crate) fn charm_root(&self) -> PathBuf {
        self.folder.join("roots").join(caas::CHARM_CONTAINER)
    }

    /// What the charm's container mounts, beside the machine's own system.
    pub(crate) fn charm_mounts(&self) -> Vec<Mount> {
        // The machine's system folders are read-only there: nothing can be mounted into them.
        let system = ["/usr", "/bin", "/sbin", "/lib", "/etc"];
        let free = |mount: &&Mount| !system.iter().any(|folder| mount.target.starts_with(folder));
        self.charm_mounts.iter().filter(free).cloned().collect()
    }

    fn find(&self, container: &str) -> Option<&Workload> {
        self.workloads
            .iter()
            .find(|workload| workload.name() == container)
    }

    fn shared(&self, below: &str) -> PathBuf {
        self.folder.join("volumes").join(caas::SHARED_VOLUME).join(below)
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        // Containers end when they are dropped; what is left are folders that nobody mounts any more.
        self.workloads.clear();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A container that no process of its own stands for: it counts as running well.
fn resting(container: &Value, since: &str) -> ContainerState {
    ContainerState {
        ready: true,
        state: State::Running {
            since: since.to_owned(),
        },
        ..ContainerState::waiting(text(container, "/name"), text(container, "/image"), "")
    }
}

/// The same for an init container: its work is done.
fn done(container: &Value, since: &str) -> ContainerState {
    let ended = Ended {
        code: 0,
        message: None,
        since: since.to_owned(),
        until: since.to_owned(),
    };
    ContainerState {
        state: State::Ended(ended),
        ..resting(container, since)
    }
}
