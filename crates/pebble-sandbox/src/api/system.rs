//! `/v1/system-info` and `/v1/health`.

use super::{Answer, level};
use crate::daemon::{Daemon, VERSION};
use crate::server::{Reply, Request};
use hyper::StatusCode;
use serde_json::json;

pub(super) fn info(daemon: &Daemon) -> Reply {
    let mut info = json!({ "boot-id": daemon.boot_id, "version": VERSION });
    if let (Some(address), Some(info)) = (&daemon.http_address, info.as_object_mut()) {
        info.insert("http-address".to_owned(), json!(address));
    }
    Reply::Sync(info)
}

/// `ready` means `alive` as well; a check without a level counts only when no level is asked for.
pub(super) fn health(daemon: &Daemon, request: &Request) -> Answer {
    let level = level(&request.query)?;
    let names = request.query.list("names");
    let counts = |check: &str| level.is_empty() || level == check || (level == "ready" && check == "alive");
    let chosen = |name: &String| names.is_empty() || names.contains(name);
    let checks = daemon.checks.list();
    let mut relevant = checks
        .iter()
        .filter(|check| counts(&check.level) && chosen(&check.name));
    let healthy = relevant.all(|check| check.status != "down");
    let status = if healthy {
        StatusCode::OK
    } else {
        StatusCode::BAD_GATEWAY
    };
    Ok(Reply::SyncWith(status, json!({ "healthy": healthy })))
}
