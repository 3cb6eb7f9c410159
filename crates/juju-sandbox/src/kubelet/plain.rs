//! A pod that is not Juju's: init containers one after the other, then all others; each runs the program of its spec.
//!
//! Enters: the pod's spec and where its volumes are; then the passing of time. Leaves: what the pod's status tells, and what its
//! events do. There is no back-off: what may run again does so at once.

use super::materials::{Materials, ServiceAccount};
use super::program::{Program, Surroundings, Unready};
use super::status::{ContainerState, Phase, State};
use super::volumes::Source;
use crate::caas;
use crate::json::{list, text};
use crate::pods::{Mount, PodNetwork};
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// True for a pod that Juju did not make: none of its containers is the charm's.
pub(super) fn is_plain(pod: &Value) -> bool {
    let charms = |container: &Value| text(container, "/name") == caas::CHARM_CONTAINER;
    !list(pod, "/spec/containers").iter().any(charms)
}

/// A pod that runs or has run.
#[derive(Debug)]
pub(super) struct PlainPod {
    pub(super) address: String,
    pub(super) since: String,
    folder: PathBuf,
    restart: Restart,
    init: Vec<Program>,
    containers: Vec<Program>,
    /// When what still runs is killed.
    killed_at: Option<Instant>,
}

/// Which programs run again when they have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Restart {
    Always,
    OnFailure,
    Never,
}

/// An event of a container.
pub(super) struct Told {
    pub(super) warning: bool,
    pub(super) reason: &'static str,
    pub(super) message: String,
    /// Which container, as events name it.
    pub(super) part: String,
}

impl PlainPod {
    /// The pod with nothing started yet.
    ///
    /// # Errors
    /// When a folder, a mount or the pod's network cannot be made.
    pub(super) fn new(
        pod: &Value,
        sources: &BTreeMap<String, Source>,
        account: &ServiceAccount,
        address: String,
        since: String,
        materials: &Materials,
    ) -> io::Result<Self> {
        let folder = materials.dir.join("pods").join(text(pod, "/metadata/uid"));
        let account = Mount::read_only(account.write(&folder)?, ServiceAccount::PATH);
        let network = PodNetwork::new(materials.isolation, &[]).map_err(io::Error::other)?;
        let around = Surroundings {
            pod,
            folder: &folder,
            sources,
            account: &account,
            network: &network,
        };
        let has_init = !list(pod, "/spec/initContainers").is_empty();
        let reason = if has_init {
            "PodInitializing"
        } else {
            "ContainerCreating"
        };
        let programs = |pointer: &str| {
            let containers = list(pod, pointer).iter();
            containers
                .map(|container| Program::new(container, &around, materials, reason))
                .collect::<io::Result<Vec<_>>>()
        };
        Ok(Self {
            address,
            since,
            restart: match text(pod, "/spec/restartPolicy") {
                "Never" => Restart::Never,
                "OnFailure" => Restart::OnFailure,
                _ => Restart::Always,
            },
            init: programs("/spec/initContainers")?,
            containers: programs("/spec/containers")?,
            killed_at: None,
            folder,
        })
    }

    /// Looks at what ended, starts what is to run, asks what is ready; the events of all that.
    ///
    /// # Errors
    /// When a container cannot be made or looked at.
    pub(super) fn step(&mut self, now: &str, materials: &Materials) -> io::Result<Vec<Told>> {
        let mut told = Vec::new();
        for program in self.init.iter_mut().chain(&mut self.containers) {
            program.look(now)?;
        }
        let restart = self.restart;
        let mut start = |program: &mut Program, kind: &str| -> io::Result<()> {
            if !restart.wants(program.state()) {
                return Ok(());
            }
            told.extend(begin(program, kind, now, materials)?);
            Ok(())
        };
        match self.init.iter_mut().find(|program| !succeeded(program.state())) {
            Some(next) => start(next, "initContainers")?,
            None => self
                .containers
                .iter_mut()
                .try_for_each(|program| start(program, "containers"))?,
        }
        for program in &mut self.containers {
            if let Err(Unready(said)) = program.probe() {
                told.push(Told {
                    warning: true,
                    reason: "Unhealthy",
                    message: format!("Readiness probe failed: {said}"),
                    part: part("containers", program),
                });
            }
        }
        Ok(told)
    }

