//! One hook from begin to end. Enters: a hook that is due. Leaves: how it ended, with the world changed accordingly.

use super::context::HookContext;
use super::environment::{Site, environment};
use super::{server, signal};
use juju_model::{Changes, Hook, NotDue, Process, UnitName, World};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{fmt, io};

/// Runs the process of a hook, wherever its charm lives.
pub trait HookRunner {
    /// Runs `invocation` to its end, with nothing on its standard input and no other environment.
    ///
    /// # Errors
    /// When no process could be started at all.
    fn run(&self, invocation: &HookInvocation) -> io::Result<HookExit>;
}

/// A process to run. Paths are those the charm sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookInvocation {
    /// Whose.
    pub unit: UnitName,
    /// The whole environment.
    pub env: BTreeMap<String, String>,
    /// The program; Juju gives it no arguments.
    pub argv: Vec<PathBuf>,
    /// Where it runs: the charm's folder.
    pub cwd: PathBuf,
}

/// How a process ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookExit {
    /// Its exit code; `None`: a signal killed it.
    pub code: Option<i32>,
    /// The signal.
    pub signal: Option<i32>,
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it wrote as error.
    pub stderr: Vec<u8>,
}

/// Is told what happens. Recording must not fail.
pub trait TraceSink: Sync {
    /// A hook or action begins.
    fn hook_started(&self, unit: &UnitName, hook: &Hook);
    /// The running hook called a hook command.
    fn hook_command(&self, unit: &UnitName, command: &str, args: &[String], exit_code: u8);
    /// The running hook logged something (`juju-log`, or a line of its output), at Juju's level.
    fn log(&self, unit: &UnitName, level: &str, message: &str);
    /// It ended.
    fn hook_ended(&self, unit: &UnitName, hook: &Hook, end: &HookEnd, millis: u64);
}

/// How a hook ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookEnd {
    /// It succeeded and its changes are in the world.
    Committed,
    /// The charm has no handler for it: Juju counts that as success.
    NoHandler,
    /// It failed; why.
    Failed(String),
    /// It was killed, or its pod ended: owed as before.
    Requeued,
}

