//! The effects of one service: its process, its timer, its output. What to do is decided by the state machine.

use super::machine::{Effect, Happening, Machine};
use super::{Handle, Seen, Surroundings};
use crate::plan::{Action, Service, split_service};
use crate::process::{Accounts, Launch, Streams, exit_code, kill_group, signal_process};
use crate::sync::locked;
use nix::sys::signal::Signal;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long the last output of a process that ended is waited for.
const LAST_OUTPUT: Duration = Duration::from_millis(200);

/// The answer to an order: what to note in the task's log, or why it failed.
pub(super) type Reply = oneshot::Sender<Result<Option<String>, String>>;

/// What a supervisor can be told.
#[derive(Debug)]
pub(super) enum Order {
    Start(Arc<Service>, Reply),
    AbortStart,
    Stop(Reply),
    Signal(Signal, oneshot::Sender<Result<(), String>>),
    CheckFailed(Action),
    /// The service will be restarted with this definition.
    Adopt(Arc<Service>),
}

/// Runs one service for as long as the daemon lives.
pub(super) struct Supervisor {
    name: String,
    config: Arc<Service>,
    around: Arc<Surroundings>,
    seen: Arc<Mutex<Seen>>,
    machine: Machine,
    process: Option<Process>,
    timer: Option<Instant>,
    starter: Option<Reply>,
    stopper: Option<Reply>,
}

struct Process {
    child: Child,
    pid: u32,
    output: JoinHandle<()>,
}

