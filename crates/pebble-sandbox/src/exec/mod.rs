//! Commands of clients (`POST /v1/exec`): prepared here, run once their websockets are connected.

mod prepare;
mod run;
mod socket;

pub(crate) use prepare::{ExecError, ExecRequest};

use crate::change::{Changes, Job, Subject, Work};
use crate::log::Log;
use crate::plan::Plan;
use crate::process::{Environment, Powers};
use crate::sync::locked;
use futures_util::FutureExt;
use prepare::Prepared;
use socket::WebSocket;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;

/// The commands that wait for their websockets or run.
#[derive(Debug)]
pub(crate) struct Execs {
    log: Log,
    powers: Arc<Powers>,
    environment: Arc<Environment>,
    changes: Arc<Changes>,
    waiting: Mutex<BTreeMap<String, Slots>>,
}

/// What a client must know to connect.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) change: String,
    pub(crate) task: String,
    pub(crate) environment: Environment,
    pub(crate) working_dir: String,
}

/// Where the websockets of one command are awaited, by name; connected ones are `None`.
type Slots = BTreeMap<&'static str, Option<oneshot::Sender<WebSocket>>>;

/// The websockets of one command, as they come.
struct Streams {
    control: oneshot::Receiver<WebSocket>,
    stdio: oneshot::Receiver<WebSocket>,
    stderr: Option<oneshot::Receiver<WebSocket>>,
}

/// A command that is ready to run.
struct Execution {
    prepared: Prepared,
    timeout: Option<Duration>,
    streams: Streams,
    log: Log,
    search_path: String,
}

/// Why a websocket cannot be connected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConnectError {
    NoSuchTask,
    NoSuchSocket,
    AlreadyConnected,
}

impl Execs {
    pub(crate) fn new(
        log: Log,
        powers: Arc<Powers>,
        environment: Arc<Environment>,
        changes: Arc<Changes>,
    ) -> Self {
        Self {
            log,
            powers,
            environment,
            changes,
            waiting: Mutex::default(),
        }
    }

    /// Checks a command and begins its change, which waits for the client's websockets.
    ///
    /// # Errors
    /// See [`ExecError`].
    pub(crate) fn start(self: &Arc<Self>, request: ExecRequest, plan: &Plan) -> Result<Started, ExecError> {
        let (timeout, split_stderr) = (request.timeout()?, request.split_stderr);
        let prepared = prepare::prepare(request, plan, &self.environment, &self.powers, self.log)?;
        let (environment, working_dir) = (
            prepared.launch.environment.clone(),
            prepared.launch.working_dir.clone(),
        );
        let summary = format!("Execute command {:?}", prepared.name());
        let (slots, streams) = slots(split_stderr);
        let search_path = self.environment.get("PATH").cloned().unwrap_or_default();
        let execution = Execution {
            prepared,
            timeout,
            streams,
            log: self.log,
            search_path,
        };
        let (execs, (named, name)) = (Arc::clone(self), oneshot::channel::<()>());
        let work: Work = Box::new(move |task| {
            async move {
                // Not before the slots are known under the task's id.
                let _ = name.await;
                let outcome = execution.run(&task).await;
                locked(&execs.waiting).remove(task.id());
                outcome
            }
            .boxed()
        });
        let subject = Subject {
            kind: "exec".to_owned(),
            summary: summary.clone(),
            ..Subject::default()
        };
        let job = Job {
            kind: "exec".to_owned(),
            summary,
            work,
        };
        let change = self.changes.perform(subject, vec![vec![vec![job]]]);
        let view = self.changes.view(&change);
        let task = view
            .and_then(|view| Some(view.tasks.first()?.id.clone()))
            .unwrap_or_default();
        locked(&self.waiting).insert(task.clone(), slots);
        // The work waits for this.
        let _ = named.send(());
        Ok(Started {
            change,
            task,
            environment,
            working_dir,
        })
    }

    /// Whether the websocket `name` of a task is still awaited.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub(crate) fn awaits(&self, task: &str, name: &str) -> Result<(), ConnectError> {
        let waiting = locked(&self.waiting);
        let slots = waiting.get(task).ok_or(ConnectError::NoSuchTask)?;
        let slot = slots.get(name).ok_or(ConnectError::NoSuchSocket)?;
        slot.as_ref().map(drop).ok_or(ConnectError::AlreadyConnected)
    }

    /// The place where the websocket `name` of a task is awaited.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub(crate) fn slot(&self, task: &str, name: &str) -> Result<oneshot::Sender<WebSocket>, ConnectError> {
        let mut waiting = locked(&self.waiting);
        let slots = waiting.get_mut(task).ok_or(ConnectError::NoSuchTask)?;
        let slot = slots.get_mut(name).ok_or(ConnectError::NoSuchSocket)?;
        slot.take().ok_or(ConnectError::AlreadyConnected)
    }
}

fn slots(split_stderr: bool) -> (Slots, Streams) {
    let (to_control, control) = oneshot::channel();
    let (to_stdio, stdio) = oneshot::channel();
    let mut slots: Slots = BTreeMap::from([("control", Some(to_control)), ("stdio", Some(to_stdio))]);
    let stderr = split_stderr.then(|| {
        let (to_stderr, stderr) = oneshot::channel();
        slots.insert("stderr", Some(to_stderr));
        stderr
    });
    (
        slots,
        Streams {
            control,
            stdio,
            stderr,
        },
    )
}
