//! Running one command of a client: connect, start, copy streams, obey the control websocket, report the exit code.

use super::socket::{self, Control, ControlEvent, WebSocket};
use super::{Execution, Streams};
use crate::change::TaskHandle;
use crate::duration::GoDuration;
use crate::log::Log;
use crate::process::{self, exit_code, kill_group, parse_signal, signal_process};
use futures_util::StreamExt;
use nix::sys::signal::Signal;
use std::os::fd::OwnedFd;
use std::time::Duration;
use tokio::process::Child;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

/// All websockets must be connected within this time.
const CONNECT: Duration = Duration::from_secs(5);

impl Execution {
    /// Runs the command to its end and puts the exit code into the task.
    ///
    /// # Errors
    /// Websockets that do not come, a program that does not start, a timeout, an abort.
    pub(super) async fn run(self, task: &TaskHandle) -> Result<(), String> {
        let Self {
            prepared,
            timeout,
            streams,
            log,
            search_path,
        } = self;
        let Streams {
            control,
            stdio,
            stderr,
        } = streams;
        let connected = tokio::select! {
            connected = tokio::time::timeout(CONNECT, connect(stdio, stderr)) => connected,
            () = task.aborted() => return Err("context canceled".to_owned()),
        };
        let Ok(Some((stdio, stderr))) = connected else {
            let reason = "timeout waiting for websocket connections: context deadline exceeded";
            return Err(format!("exec {}: {reason}", task.id()));
        };
        let (child, copies) = match start(&prepared.launch, &search_path, stdio, stderr) {
            Ok(started) => started,
            Err(reason) => {
                set_exit_code(task, -1);
                return Err(reason);
            }
        };
        let outcome = supervise(child, copies, control, timeout, task, log).await;
        set_exit_code(task, outcome.as_ref().copied().unwrap_or(-1));
        outcome.map(drop)
    }
}

/// `None` if the daemon is going down.
async fn connect(
    stdio: oneshot::Receiver<WebSocket>,
    stderr: Option<oneshot::Receiver<WebSocket>>,
) -> Option<(WebSocket, Option<WebSocket>)> {
    let stdio = stdio.await.ok()?;
    let stderr = match stderr {
        Some(stderr) => Some(stderr.await.ok()?),
        None => None,
    };
    Some((stdio, stderr))
}

/// The tasks that copy streams: output must be sent to its end, input need not be read to its end.
struct Copies {
    output: JoinSet<()>,
    input: JoinHandle<()>,
}

fn start(
    launch: &process::Launch,
    search_path: &str,
    stdio: WebSocket,
    stderr: Option<WebSocket>,
) -> Result<(Child, Copies), String> {
    let io = |error: std::io::Error| error.to_string();
    let (stdin_reader, stdin_writer) = std::io::pipe().map_err(io)?;
    let (stdout_reader, stdout_writer) = std::io::pipe().map_err(io)?;
    let (stderr_reader, stderr_writer) = match &stderr {
        Some(_) => std::io::pipe()
            .map(|(reader, writer)| (Some(reader), writer))
            .map_err(io)?,
        None => (None, stdout_writer.try_clone().map_err(io)?),
    };
    let streams = process::Streams {
        stdin: stdin_reader.into(),
        stdout: stdout_writer.into(),
        stderr: stderr_writer.into(),
    };
    let spawned = launch.spawn(search_path, streams);
    let mut output = JoinSet::new();
    let (to_client, from_client) = stdio.split();
    output.spawn(socket::send_all(OwnedFd::from(stdout_reader), to_client));
    if let (Some(reader), Some(stderr)) = (stderr_reader, stderr) {
        let (to_client, from_client) = stderr.split();
        output.spawn(async move {
            socket::send_all(OwnedFd::from(reader), to_client).await;
            drop(from_client);
        });
    }
    let input = tokio::spawn(socket::receive_all(from_client, OwnedFd::from(stdin_writer)));
    spawned.map(|child| (child, Copies { output, input }))
}

/// Waits for the end of the command, by itself or by force, and for the end of its output.
async fn supervise(
    mut child: Child,
    mut copies: Copies,
    control: oneshot::Receiver<WebSocket>,
    timeout: Option<Duration>,
    task: &TaskHandle,
    log: Log,
) -> Result<i32, String> {
    let pid = child.id().ok_or("process is gone")?;
    let controlling = tokio::spawn(obey(control, pid, task.id().to_owned(), log));
    let outcome = tokio::select! {
        status = child.wait() => status.map(exit_code).map_err(|error| error.to_string()),
        () = expire(timeout) => Err(timed_out(timeout)),
        () = task.aborted() => Err("context canceled".to_owned()),
    };
    if outcome.is_err() {
        kill_group(pid, Signal::SIGKILL);
        // It cannot refuse to end.
        let _ = child.wait().await;
    }
    controlling.abort();
    let sent = async { while copies.output.join_next().await.is_some() {} };
    let outcome = tokio::select! {
        () = sent => outcome,
        // The command ended, but a descendant holds its output open.
        () = expire(timeout.filter(|_| outcome.is_ok())) => {
            kill_group(pid, Signal::SIGKILL);
            Err(timed_out(timeout))
        }
    };
    copies.input.abort();
    outcome
}

fn timed_out(timeout: Option<Duration>) -> String {
    format!(
        "timed out after {}: context deadline exceeded",
        GoDuration(timeout.unwrap_or_default())
    )
}

async fn expire(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

/// Does what the client says over its control websocket, if it connects one.
async fn obey(control: oneshot::Receiver<WebSocket>, pid: u32, task: String, log: Log) {
    let Ok(mut control) = control.await else { return };
    loop {
        match socket::next_control(&mut control).await {
            ControlEvent::Message(message) => {
                if let Err(reason) = carry_out(&message, pid) {
                    log.line(&format!("Exec {task}: {reason}"));
                }
            }
            ControlEvent::Unreadable => {
                log.line(&format!("Exec {task}: cannot decode control websocket command"));
            }
            ControlEvent::Closed => return,
            ControlEvent::Lost => {
                kill_group(pid, Signal::SIGKILL);
                return;
            }
        }
    }
}

fn carry_out(message: &Control, pid: u32) -> Result<(), String> {
    let Control { command, signal } = message;
    match (command.as_str(), signal) {
        ("signal", Some(wanted)) => {
            let signal =
                parse_signal(&wanted.name).ok_or_else(|| format!("invalid signal name {:?}", wanted.name))?;
            signal_process(pid, signal)
        }
        ("signal", None) => Err("control command \"signal\" requires signal name".to_owned()),
        _ => Err(format!("invalid control websocket command {command:?}")),
    }
}

fn set_exit_code(task: &TaskHandle, code: i32) {
    task.set_data("exit-code", code.into());
}