impl Supervisor {
    pub(super) fn spawn(name: String, config: Arc<Service>, around: Arc<Surroundings>) -> Handle {
        let machine = Machine::new(&name);
        let seen = Seen {
            phase: machine.phase,
            since: None,
            config: Arc::clone(&config),
            starts: 0,
        };
        let seen = Arc::new(Mutex::new(seen));
        let (orders, incoming) = mpsc::unbounded_channel();
        let (process, timer, starter, stopper) = (None, None, None, None);
        let supervisor = Self {
            name,
            config,
            around,
            seen: Arc::clone(&seen),
            machine,
            process,
            timer,
            starter,
            stopper,
        };
        tokio::spawn(supervisor.run(incoming));
        Handle { orders, seen }
    }

    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => return,
                },
                code = exited(&mut self.process) => self.happen(Happening::Exited(code), None),
                () = elapsed(self.timer) => {
                    self.timer = None;
                    self.happen(Happening::Elapsed, None);
                }
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Start(config, reply) => {
                self.adopt(config);
                self.happen(Happening::Start, Some((Waiting::Start, reply)));
            }
            Order::Stop(reply) => self.happen(Happening::Stop, Some((Waiting::Stop, reply))),
            Order::AbortStart => self.happen(Happening::AbortStart, None),
            Order::CheckFailed(action) => self.happen(Happening::CheckFailed(action), None),
            Order::Adopt(config) => self.adopt(config),
            Order::Signal(signal, reply) => {
                let process = self
                    .process
                    .as_ref()
                    .ok_or_else(|| "service is not running".to_owned());
                // Who asked may be gone.
                let _ = reply.send(process.and_then(|process| signal_process(process.pid, signal)));
            }
        }
    }

    fn adopt(&mut self, config: Arc<Service>) {
        locked(&self.seen).config = Arc::clone(&config);
        self.config = config;
    }

    /// Moves the machine, and does what it says.
    fn happen(&mut self, happening: Happening, asked: Option<(Waiting, Reply)>) {
        let effects = self.machine.on(happening, &self.config);
        let mut asked = asked;
        if !effects.iter().any(|effect| matches!(effect, Effect::Answer(_))) {
            match asked.take() {
                Some((Waiting::Start, reply)) => self.starter = Some(reply),
                Some((Waiting::Stop, reply)) => self.stopper = Some(reply),
                None => {}
            }
        }
        self.show();
        let mut failure = None;
        for effect in effects {
            match effect {
                Effect::Launch => failure = self.launch().err(),
                Effect::Answer(answer) => reply(asked.take().map(|(_, reply)| reply), answer),
                Effect::Terminate => self.signal_group(Signal::SIGTERM),
                Effect::Kill => self.signal_group(Signal::SIGKILL),
                Effect::Timer(delay) => self.timer = Some(Instant::now() + delay),
                Effect::Started(outcome) => reply(self.starter.take(), outcome.map(|()| None)),
                Effect::Stopped(outcome) => {
                    self.timer = None;
                    reply(self.stopper.take(), outcome.map(|()| None));
                }
                Effect::End(ending) => {
                    // The daemon listens until it ends.
                    let _ = self.around.endings.send(ending);
                }
                Effect::Log(text) => self.around.log.line(&format!("Service {:?} {text}", self.name)),
            }
        }
        if let Some(reason) = failure {
            self.timer = None;
            self.happen(Happening::LaunchFailed(reason), None);
        }
    }

    /// Lets others see the phase, and since when its word has been the same.
    fn show(&self) {
        let mut seen = locked(&self.seen);
        if seen.phase.status() != self.machine.phase.status() || seen.since.is_none() {
            seen.since = Some(crate::log::now());
        }
        seen.phase = self.machine.phase;
    }

    fn signal_group(&self, signal: Signal) {
        if let Some(process) = &self.process {
            kill_group(process.pid, signal);
        }
    }

    fn launch(&mut self) -> Result<(), String> {
        self.around.log.line(&format!(
            "Service {:?} starting: {}",
            self.name, self.config.command
        ));
        let launch = self.describe_launch()?;
        let (reader, writer) = std::io::pipe().map_err(|error| error.to_string())?;
        let second = writer.try_clone().map_err(|error| error.to_string())?;
        let streams = Streams {
            stdin: Stdio::null(),
            stdout: writer.into(),
            stderr: second.into(),
        };
        let search_path = self.around.environment.get("PATH").map_or("", String::as_str);
        let child = launch
            .spawn(search_path, streams)
            .map_err(|reason| format!("cannot start service: {reason}"))?;
        let reader = pipe::Receiver::from_owned_fd(reader.into()).map_err(|error| error.to_string())?;
        let (logs, name) = (Arc::clone(&self.around.logs), self.name.clone());
        let output = tokio::spawn(async move { logs.collect(&name, reader).await });
        let pid = child.id().ok_or("cannot start service: process is gone")?;
        self.process = Some(Process { child, pid, output });
        locked(&self.seen).starts += 1;
        Ok(())
    }

    fn describe_launch(&self) -> Result<Launch, String> {
        let config = &self.config;
        let mut environment = (*self.around.environment).clone();
        environment.extend(config.environment.clone());
        let wanted = Accounts::read().owner(&config.context())?;
        let owner = self.around.powers.grant(wanted, self.around.log);
        let argv = split_service(&self.name, &config.command)?;
        let launch = Launch {
            argv,
            environment,
            working_dir: config.working_dir.clone(),
            owner,
        };
        Ok(launch.with_home(wanted, &config.environment))
    }
}

/// Which order waits for its answer.
enum Waiting {
    Start,
    Stop,
}

fn reply(to: Option<Reply>, answer: Result<Option<String>, String>) {
    if let Some(to) = to {
        // Who asked may be gone.
        let _ = to.send(answer);
    }
}

/// The exit code of the process, once it ended and its last output was read; never, without a process. Safe to
/// drop and call again: nothing is lost.
async fn exited(process: &mut Option<Process>) -> i32 {
    let Some(running) = process else {
        return std::future::pending().await;
    };
    let code = running.child.wait().await.map_or(-1, exit_code);
    // Descendants may hold the output open for longer.
    let _ = tokio::time::timeout(LAST_OUTPUT, &mut running.output).await;
    *process = None;
    code
}

async fn elapsed(timer: Option<Instant>) {
    match timer {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
