//! `/v1/services`.

use super::Answer;
use crate::daemon::Daemon;
use crate::server::{Kind, Refusal, Reply, Request};
use crate::service::{ActError, ServiceAction};
use serde::Deserialize;
use serde_json::Value;

pub(super) fn list(daemon: &Daemon, request: &Request) -> Answer {
    let names = request.query.list("names");
    Reply::of(daemon.services.list(&daemon.plan(), &names))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Act {
    action: String,
    services: Vec<String>,
}

pub(super) async fn act(daemon: &Daemon, request: Request) -> Answer {
    let Act { action, services } = request.json("cannot decode data from request body").await?;
    let known = ServiceAction::parse(&action);
    match (known.is_none_or(ServiceAction::takes_names), services.is_empty()) {
        (true, true) => {
            return Err(Refusal::bad(format_args!(
                "must specify services for {action} action"
            )));
        }
        (false, false) => return Err(Refusal::bad(format_args!("{action} accepts no service names"))),
        (true, false) | (false, true) => {}
    }
    let known = known.ok_or_else(|| Refusal::bad(format_args!("invalid action {action:?}")))?;
    let change = daemon
        .services
        .act(known, &services, &daemon.plan(), &daemon.changes);
    let change = change.map_err(|error| match error {
        ActError::NoDefaultServices => Refusal::bad(error).with_kind(Kind::NoDefaultServices),
        ActError::Order { .. } => Refusal::bad(error),
    })?;
    if known == ServiceAction::Replan {
        daemon.checks.replan();
    }
    Ok(Reply::Async {
        change,
        result: Value::Null,
    })
}
