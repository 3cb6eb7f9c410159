//! One container of a pod that is not Juju's: the program of its spec, how it ended, how often it was started.
//!
//! Enters: a container of a pod's spec and what surrounds it. Leaves: a process that is started, asked whether it is ready, told to
//! end; and the [`ContainerState`] that the pod's status tells.

use super::materials::Materials;
use super::mounts;
use super::status::{ContainerState, Ended, State};
use super::volumes::Source;
use super::workload;
use crate::images::Image;
use crate::json::{id, list, text};
use crate::pods::{Container, ContainerSpec, Exec, Exit, Mount, Network, PodNetwork};
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Where a program leaves its last words; the default of `terminationMessagePath`.
const LAST_WORDS: &str = "/dev/termination-log";
/// Of longer last words the kubelet keeps the end.
const MOST_LAST_WORDS: usize = 4096;
/// What a shell reports of a signal.
const SIGNALLED: i32 = 128;

/// What surrounds the containers of a pod.
pub(super) struct Surroundings<'a> {
    pub(super) pod: &'a Value,
    pub(super) folder: &'a Path,
    pub(super) sources: &'a BTreeMap<String, Source>,
    pub(super) account: &'a Mount,
    pub(super) network: &'a PodNetwork,
}

/// A container that may run, run again, or have ended.
#[derive(Debug)]
pub(super) struct Program {
    pod: String,
    image: Option<Image>,
    spec: ContainerSpec,
    last_words: PathBuf,
    /// The command of its readiness probe.
    probe: Vec<String>,
    /// An image that is not there may not be pulled.
    pub(super) never_pulls: bool,
    process: Option<Container>,
    state: ContainerState,
}

/// What a readiness probe said when it failed.
pub(super) struct Unready(pub(super) String);

impl Program {
    /// The container of a pod's spec, which waits for `reason`.
    ///
    /// # Errors
    /// When its mounts cannot be made.
    pub(super) fn new(
        container: &Value,
        around: &Surroundings<'_>,
        materials: &Materials,
        reason: &str,
    ) -> io::Result<Self> {
        let name = text(container, "/name");
        let pod = text(around.pod, "/metadata/name");
        let last_words = around.folder.join("last-words").join(name);
        let mut mounts = mounts::of_container(container, around.sources, around.folder)?;
        // A real API server has put it into the pod's spec already.
        if !mounts.iter().any(|mount| mount.target == around.account.target) {
            mounts.push(around.account.clone());
        }
        mounts.push(Mount::new(&last_words, LAST_WORDS));
        let identity = |field: &str| {
            let own = format!("/securityContext/{field}");
            if container.pointer(&own).is_some() {
                id(container, &own)
            } else {
                id(around.pod, &format!("/spec{own}"))
            }
        };
        let logs = materials.dir.join("logs");
        fs::create_dir_all(&logs)?;
        let words = |pointers: &[&str]| {
            let words = pointers.iter().flat_map(|pointer| list(container, pointer));
            words.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let reference = text(container, "/image");
        let spec = ContainerSpec {
            name: format!("{pod}/{name}"),
            hostname: pod.to_owned(),
            root: around.folder.join("roots").join(name),
            host_system: false,
            mounts,
            network: Network::Pod(around.network.clone()),
            env: workload::environment(container),
            cwd: PathBuf::from("/"),
            argv: words(&["/command", "/args"]),
            uid: identity("runAsUser"),
            gid: identity("runAsGroup"),
            log: Some(logs.join(format!("{pod}-{name}.log"))),
        };
        Ok(Self {
            pod: pod.to_owned(),
            image: materials.images.get(reference).cloned(),
            spec,
            last_words,
            probe: words(&["/readinessProbe/exec/command"]),
            never_pulls: text(container, "/imagePullPolicy") == "Never",
            process: None,
            state: ContainerState::waiting(name, reference, reason),
        })
    }

    /// Starts it, again or for the first time. False when its image is not there.
    ///
    /// # Errors
    /// When the container cannot be made.
    pub(super) fn start(&mut self, now: &str, materials: &Materials) -> io::Result<bool> {
        let Some(image) = &self.image else {
            return Ok(false);
        };
        if let Some(folder) = self.last_words.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.last_words, "")?;
        fs::set_permissions(&self.last_words, std::fs::Permissions::from_mode(0o666))?;
        let process = workload::run(&self.spec, image, &self.pod, materials)?;
        self.process = Some(process);
        if let State::Ended(ended) = &self.state.state {
            self.state.last = Some(ended.clone());
            self.state.restarts += 1;
        }
        self.state.ready = false;
        self.state.state = State::Running {
            since: now.to_owned(),
        };
        Ok(true)
    }

    /// Notes its end, if it has ended since; true when it had.
    ///
    /// # Errors
    /// When the operating system cannot say.
    pub(super) fn look(&mut self, now: &str) -> io::Result<bool> {
        let Some(process) = &mut self.process else {
            return Ok(false);
        };
        let Some(exit) = process.try_wait().map_err(io::Error::other)? else {
            return Ok(false);
        };
        self.process = None;
        let since = match &self.state.state {
            State::Running { since } => since.clone(),
            State::Waiting { .. } | State::Ended(_) => now.to_owned(),
        };
        self.state.ready = false;
        self.state.state = State::Ended(Ended {
            code: code(exit),
            message: self.said(),
            since,
            until: now.to_owned(),
        });
        Ok(true)
    }

    /// Asks whether it is ready: its probe, or that it runs.
    pub(super) fn probe(&mut self) -> Result<(), Unready> {
        let Some(process) = &self.process else {
            self.state.ready = false;
            return Ok(());
        };
        if self.probe.is_empty() {
            self.state.ready = true;
            return Ok(());
        }
        let asked = process.exec(&Exec {
            argv: self.probe.clone(),
            env: self.spec.env.clone(),
            cwd: self.spec.cwd.clone(),
            uid: self.spec.uid,
            gid: self.spec.gid,
        });
        let said = match asked {
            Ok(output) if output.success() => {
                self.state.ready = true;
                return Ok(());
            }
            Ok(output) => String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
            Err(error) => error.to_string(),
        };
        self.state.ready = false;
        Err(Unready(said))
    }

    /// Waits with these words.
    pub(super) fn wait(&mut self, reason: &str, message: &str) {
        self.state.state = State::Waiting {
            reason: reason.to_owned(),
            message: Some(message.to_owned()),
        };
    }

    /// Asks it to end.
    pub(super) fn terminate(&self) {
        if let Some(process) = &self.process {
            process.terminate();
        }
    }

    pub(super) fn runs(&self) -> bool {
        self.process.is_some()
    }

    pub(super) fn state(&self) -> &ContainerState {
        &self.state
    }

    fn said(&self) -> Option<String> {
        let bytes = fs::read(&self.last_words).ok()?;
        let end = bytes.len().saturating_sub(MOST_LAST_WORDS);
        let kept = String::from_utf8_lossy(bytes.get(end..)?).into_owned();
        Some(kept).filter(|kept| !kept.is_empty())
    }
}

fn code(exit: Exit) -> i32 {
    exit.code
        .unwrap_or_else(|| SIGNALLED + exit.signal.unwrap_or_default())
}
