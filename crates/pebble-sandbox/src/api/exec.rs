//! `/v1/exec` and the websockets of its tasks.

use super::Answer;
use crate::daemon::Daemon;
use crate::exec::{ConnectError, ExecError, ExecRequest};
use crate::server::{Refusal, Reply, Request, body_of};
use hyper::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, UPGRADE};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

pub(super) async fn start(daemon: &Daemon, request: Request) -> Answer {
    let wanted: ExecRequest = request.json("cannot decode request body").await?;
    let started = daemon
        .execs
        .start(wanted, &daemon.plan())
        .map_err(|error| match error {
            ExecError::WorkingDir(_) | ExecError::Interactive => Refusal::internal(error),
            ExecError::NoCommand
            | ExecError::Timeout(_)
            | ExecError::NoExecutable(_)
            | ExecError::Terminal
            | ExecError::Context(_) => Refusal::bad(error),
        })?;
    let result = json!({
        "environment": started.environment,
        "task-id": started.task,
        "working-dir": started.working_dir,
    });
    Ok(Reply::Async {
        change: started.change,
        result,
    })
}

pub(super) fn connect(daemon: &Daemon, task: &str, socket: &str, request: Request) -> Answer {
    match daemon.changes.task_kind(task).as_deref() {
        Some("exec") => {}
        Some(kind) => {
            return Err(Refusal::bad(format_args!(
                "{kind:?} tasks do not have websockets"
            )));
        }
        None => return Err(not_found(format!("cannot find task {task:?}"))),
    }
    let refuse = |error| match error {
        ConnectError::NoSuchTask | ConnectError::NoSuchSocket => {
            not_found(format!("cannot find {socket} websocket for task {task:?}"))
        }
        ConnectError::AlreadyConnected => {
            Refusal::internal(format_args!("{socket} websocket already connected"))
        }
    };
    daemon.execs.awaits(task, socket).map_err(refuse)?;
    let key = accept_key(&request)?;
    let slot = daemon.execs.slot(task, socket).map_err(refuse)?;
    tokio::spawn(async move {
        if let Ok(upgraded) = request.upgrade.await {
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
            // The command may have given up waiting.
            let _ = slot.send(socket);
        }
    });
    let mut response = Response::new(body_of(""));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, key);
    Ok(Reply::Raw(response))
}

fn accept_key(request: &Request) -> Result<HeaderValue, Refusal> {
    let has = |name: &str, token: &str| {
        request
            .header(name)
            .split(',')
            .any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let key = request.header("sec-websocket-key");
    if !has("connection", "upgrade") || !has("upgrade", "websocket") || key.is_empty() {
        return Err(Refusal::bad(
            "websocket: the client is not using the websocket protocol",
        ));
    }
    if request.header("sec-websocket-version") != "13" {
        return Err(Refusal::bad(
            "websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header",
        ));
    }
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(Refusal::internal)
}

fn not_found(message: String) -> Refusal {
    Refusal::not_found(message).without_kind()
}
