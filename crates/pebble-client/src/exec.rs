//! `/v1/exec`: a command in the container. The request begins a change; input and output go over websockets; the exit
//! code is in the change.

use std::{collections::BTreeMap, pin::pin, time::Duration};

use bytes::Bytes;
use futures_util::{
    Sink, SinkExt, Stream, StreamExt,
    future::{Either, select, try_join, try_join3},
};
use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message},
};

use crate::{
    answer::{Reply, json},
    changes::{Change, ChangeId},
    duration,
    error::Error,
    transport::{Pebble, within},
};

/// The largest output taken, in bytes, of each stream.
const MAX_OUTPUT: usize = 16 << 20;
/// Pebble itself sends no larger pieces.
const STDIN_PIECE: usize = 128 << 10;

/// A command to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exec {
    /// Program and arguments; no shell is involved.
    pub command: Vec<String>,
    /// The service whose environment, user and folder it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_context: Option<String>,
    /// Variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// The folder it runs in; the user's home by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// The user by name; Pebble's own by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The user by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<u32>,
    /// The group by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The group by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<u32>,
    /// After this time Pebble kills it.
    #[serde(serialize_with = "as_go")]
    pub timeout: Duration,
    /// What it reads.
    #[serde(skip)]
    pub stdin: Vec<u8>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOutput {
    /// The exit code; 128 plus the signal's number if a signal ended it.
    pub exit_code: i32,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

impl ExecOutput {
    /// The first line of what it wrote to its standard error, which tells why it failed.
    pub fn complaint(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        text.lines().next().unwrap_or_default().to_owned()
    }
}

impl Exec {
    /// A command without input that may take 30 s.
    pub fn new<I: IntoIterator<Item: Into<String>>>(command: I) -> Self {
        Self {
            command: command.into_iter().map(Into::into).collect(),
            service_context: None,
            environment: BTreeMap::new(),
            working_dir: None,
            user: None,
            user_id: None,
            group: None,
            group_id: None,
            timeout: Duration::from_secs(30),
            stdin: Vec::new(),
        }
    }

    /// Sets user and group by number.
    #[must_use]
    pub fn run_as(mut self, user_id: u32, group_id: u32) -> Self {
        (self.user_id, self.group_id) = (Some(user_id), Some(group_id));
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Sets the folder it runs in.
    #[must_use]
    pub fn working_dir(mut self, dir: impl Into<String>) -> Self {
        self.working_dir = Some(dir.into());
        self
    }

    /// Sets the time after which Pebble kills it.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets what it reads.
    #[must_use]
    pub fn stdin(mut self, stdin: impl Into<Vec<u8>>) -> Self {
        self.stdin = stdin.into();
        self
    }
}

impl Pebble {
    /// Runs a command to its end.
    ///
    /// # Errors
    /// [`Error::Api`] with status 400 if it cannot be started, [`Error::ChangeFailed`] if its time was over,
    /// [`Error::TooLarge`] for more than 16 MiB of output, else see [`Error`]. Any exit code is a good end.
    pub fn exec(&self, exec: &Exec) -> Result<ExecOutput, Error> {
        self.block_on(self.exec_async(exec))
    }

    async fn exec_async(&self, exec: &Exec) -> Result<ExecOutput, Error> {
        let reply = self
            .call_async(&json(
                "/v1/exec",
                &Request {
                    exec,
                    split_stderr: true,
                },
            )?)
            .await?;
        let change = reply.change()?;
        let Accepted { task_id } = reply.result()?;
        // Pebble gives up if they are not all connected within 5 s.
        let socket = |name: &'static str| self.websocket(&task_id, name);
        let (control, stdio, stderr) =
            try_join3(socket("control"), socket("stdio"), socket("stderr")).await?;
        let streams = Streams {
            command: exec.command.join(" "),
            stdio,
            stderr,
        };
        let patience = exec.timeout.saturating_add(self.timeout());
        let output = within(patience, "POST /v1/exec", streams.run(&exec.stdin)).await??;
        let ended = self.exit_code(&change).await;
        drop(control); // Pebble kills the command of a broken control socket
        let (stdout, stderr) = output;
        Ok(ExecOutput {
            exit_code: ended?,
            stdout,
            stderr,
        })
    }

    async fn websocket(&self, task: &str, name: &str) -> Result<WebSocketStream<UnixStream>, Error> {
        let path = format!("/v1/tasks/{task}/websocket/{name}");
        let request = format!("GET {path}");
        let handshake = client_async(format!("ws://localhost{path}"), self.connect().await?);
        match within(self.timeout(), &request, handshake).await? {
            Ok((socket, _)) => Ok(socket),
            Err(why) => Err(no_websocket(request, why)),
        }
    }

    /// The command has closed its streams, so its end is near.
    async fn exit_code(&self, id: &ChangeId) -> Result<i32, Error> {
        let change = self.wait_async(id, self.timeout()).await?;
        if change.err.is_some() {
            return Err(Error::ChangeFailed(Box::new(change)));
        }
        exit_code(&change).ok_or_else(|| Error::answer("POST /v1/exec", "it has no exit code"))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Request<'a> {
    #[serde(flatten)]
    exec: &'a Exec,
    split_stderr: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Accepted {
    task_id: String,
}

struct Streams {
    command: String,
    stdio: WebSocketStream<UnixStream>,
    stderr: WebSocketStream<UnixStream>,
}

impl Streams {
    /// Writes the input while it reads both outputs: each could block the others. The outputs decide when it is over: a
    /// command may end without reading its input, and Pebble then takes no more of it.
    async fn run(self, stdin: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let (input, output) = self.stdio.split();
        let reading = pin!(try_join(
            read(&self.command, output),
            read(&self.command, self.stderr)
        ));
        let writing = pin!(write(input, stdin));
        match select(reading, writing).await {
            Either::Left((outputs, _)) => outputs,
            Either::Right(((), reading)) => reading.await,
        }
    }
}

/// Why there is no websocket: Pebble's answer if it gave one, else the connection broke.
fn no_websocket(request: String, why: tungstenite::Error) -> Error {
    let tungstenite::Error::Http(answer) = why else {
        return Error::disconnected(request, why);
    };
    let status = answer.status();
    // The library reads no further than the head of the answer, so its body may be cut off.
    let body = answer.body().as_deref().unwrap_or_default();
    match Reply::parse(&request, status.as_u16(), body) {
        Err(refusal @ Error::Api { .. }) => refusal,
        Ok(_) | Err(_) => Error::Api {
            request,
            status: status.as_u16(),
            kind: None,
            message: status.to_string(),
        },
    }
}

/// What became of a command that took no input is told by the change.
async fn write(mut socket: impl Sink<Message, Error = tungstenite::Error> + Unpin, stdin: &[u8]) {
    let pieces = stdin
        .chunks(STDIN_PIECE)
        .map(|piece| Message::Binary(Bytes::copy_from_slice(piece)));
    for message in pieces.chain([Message::text(r#"{"command":"end"}"#)]) {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

/// Binary messages are output; a text message is its end. A broken connection ends it too: the change tells why.
async fn read(
    command: &str,
    mut socket: impl Stream<Item = Result<Message, tungstenite::Error>> + Unpin,
) -> Result<Vec<u8>, Error> {
    let mut output = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Binary(data) if output.len() + data.len() > MAX_OUTPUT => {
                return Err(Error::TooLarge {
                    what: command.to_owned(),
                    limit: MAX_OUTPUT,
                });
            }
            Message::Binary(data) => output.extend_from_slice(&data),
            Message::Text(_) | Message::Close(_) => break,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
    Ok(output)
}

fn exit_code(change: &Change) -> Option<i32> {
    change
        .tasks
        .iter()
        .find_map(|task| task.data.get("exit-code"))?
        .as_i64()?
        .try_into()
        .ok()
}

fn as_go<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&duration::print(*duration))
}
