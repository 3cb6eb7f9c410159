//! The host program's side of a container: starting it, waiting for it, ending it.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use super::control::{Control, Exit, OuterPlan, Report, Request};
use super::exec::{Exec, Output, Target};
use super::plan::{outputs, plan, user_namespace};
use super::stage::Stage;
use super::{ContainerSpec, Error, Isolation, Network};

/// A running container. Dropping it kills everything inside and waits until it is gone.
#[derive(Debug)]
pub struct Container {
    outer: Child,
    handle: ContainerHandle,
    exit: Option<Exit>,
}

/// A container as other threads see it: it may be ended or entered while its owner waits for it.
#[derive(Clone, Debug)]
pub struct ContainerHandle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    isolation: Isolation,
    control: Control,
    /// Process 1 of the container, as the host numbers it.
    init: i32,
    /// Kept alive as long as the container.
    network: Network,
}

/// Starts a container; returns as soon as its program runs.
///
/// # Errors
/// When the machine allows no containers ([`Isolation::None`]), a path of the spec is missing, or a namespace, a mount or
/// the program fails; nothing is left running.
pub fn spawn(spec: &ContainerSpec, isolation: Isolation) -> Result<Container, Error> {
    if let Some(hint) = isolation.hint() {
        return Err(Error::NoIsolation { hint });
    }
    let plan = plan(spec, isolation)?;
    let at = |source| Error::Start {
        container: spec.name.clone(),
        source,
    };
    let (control, stdin) = Control::pair().map_err(at)?;
    let (stdout, stderr) = outputs(spec)?;
    let mut outer = stage_process(Stage::Outer, stdin)
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .map_err(at)?;
    let started = control
        .send(&OuterPlan {
            user: user_namespace(&spec.network, isolation),
        })
        .and_then(|()| control.send(&plan))
        .and_then(|()| control.receive());
    match ready(started, &spec.name) {
        Ok(init) => {
            let shared = Shared {
                name: spec.name.clone(),
                isolation,
                control,
                init,
                network: spec.network.clone(),
            };
            Ok(Container {
                outer,
                handle: ContainerHandle {
                    shared: Arc::new(shared),
                },
                exit: None,
            })
        }
        Err(error) => {
            control.close();
            outer.wait().map_err(at)?;
            Err(error)
        }
    }
}

impl Container {
    /// Process 1 of the container, as the host numbers it.
    pub fn pid(&self) -> i32 {
        self.handle.shared.init
    }

    /// What other threads may hold.
    pub fn handle(&self) -> ContainerHandle {
        self.handle.clone()
    }

    /// How the program ended; none while it runs.
    ///
    /// # Errors
    /// When the operating system cannot say.
    pub fn try_wait(&mut self) -> Result<Option<Exit>, Error> {
        if self.exit.is_none()
            && self
                .outer
                .try_wait()
                .map_err(|source| self.lost(source))?
                .is_some()
        {
            self.exit = Some(self.last_word()?);
        }
        Ok(self.exit)
    }

    /// Waits until the program and everything else inside has ended.
    ///
    /// A program that writes much needs a log, or [`Container::wait_with_output`]: captured output that nobody reads stops it.
    ///
    /// # Errors
    /// When the operating system cannot say.
    pub fn wait(&mut self) -> Result<Exit, Error> {
        if let Some(exit) = self.exit {
            return Ok(exit);
        }
        self.outer.wait().map_err(|source| self.lost(source))?;
        let exit = self.last_word()?;
        self.exit = Some(exit);
        Ok(exit)
    }

    /// Waits as [`Container::wait`] and collects the output (empty where a log gets it).
    ///
    /// # Errors
    /// When the operating system cannot say, or the output cannot be read.
    pub fn wait_with_output(mut self) -> Result<Output, Error> {
        let streams = super::exec::Streams::of(&mut self.outer);
        let exit = self.wait()?;
        // Everything inside has ended, so both streams have.
        let (stdout, stderr) = streams.collect(None);
        Ok(Output { exit, stdout, stderr })
    }

    /// Kills everything inside, as when a node's power fails. Returns at once; [`Container::wait`] sees the end.
    pub fn kill(&self) {
        self.handle.kill();
    }

    /// Asks the program to end (SIGTERM).
    pub fn terminate(&self) {
        self.handle.terminate();
    }

    /// Runs a program inside; see [`ContainerHandle::exec`].
    ///
    /// # Errors
    /// As there.
    pub fn exec(&self, exec: &Exec) -> Result<Output, Error> {
        self.handle.exec(exec)
    }

    /// How the program ended, as its init said last.
    fn last_word(&self) -> Result<Exit, Error> {
        let control = &self.handle.shared.control;
        // The outer process is gone; should init have outlived it, it must not outlive this.
        control.close();
        match control.receive().map_err(|source| self.lost(source))? {
            Some(Report::Exited(exit)) => Ok(exit),
            Some(Report::Ready(_) | Report::Failed(_)) | None => Ok(Exit::KILLED),
        }
    }

    fn lost(&self, source: io::Error) -> Error {
        Error::Wait {
            container: self.handle.shared.name.clone(),
            source,
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.kill();
        // Nobody is left to tell.
        let _ = self.wait();
    }
}

impl ContainerHandle {
    /// Kills everything inside. Returns at once.
    pub fn kill(&self) {
        self.shared.control.close();
    }

    /// Asks the program to end (SIGTERM).
    pub fn terminate(&self) {
        // A container that has ended needs no asking.
        let _ = self.shared.control.send(&Request::Terminate);
    }

    /// Whether the program still runs.
    pub fn is_running(&self) -> bool {
        self.shared.control.is_quiet()
    }

    /// Runs a program inside, next to what runs there, and waits for it, as `kubectl exec` does: the same root, mounts, processes and
    /// network, no standard input.
    ///
    /// A process that it leaves behind lives on until the container ends; output is waited for at most a moment longer
    /// than the program itself.
    ///
    /// # Errors
    /// When the container has ended, or the program cannot be started.
    pub fn exec(&self, exec: &Exec) -> Result<Output, Error> {
        let shared = &*self.shared;
        let target = Target {
            container: &shared.name,
            isolation: shared.isolation,
            init: shared.init,
            joins_network: matches!(shared.network, Network::Pod(_)),
        };
        super::exec::exec(exec, &target, || self.is_running())
    }
}

/// A process of this very program that is to become `stage`. In a process group of its own: Ctrl-C is for the host program.
pub(super) fn stage_process(stage: Stage, stdin: Stdio) -> Command {
    let mut command = stage.command();
    command
        .env_clear()
        .process_group(0)
        .stdin(stdin)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Reads a stage's first word: the number of the process that it is about.
pub(super) fn ready(report: io::Result<Option<Report>>, container: &str) -> Result<i32, Error> {
    let container = container.to_owned();
    match report {
        Ok(Some(Report::Ready(process))) => Ok(process),
        Ok(Some(Report::Failed(message))) => Err(Error::Inside { container, message }),
        Ok(Some(Report::Exited(_)) | None) => Err(Error::Inside {
            container,
            message: "it ended before it was ready (does `main` begin with `pods::entry`?)".into(),
        }),
        Err(source) => Err(Error::Start { container, source }),
    }
}
