//! One workload container: an image, a Pebble that answers, and how often it was started again.

use super::materials::Materials;
use super::pebble;
use super::status::{ContainerState, State};
use crate::images::{Image, STAND_IN_PROGRAM};
use crate::json::{id, list, text};
use crate::pods::{Container, ContainerHandle, ContainerSpec, Mount, Network, PodNetwork, spawn};
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a Pebble may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A workload container that was started.
#[derive(Debug)]
pub(super) struct Workload {
    pod: String,
    name: String,
    reference: String,
    image: Image,
    spec: ContainerSpec,
    /// On the host.
    socket: PathBuf,
    container: Container,
    boot: String,
    since: String,
    restarts: u32,
}

/// The places of a pod that its workloads need.
pub(super) struct Place<'a> {
    /// The pod's name.
    pub(super) pod: &'a str,
    /// The pod's folder.
    pub(super) folder: &'a Path,
    /// The folder with the sockets of all its Pebbles.
    pub(super) sockets: PathBuf,
    /// The pod's network.
    pub(super) network: PodNetwork,
    /// When the pod was started.
    pub(super) since: &'a str,
}

impl Workload {
    /// Starts the `container` of a pod's spec with these mounts. Its Pebble may not listen yet.
    pub(super) fn start(
        container: &Value,
        mut mounts: Vec<Mount>,
        place: &Place<'_>,
        materials: &Materials,
    ) -> io::Result<Self> {
        let (name, reference) = (
            text(container, "/name").to_owned(),
            text(container, "/image").to_owned(),
        );
        let Some(image) = materials.images.get(&reference).cloned() else {
            let why = format!("cannot pull image `{reference}`: no such image was given");
            return Err(io::Error::other(why));
        };
        if matches!(image, Image::StandIn(_)) {
            mounts.push(Mount::read_only(&materials.program, STAND_IN_PROGRAM));
        }
        let logs = materials.dir.join("logs");
        fs::create_dir_all(&logs)?;
        let argv = ["/command", "/args"]
            .iter()
            .flat_map(|part| list(container, part));
        let spec = ContainerSpec {
            name: format!("{}/{name}", place.pod),
            hostname: place.pod.to_owned(),
            root: place.folder.join("roots").join(&name),
            host_system: false,
            mounts,
            network: Network::Pod(place.network.clone()),
            env: environment(container),
            cwd: PathBuf::from("/"),
            argv: argv.filter_map(Value::as_str).map(str::to_owned).collect(),
            uid: id(container, "/securityContext/runAsUser"),
            gid: id(container, "/securityContext/runAsGroup"),
            log: Some(logs.join(format!("{}-{name}.log", place.pod))),
        };
        let socket = place.sockets.join(&name).join("pebble.socket");
        let running = run(&spec, &image, place.pod, materials)?;
        let pod = place.pod.to_owned();
        Ok(Self {
            pod,
            name,
            reference,
            image,
            spec,
            socket,
            container: running,
            boot: String::new(),
            since: place.since.to_owned(),
            restarts: 0,
        })
    }

    /// Starts it again if it has ended; true when it did.
    pub(super) fn revive(&mut self, materials: &Materials) -> io::Result<bool> {
        if self.container.try_wait().map_err(io::Error::other)?.is_none() {
            return Ok(false);
        }
        self.container = run(&self.spec, &self.image, &self.pod, materials)?;
        self.restarts += 1;
        self.await_pebble()?;
        Ok(true)
    }

    /// Waits until its Pebble answers, and remembers its boot: it stays the same until the container is started again.
    pub(super) fn await_pebble(&mut self) -> io::Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            let error = match pebble::boot_id(&self.socket) {
                Ok(boot) => {
                    self.boot = boot;
                    return Ok(());
                }
                Err(error) => error,
            };
            let why = match self.container.try_wait().map_err(io::Error::other)? {
                Some(exit) => format!("it ended with {exit:?}"),
                None if Instant::now() > until => error.to_string(),
                None => {
                    std::thread::sleep(Duration::from_millis(5));
                    continue;
                }
            };
            return Err(io::Error::other(format!(
                "the Pebble of container `{}`: {why}",
                self.name
            )));
        }
    }

    /// Ends it.
    pub(super) fn kill(&mut self) -> io::Result<()> {
        self.container.kill();
        self.container.wait().map(drop).map_err(io::Error::other)
    }

    /// Its status, with the readiness that its Pebble tells now.
    pub(super) fn state(&self) -> ContainerState {
        ContainerState {
            name: self.name.clone(),
            image: self.reference.clone(),
            ready: pebble::healthy(&self.socket, "ready"),
            restarts: self.restarts,
            state: State::Running {
                since: self.since.clone(),
            },
            last: None,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The boot id of its Pebble.
    pub(super) fn boot(&self) -> &str {
        &self.boot
    }

    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(super) fn log(&self) -> Option<&Path> {
        self.spec.log.as_deref()
    }

    /// What enters it, and the environment its image gives to programs.
    pub(super) fn entrance(&self) -> (ContainerHandle, &BTreeMap<String, String>) {
        (self.container.handle(), &self.spec.env)
    }
}

/// A container starts with a fresh copy of its image.
pub(super) fn run(
    spec: &ContainerSpec,
    image: &Image,
    pod: &str,
    materials: &Materials,
) -> io::Result<Container> {
    if spec.root.exists() {
        fs::remove_dir_all(&spec.root)?;
    }
    fs::create_dir_all(&spec.root)?;
    image.unpack(&spec.root)?;
    let container = spawn(spec, materials.isolation).map_err(io::Error::other)?;
    materials.kills.started(pod, container.handle());
    Ok(container)
}

/// What an image gives to programs, and what the container's spec adds.
pub(super) fn environment(container: &Value) -> BTreeMap<String, String> {
    let usual = [("PATH", PATH), ("HOME", "/root")];
    let given = list(container, "/env")
        .iter()
        .map(|one| (text(one, "/name"), text(one, "/value")));
    usual
        .into_iter()
        .chain(given)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
