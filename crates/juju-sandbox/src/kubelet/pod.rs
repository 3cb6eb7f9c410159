//! One pod that runs: its folder, its network, its workload containers.
//!
//! Enters: the pod's spec and where its volumes are. Leaves: running containers, each with a Pebble that answers. Everything ends
//! when this is dropped.

use super::kills::Kills;
use super::mounts;
use super::pebble;
use super::status::ContainerState;
use super::volumes::Source;
use crate::caas;
use crate::images::{Image, STAND_IN_PROGRAM};
use crate::pods::{Container, ContainerHandle, ContainerSpec, Isolation, Mount, Network, PodNetwork, spawn};
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a Pebble may take to listen.
const PEBBLE_PATIENCE: Duration = Duration::from_secs(20);
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Where every container finds its service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What all pods of a node are made with.
#[derive(Clone, Debug)]
pub(crate) struct Materials {
    /// Below it pods, logs and programs.
    pub(crate) dir: PathBuf,
    /// How real containers are.
    pub(crate) isolation: Isolation,
    /// Images by reference.
    pub(crate) images: BTreeMap<String, Image>,
    /// Folders that stand for NFS exports, by `server:path`.
    pub(crate) nfs_exports: BTreeMap<String, PathBuf>,
    /// This program, as a file that can be linked into pods.
    pub(crate) program: PathBuf,
    /// Where living containers are known.
    pub(crate) kills: Kills,
}

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
    service_account: Mount,
    workloads: BTreeMap<String, Workload>,
    network: Option<PodNetwork>,
    init: Vec<ContainerState>,
    charm_image: String,
}

