//! `/v1/changes`.

use super::Answer;
use crate::change::Select;
use crate::daemon::Daemon;
use crate::server::{Refusal, Reply, Request};
use serde::Deserialize;

pub(super) fn list(daemon: &Daemon, request: &Request) -> Answer {
    let select = match request.query.get("select") {
        "all" => Select::All,
        "" | "in-progress" => Select::InProgress,
        "ready" => Select::Ready,
        _ => return Err(Refusal::bad("select should be one of: all,in-progress,ready")),
    };
    let service = Some(request.query.get("for")).filter(|name| !name.is_empty());
    Reply::of(daemon.changes.list(select, service))
}

pub(super) fn get(daemon: &Daemon, id: &str) -> Answer {
    Reply::of(daemon.changes.view(id).ok_or_else(|| unknown(id))?)
}

pub(super) async fn wait(daemon: &Daemon, id: &str, request: &Request) -> Answer {
    daemon.changes.view(id).ok_or_else(|| unknown(id))?;
    let timeout = request.query.duration("timeout");
    let timeout = timeout.map_err(|error| Refusal::bad(format_args!("invalid timeout: {error}")))?;
    let ready = daemon.changes.ready(id);
    let change = match timeout {
        None => ready.await,
        Some(timeout) => tokio::time::timeout(timeout.0, ready)
            .await
            .map_err(|_| Refusal::timeout(format_args!("timed out waiting for change after {timeout}")))?,
    };
    Reply::of(change.ok_or_else(|| unknown(id))?)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Act {
    action: String,
}

pub(super) async fn abort(daemon: &Daemon, id: &str, request: Request) -> Answer {
    daemon.changes.view(id).ok_or_else(|| unknown(id))?;
    let Act { action } = request.json("cannot decode data from request body").await?;
    if action != "abort" {
        return Err(Refusal::bad(format_args!("invalid action {action:?}")));
    }
    let nothing = |_| Refusal::bad(format_args!("cannot abort change {id} with nothing pending"));
    let change = daemon
        .changes
        .abort(id)
        .ok_or_else(|| unknown(id))?
        .map_err(nothing)?;
    Reply::of(change)
}

fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format_args!("cannot find change with id {id:?}")).without_kind()
}