/// The agent could not run the hook. The hook is owed as before.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// It is not the unit's next.
    #[error(transparent)]
    NotDue(#[from] NotDue),
    /// The socket for the hook commands could not be made.
    #[error("cannot listen for hook commands in `{}`", dir.display())]
    Socket {
        /// Where.
        dir: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The process could not be started.
    #[error("cannot run `{}`", program.display())]
    Run {
        /// Which program.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// The world, also when a thread that held it is no more.
pub(super) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `hook` on `unit` and enters the outcome into `world`. The world is not locked while the process runs.
///
/// # Errors
/// When the hook is not due, or nothing could be run at all.
pub fn run_hook(
    world: &Mutex<World>,
    unit: &UnitName,
    hook: &Hook,
    site: &Site,
    runner: &dyn HookRunner,
    trace: &dyn TraceSink,
) -> Result<HookEnd, AgentError> {
    let run = lock(world).begin(unit, hook)?;
    trace.hook_started(unit, hook);
    let began = Instant::now();
    let context = Mutex::new(HookContext::new(run, site, world, trace));
    let turn = Turn {
        world,
        unit,
        hook,
        site,
        runner,
        trace,
        context: &context,
    };
    let end = turn.take();
    if end.is_err() {
        lock(world).requeue(unit, hook);
    }
    let told = end
        .as_ref()
        .map_or_else(|error| HookEnd::Failed(Chain(error).to_string()), HookEnd::clone);
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    trace.hook_ended(unit, hook, &told, millis);
    end
}

/// The file that handles a hook.
enum Handler {
    /// This one, relative to the charm's folder.
    File(PathBuf),
    /// There is none.
    Missing,
    /// There is something, and it cannot be run.
    Broken(String),
}

struct Turn<'a> {
    world: &'a Mutex<World>,
    unit: &'a UnitName,
    hook: &'a Hook,
    site: &'a Site,
    runner: &'a dyn HookRunner,
    trace: &'a dyn TraceSink,
    context: &'a Mutex<HookContext<'a>>,
}

impl Turn<'_> {
    fn take(&self) -> Result<HookEnd, AgentError> {
        match handler(self.site, self.hook) {
            Handler::File(file) => self.run(&file),
            Handler::Broken(why) => Ok(self.fail(why)),
            Handler::Missing if self.hook.action().is_some() => Ok(self.fail(format!(
                "action not implemented on unit {:?}",
                self.unit.to_string()
            ))),
            Handler::Missing => match self.commit(Changes::default()) {
                HookEnd::Committed => Ok(HookEnd::NoHandler),
                end @ (HookEnd::NoHandler | HookEnd::Failed(_) | HookEnd::Requeued) => Ok(end),
            },
        }
    }

    fn run(&self, file: &Path) -> Result<HookEnd, AgentError> {
        let invocation = {
            let context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
            HookInvocation {
                unit: self.unit.clone(),
                env: environment(context.run(), self.site),
                argv: vec![self.site.charm_dir_seen.join(file)],
                cwd: self.site.charm_dir_seen.clone(),
            }
        };
        let dir = &self.site.agent_dir;
        let socket_error = |source| AgentError::Socket {
            dir: dir.clone(),
            source,
        };
        let listener = super::socket::listen(dir).map_err(socket_error)?;
        let exit = server::serve_while(&listener, self.context, || self.runner.run(&invocation));
        super::socket::remove(dir);
        let program = self.site.charm_dir_seen.join(file);
        let exit = exit.map_err(|source| AgentError::Run { program, source })?;
        self.log_output(&exit);
        Ok(self.conclude(&exit))
    }

    fn log_output(&self, exit: &HookExit) {
        for (level, output) in [("DEBUG", &exit.stdout), ("WARNING", &exit.stderr)] {
            for line in String::from_utf8_lossy(output).lines() {
                self.trace.log(self.unit, level, line);
            }
        }
    }

    /// What the end of the process means.
    fn conclude(&self, exit: &HookExit) -> HookEnd {
        if self.was_interrupted(exit) {
            lock(self.world).requeue(self.unit, self.hook);
            return HookEnd::Requeued;
        }
        if let Some(id) = self.hook.action() {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let code = exit.code.unwrap_or(-1);
            lock(self.world).set_action_output(id, code, &text(&exit.stdout), &text(&exit.stderr));
        }
        match exit.code {
            Some(0) => {
                let changes = self
                    .context
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take_changes();
                self.commit(changes)
            }
            Some(code) => self.fail(format!("exit status {code}")),
            None => self.killed(exit.signal.unwrap_or_default()),
        }
    }

    /// A signal ended the process. Juju's agent takes SIGTERM and SIGKILL for the end of its container, whoever sent it, and
    /// owes the hook as before (seen in Juju 3.5); others are failures.
    fn killed(&self, signal: i32) -> HookEnd {
        let ends = [nix::libc::SIGTERM, nix::libc::SIGKILL].contains(&signal);
        if ends && self.hook.action().is_none() {
            lock(self.world).requeue(self.unit, self.hook);
            return HookEnd::Requeued;
        }
        self.fail(if ends {
            "terminated".to_owned()
        } else {
            signal::told(signal)
        })
    }

    /// Whether the pod went while the hook ran: it is gone, or it is told to end and the hook was killed.
    fn was_interrupted(&self, exit: &HookExit) -> bool {
        let world = lock(self.world);
        let agent = world.unit(self.unit).map(|unit| &unit.agent);
        let runs = agent
            .and_then(|agent| agent.running.as_ref())
            .is_some_and(|it| it.hook == *self.hook);
        let process = agent.map_or(Process::Down, |agent| agent.process);
        match process {
            Process::Down => true,
            Process::Up => !runs,
            Process::Stopping => !runs || exit.code.is_none(),
        }
    }

    fn commit(&self, changes: Changes) -> HookEnd {
        let refused = match lock(self.world).commit(self.unit, self.hook, changes) {
            Ok(()) => return HookEnd::Committed,
            Err(refused) => refused.to_string(),
        };
        if let Some(id) = self.hook.action() {
            lock(self.world).set_action_output(id, 1, "", &refused);
        }
        self.fail(refused)
    }

    fn fail(&self, why: String) -> HookEnd {
        lock(self.world).fail(self.unit, self.hook, why.clone());
        HookEnd::Failed(why)
    }
}

/// `dispatch` if the charm has one, else the file of that very hook.
fn handler(site: &Site, hook: &Hook) -> Handler {
    let charm_dir = &site.charm_dir;
    if !charm_dir.join("metadata.yaml").is_file() {
        return Handler::Broken("charm missing from disk".to_owned());
    }
    for file in ["dispatch".into(), PathBuf::from(hook.dispatch_path())] {
        match fs_err::metadata(charm_dir.join(&file)) {
            Ok(facts) if facts.is_file() && facts.permissions().mode() & 0o111 != 0 => {
                return Handler::File(file);
            }
            Ok(_) => {
                return Handler::Broken(format!(
                    "exec: {:?}: permission denied",
                    site.charm_dir_seen.join(&file).display().to_string()
                ));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Handler::Broken(error.to_string()),
        }
    }
    Handler::Missing
}

/// An error with its causes, in one line.
struct Chain<'a>(&'a AgentError);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        let mut cause = std::error::Error::source(self.0);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