#[derive(Debug)]
struct Workload {
    spec: ContainerSpec,
    image: Image,
    reference: String,
    container: Container,
    socket: PathBuf,
    restarts: u32,
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
        install(&mounts::empty_dir(&folder, caas::SHARED_VOLUME)?, &materials.program)?;
        let service_account = Mount::read_only(account.write(&folder)?, SERVICE_ACCOUNT);
        let containers = list(pod, "/spec/containers");
        let charm = containers.iter().find(|one| text(one, "/name") == caas::CHARM_CONTAINER);
        let mut started = Self {
            name: text(pod, "/metadata/name").to_owned(),
            address,
            since,
            charm_mounts: charm.map_or(Ok(Vec::new()), |one| mounts::of_container(one, sources, &folder))?,
            charm_image: charm.map_or_else(String::new, |one| text(one, "/image").to_owned()),
            init: list(pod, "/spec/initContainers").iter().map(|one| state(one, true, 0)).collect(),
            service_account,
            workloads: BTreeMap::new(),
            network: None,
            folder,
        };
        for container in containers.iter().filter(|one| text(one, "/name") != caas::CHARM_CONTAINER) {
            let mounts = mounts::of_container(container, sources, &started.folder)?;
            started.add_workload(container, mounts, materials)?;
        }
        started.await_pebbles()?;
        Ok(started)
    }

    fn add_workload(&mut self, container: &Value, mut mounts: Vec<Mount>, materials: &Materials) -> io::Result<()> {
        let (name, reference) = (text(container, "/name").to_owned(), text(container, "/image").to_owned());
        let Some(image) = materials.images.get(&reference).cloned() else {
            return Err(io::Error::other(format!("cannot pull image `{reference}`: no such image was given")));
        };
        if matches!(image, Image::StandIn(_)) {
            mounts.push(Mount::read_only(&materials.program, STAND_IN_PROGRAM));
        }
        mounts.push(self.service_account.clone());
        let network = match &self.network {
            Some(network) => network.clone(),
            None => PodNetwork::new(materials.isolation, &[]).map_err(io::Error::other)?,
        };
        self.network = Some(network.clone());
        let logs = materials.dir.join("logs");
        fs::create_dir_all(&logs)?;
        let argv = ["/command", "/args"].iter().flat_map(|part| list(container, part));
        let id = |pointer: &str| {
            container.pointer(pointer).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).unwrap_or_default()
        };
        let spec = ContainerSpec {
            name: format!("{}/{name}", self.name),
            hostname: self.name.clone(),
            root: self.folder.join("roots").join(&name),
            host_system: false,
            mounts,
            network: Network::Pod(network),
            env: environment(container),
            cwd: PathBuf::from("/"),
            argv: argv.filter_map(Value::as_str).map(str::to_owned).collect(),
            uid: id("/securityContext/runAsUser"),
            gid: id("/securityContext/runAsGroup"),
            log: Some(logs.join(format!("{}-{name}.log", self.name))),
        };
        let container = run(&spec, &image, &self.name, materials)?;
        let socket = self.socket(&name);
        self.workloads.insert(name, Workload { spec, image, reference, container, socket, restarts: 0 });
        Ok(())
    }

    /// Starts again what has ended.
    pub(crate) fn revive(&mut self, materials: &Materials) -> io::Result<Vec<String>> {
        let mut revived = Vec::new();
        for (name, workload) in &mut self.workloads {
            if workload.container.try_wait().map_err(io::Error::other)?.is_some() {
                workload.container = run(&workload.spec, &workload.image, &self.name, materials)?;
                workload.restarts += 1;
                revived.push(name.clone());
            }
        }
        if !revived.is_empty() {
            self.await_pebbles()?;
        }
        Ok(revived)
    }

    /// Ends the container of a workload; the node starts it again.
    pub(crate) fn kill_container(&mut self, name: &str) -> io::Result<bool> {
        let Some(workload) = self.workloads.get_mut(name) else { return Ok(false) };
        workload.container.kill();
        workload.container.wait().map_err(io::Error::other)?;
        Ok(true)
    }

    /// The status of each container, with the readiness that its Pebble tells now.
    pub(crate) fn states(&self) -> (Vec<ContainerState>, Vec<ContainerState>) {
        let charm = ContainerState {
            name: caas::CHARM_CONTAINER.to_owned(),
            image: self.charm_image.clone(),
            ready: true,
            restarts: 0,
        };
        let workloads = self.workloads.iter().map(|(name, workload)| ContainerState {
            name: name.clone(),
            image: workload.reference.clone(),
            ready: pebble::healthy(&workload.socket, "ready"),
            restarts: workload.restarts,
        });
        (std::iter::once(charm).chain(workloads).collect(), self.init.clone())
    }

    /// The sockets of its Pebbles, on the host, by container.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.workloads.iter().map(|(name, workload)| (name.as_str(), workload.socket.as_path()))
    }

    /// The log of a workload's Pebble.
    pub(crate) fn log(&self, container: &str) -> Option<&Path> {
        self.workloads.get(container)?.spec.log.as_deref()
    }

    /// A workload container and the environment its image gives to programs.
    pub(crate) fn workload(&self, container: &str) -> Option<(ContainerHandle, &BTreeMap<String, String>)> {
        let workload = self.workloads.get(container)?;
        Some((workload.container.handle(), &workload.spec.env))
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
        self.charm_mounts.iter().filter(free).cloned().chain([self.service_account.clone()]).collect()
    }

    fn socket(&self, container: &str) -> PathBuf {
        self.shared("charm/containers").join(container).join("pebble.socket")
    }

    fn shared(&self, below: &str) -> PathBuf {
        self.folder.join("volumes").join(caas::SHARED_VOLUME).join(below)
    }

    fn await_pebbles(&mut self) -> io::Result<()> {
        for (name, workload) in &mut self.workloads {
            let until = Instant::now() + PEBBLE_PATIENCE;
            while let Err(error) = pebble::boot_id(&workload.socket) {
                if let Some(exit) = workload.container.try_wait().map_err(io::Error::other)? {
                    return Err(io::Error::other(format!("the Pebble of container `{name}` ended with {exit:?}")));
                }
                if Instant::now() > until {
                    return Err(io::Error::new(error.kind(), format!("the Pebble of container `{name}`: {error}")));
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        // Containers end when they are dropped; what is left are folders that nobody mounts any more.
        self.workloads.clear();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a pod's service account is to the programs in it.
#[derive(Clone, Debug)]
pub(crate) struct ServiceAccount {
    pub(crate) token: String,
    pub(crate) ca: String,
    pub(crate) namespace: String,
}

impl ServiceAccount {
    fn write(&self, pod_folder: &Path) -> io::Result<PathBuf> {
        let folder = pod_folder.join("serviceaccount");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("token"), &self.token)?;
        fs::write(folder.join("ca.crt"), &self.ca)?;
        fs::write(folder.join("namespace"), &self.namespace)?;
        Ok(folder)
    }
}

/// What the init container does: programs and folders in the volume that all containers share. All programs are this one,
/// which knows by its name what it is asked to be.
fn install(shared: &Path, program: &Path) -> io::Result<()> {
    for folder in ["charm/bin", "charm/containers", "var/lib/juju", "containeragent/pebble", "containeragent/var/log/juju"] {
        fs::create_dir_all(shared.join(folder))?;
    }
    for name in ["pebble", "jujuc", "containeragent"] {
        let target = shared.join("charm/bin").join(name);
        if !target.exists() {
            fs::hard_link(program, target)?;
        }
    }
    Ok(())
}

fn run(spec: &ContainerSpec, image: &Image, pod: &str, materials: &Materials) -> io::Result<Container> {
    if spec.root.exists() {
        fs::remove_dir_all(&spec.root)?;
    }
    fs::create_dir_all(&spec.root)?;
    image.unpack(&spec.root)?;
    let container = spawn(spec, materials.isolation).map_err(io::Error::other)?;
    materials.kills.started(pod, container.handle());
    Ok(container)
}

fn environment(container: &Value) -> BTreeMap<String, String> {
    let mut env = BTreeMap::from([("PATH".to_owned(), PATH.to_owned()), ("HOME".to_owned(), "/root".to_owned())]);
    let given = list(container, "/env").iter();
    env.extend(given.map(|one| (text(one, "/name").to_owned(), text(one, "/value").to_owned())));
    env
}

fn state(container: &Value, ready: bool, restarts: u32) -> ContainerState {
    let of = |pointer| text(container, pointer).to_owned();
    ContainerState { name: of("/name"), image: of("/image"), ready, restarts }
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