    /// Tells its programs to end; what does not is killed after the grace. The events of that.
    pub(super) fn end(&mut self, grace: Duration) -> Vec<Told> {
        if self.killed_at.is_some() {
            return Vec::new();
        }
        self.killed_at = Some(Instant::now() + grace);
        let running = |programs: &[Program], kind: &str| {
            let running = programs.iter().filter(|program| program.runs());
            running
                .map(|program| {
                    program.terminate();
                    Told {
                        warning: false,
                        reason: "Killing",
                        message: format!("Stopping container {}", program.state().name),
                        part: part(kind, program),
                    }
                })
                .collect::<Vec<_>>()
        };
        let mut told = running(&self.init, "initContainers");
        told.extend(running(&self.containers, "containers"));
        told
    }

    /// True when nothing of it runs any more, or nothing may.
    ///
    /// # Errors
    /// When the operating system cannot say.
    pub(super) fn has_ended(&mut self, now: &str) -> io::Result<bool> {
        for program in self.init.iter_mut().chain(&mut self.containers) {
            program.look(now)?;
        }
        let runs = self.init.iter().chain(&self.containers).any(Program::runs);
        Ok(!runs || self.killed_at.is_some_and(|at| Instant::now() >= at))
    }

    /// Whether it was told to end, or something runs in it that is to end by itself.
    pub(super) fn is_about_to_end(&self) -> bool {
        let runs = |programs: &[Program]| programs.iter().any(Program::runs);
        self.killed_at.is_some()
            || runs(&self.init)
            || (self.restart != Restart::Always && runs(&self.containers))
    }

    /// Where the pod is in its life, as the kubelet counts it.
    pub(super) fn phase(&self) -> Phase {
        let ended = |program: &Program| matches!(program.state().state, State::Ended(_));
        if let Some(init) = self.init.iter().find(|program| !succeeded(program.state())) {
            let failed = ended(init) && self.restart == Restart::Never;
            return if failed { Phase::Failed } else { Phase::Pending };
        }
        if self.containers.iter().any(|program| never_ran(program.state())) {
            return Phase::Pending;
        }
        if !self.containers.iter().all(ended) || self.restart == Restart::Always {
            return Phase::Running;
        }
        if self.containers.iter().all(|program| succeeded(program.state())) {
            Phase::Succeeded
        } else if self.restart == Restart::Never {
            Phase::Failed
        } else {
            Phase::Running
        }
    }

    pub(super) fn init_states(&self) -> Vec<ContainerState> {
        self.init.iter().map(|program| program.state().clone()).collect()
    }

    pub(super) fn states(&self) -> Vec<ContainerState> {
        self.containers
            .iter()
            .map(|program| program.state().clone())
            .collect()
    }
}

impl Drop for PlainPod {
    fn drop(&mut self) {
        // Containers end when they are dropped; what is left are folders that nobody mounts any more.
        self.init.clear();
        self.containers.clear();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Restart {
    /// Whether a container in this state is to be started.
    fn wants(self, state: &ContainerState) -> bool {
        match &state.state {
            State::Running { .. } => false,
            State::Waiting { .. } => true,
            State::Ended(ended) => match self {
                Self::Always => true,
                Self::OnFailure => ended.code != 0,
                Self::Never => false,
            },
        }
    }
}

/// Starts a container; its events.
fn begin(program: &mut Program, kind: &str, now: &str, materials: &Materials) -> io::Result<Vec<Told>> {
    let part = part(kind, program);
    let (name, image) = (program.state().name.clone(), program.state().image.clone());
    let say = |warning, reason, message| Told {
        warning,
        reason,
        message,
        part: part.clone(),
    };
    if program.start(now, materials)? {
        return Ok(vec![
            say(
                false,
                "Pulled",
                format!("Container image \"{image}\" already present on machine"),
            ),
            say(false, "Created", format!("Created container: {name}")),
            say(false, "Started", format!("Started container {name}")),
        ]);
    }
    let (reason, message) = if program.never_pulls {
        let message = format!("Container image \"{image}\" is not present with pull policy of Never");
        ("ErrImageNeverPull", message)
    } else {
        let message = format!("Failed to pull image \"{image}\": no such image was given");
        ("ErrImagePull", message)
    };
    program.wait(reason, &message);
    Ok(vec![say(true, reason, message)])
}

fn part(kind: &str, program: &Program) -> String {
    format!("spec.{kind}{{{}}}", program.state().name)
}

fn succeeded(state: &ContainerState) -> bool {
    matches!(&state.state, State::Ended(ended) if ended.code == 0)
}

fn never_ran(state: &ContainerState) -> bool {
    matches!(state.state, State::Waiting { .. })
}
