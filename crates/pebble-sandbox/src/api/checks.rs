//! `/v1/checks`.

use super::{Answer, level};
use crate::daemon::Daemon;
use crate::server::{Refusal, Reply, Request};
use serde::Deserialize;
use serde_json::json;

pub(super) fn list(daemon: &Daemon, request: &Request) -> Answer {
    let level = level(&request.query)?;
    let names = request.query.list("names");
    let mut checks = daemon.checks.list();
    checks.retain(|check| {
        (level.is_empty() || level == check.level) && (names.is_empty() || names.contains(&check.name))
    });
    Reply::of(checks)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Act {
    action: String,
    checks: Vec<String>,
}

pub(super) async fn act(daemon: &Daemon, request: Request) -> Answer {
    let Act { action, checks } = request.json("cannot decode data from request body").await?;
    if checks.is_empty() {
        return Err(Refusal::bad(format_args!(
            "must specify checks for {action} action"
        )));
    }
    let changed = match action.as_str() {
        "start" => daemon.checks.start(&checks),
        "stop" => daemon.checks.stop(&checks),
        _ => return Err(Refusal::bad(format_args!("invalid action {action:?}"))),
    };
    let changed = changed.map_err(|error| Refusal::bad(format_args!("cannot {action} checks: {error}")))?;
    // None is no list, as Pebble has it.
    let changed = Some(changed).filter(|changed| !changed.is_empty());
    Ok(Reply::Sync(json!({ "changed": changed })))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refresh {
    name: String,
}

pub(super) async fn refresh(daemon: &Daemon, request: Request) -> Answer {
    let Refresh { name } = request.json("cannot decode data from request body").await?;
    if name.is_empty() {
        return Err(Refusal::bad("must specify check name"));
    }
    let unknown = || Refusal::not_found(format_args!("cannot find check with name {name:?}")).without_kind();
    let (info, outcome) = daemon.checks.refresh(&name).await.ok_or_else(unknown)?;
    let mut result = json!({ "info": info });
    if let (Err(reason), Some(result)) = (outcome, result.as_object_mut()) {
        result.insert("error".to_owned(), json!(reason));
    }
    Ok(Reply::Sync(result))
}
