//! The step that runs a command for a client: the request, its websockets, the streams, the change at the end.

use std::{
    io,
    os::unix::net::UnixStream,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket, protocol::Role};

use super::{
    case::Step,
    daemon::PATIENCE,
    http,
    pattern::{self, Bound},
    play::Player,
};

/// A client that reads faster or slower makes no difference: this is how much it sends in one frame.
const FRAME: usize = 64 * 1024;

/// Asks for `request`, feeds the command and compares its streams and its change with `step`.
pub(super) fn run(player: &mut Player<'_>, request: &Value, step: &Step) -> Result<(), String> {
    let split = request.get("split-stderr") == Some(&Value::Bool(true));
    start(player, request)?;
    let all: &[&str] = if split {
        &["control", "stdio", "stderr"]
    } else {
        &["control", "stdio"]
    };
    let wanted: Vec<&str> = step.connect.as_ref().map_or_else(
        || all.to_vec(),
        |names| names.iter().map(String::as_str).collect(),
    );
    let mut control = None;
    let mut streams = Vec::new();
    for name in wanted {
        let socket = open(player, name)?;
        if name == "control" {
            control = Some(socket);
        } else {
            let output = Output::default();
            let sender = sender(&socket).map_err(|error| format!("cannot write {name}: {error}"))?;
            // The first frames may have come with the handshake: the socket that made it must read them.
            let reader = output.read_from(socket);
            streams.push((name, sender, output, reader));
        }
    }
    if let Some((_, stdio, output, _)) = streams.iter_mut().find(|(name, ..)| *name == "stdio") {
        feed(stdio, &step.stdin.repeat(step.times.unwrap_or(1)))
            .map_err(|error| format!("cannot send stdin: {error}"))?;
        if let Some(text) = &step.once {
            output.wait_for(text)?;
        }
    }
    if let Some(mut socket) = control {
        for message in &step.control {
            socket
                .send(Message::text(message.to_string()))
                .map_err(|error| format!("cannot send a control message: {error}"))?;
        }
        if !step.drop_control {
            finish(player, step, streams)?;
            drop(socket);
            return Ok(());
        }
    }
    finish(player, step, streams)
}

type Stream<'a> = (&'a str, WebSocket<UnixStream>, Output, JoinHandle<()>);

fn start(player: &mut Player<'_>, request: &Value) -> Result<(), String> {
    let asked = Step {
        json: Some(request.clone()),
        r#async: Some(json!({"task-id": "<id:task>", "etc": "any"})),
        ..Step::default()
    };
    let answer = player.send("POST /v1/exec", &asked)?.answer(|_| false);
    player.judge(
        &asked,
        &answer.map_err(|error| format!("cannot read the answer: {error}"))?,
    )
}

fn finish(player: &mut Player<'_>, step: &Step, streams: Vec<Stream<'_>>) -> Result<(), String> {
    for (name, socket, output, reader) in streams {
        // A command that never ran closes no stream: its change tells.
        if step.stdout.is_some() || step.stderr.is_some() {
            reader
                .join()
                .map_err(|_| format!("the reader of {name} failed"))?;
        }
        let pattern = if name == "stdio" {
            &step.stdout
        } else {
            &step.stderr
        };
        if let Some(pattern) = pattern {
            compare(
                name,
                &pattern.repeat(step.times.unwrap_or(1)),
                &output.text(),
                &mut player.bound,
            )?;
        }
        drop(socket);
    }
    player.change_ends(step.change.as_ref().unwrap_or(&Value::Null))
}

fn compare(name: &str, wanted: &str, got: &str, bound: &mut Bound) -> Result<(), String> {
    // Long output is the same text many times; comparing it by pattern would be slow.
    if wanted == got || (wanted.len() < FRAME && pattern::text(wanted, got, bound)) {
        return Ok(());
    }
    let short = |text: &str| text.chars().take(400).collect::<String>();
    Err(format!(
        "{name}: wanted {:?}, got {:?} ({} bytes)",
        short(wanted),
        short(got),
        got.len()
    ))
}

fn open(player: &Player<'_>, name: &str) -> Result<WebSocket<UnixStream>, String> {
    let cannot = |error: &dyn std::fmt::Display| format!("cannot open the websocket {name}: {error}");
    let stream = http::connect(&player.daemon.socket()).map_err(|error| cannot(&error))?;
    let address = pattern::fill(
        &format!("ws://pebble/v1/tasks/${{task}}/websocket/{name}"),
        &player.bound,
    );
    let (socket, _) = tungstenite::client(address, stream).map_err(|error| cannot(&error))?;
    Ok(socket)
}

/// A second handle that only sends.
fn sender(socket: &WebSocket<UnixStream>) -> io::Result<WebSocket<UnixStream>> {
    Ok(WebSocket::from_raw_socket(
        socket.get_ref().try_clone()?,
        Role::Client,
        None,
    ))
}

/// A command that ended already takes no more input; its change tells what became of it.
fn feed(socket: &mut WebSocket<UnixStream>, text: &str) -> Result<(), tungstenite::Error> {
    let pieces = text
        .as_bytes()
        .chunks(FRAME)
        .map(|piece| Message::binary(piece.to_vec()));
    for message in pieces.chain([Message::text(r#"{"command":"end"}"#)]) {
        match socket.send(message) {
            Err(tungstenite::Error::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            sent => sent?,
        }
    }
    Ok(())
}

/// What a stream brought so far.
#[derive(Clone, Default)]
struct Output(Arc<(Mutex<Vec<u8>>, Condvar)>);

impl Output {
    /// Reads frames in a thread of its own, until `{"command":"end"}` or the end of the connection.
    fn read_from(&self, mut socket: WebSocket<UnixStream>) -> JoinHandle<()> {
        let output = self.clone();
        thread::spawn(move || {
            while let Ok(message) = socket.read() {
                match message {
                    Message::Binary(bytes) => output.push(&bytes),
                    Message::Text(text) if text.contains("\"end\"") => break,
                    Message::Text(text) => output.push(text.as_bytes()),
                    Message::Close(_) => break,
                    Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                }
            }
        })
    }

    fn push(&self, bytes: &[u8]) {
        let (held, changed) = &*self.0;
        held.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        changed.notify_all();
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn wait_for(&self, text: &str) -> Result<(), String> {
        let (held, changed) = &*self.0;
        let held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = |bytes: &mut Vec<u8>| !String::from_utf8_lossy(bytes).contains(text);
        let (held, waited) = changed
            .wait_timeout_while(held, PATIENCE, missing)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(format!(
                "{text:?} never came, only {:?}",
                String::from_utf8_lossy(&held)
            ));
        }
        Ok(())
    }
}
