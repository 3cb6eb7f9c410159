//! `/v1/plan` and `/v1/layers`.

use super::Answer;
use crate::daemon::Daemon;
use crate::plan::{AddError, Addition, parse_layer};
use crate::server::{Refusal, Reply, Request};
use serde::Deserialize;
use serde_json::json;

pub(super) fn get(daemon: &Daemon, request: &Request) -> Answer {
    match request.query.get("format") {
        "yaml" => {
            let text = daemon.plan().to_yaml();
            let text =
                text.map_err(|error| Refusal::internal(format_args!("cannot serialize plan: {error}")))?;
            Ok(Reply::Sync(json!(text)))
        }
        format => Err(Refusal::bad(format_args!("invalid format {format:?}"))),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AddLayer {
    action: String,
    combine: bool,
    inner: bool,
    label: String,
    format: String,
    layer: String,
}

pub(super) async fn add_layer(daemon: &Daemon, request: Request) -> Answer {
    let AddLayer {
        action,
        combine,
        inner,
        label,
        format,
        layer,
    } = request.json("cannot decode request body").await?;
    if action != "add" {
        return Err(Refusal::bad(format_args!("invalid action {action:?}")));
    }
    if label.is_empty() {
        return Err(Refusal::bad("label must be set"));
    }
    if format != "yaml" {
        return Err(Refusal::bad(format_args!("invalid format {format:?}")));
    }
    let layer = parse_layer(&label, &layer)
        .map_err(|error| Refusal::bad(format_args!("cannot parse layer YAML: {error}")))?;
    match daemon.add_layer(layer, Addition { combine, inner }) {
        Ok(()) => Ok(Reply::Sync(json!(true))),
        Err(error @ (AddError::Format(_) | AddError::Exists(_))) => Err(Refusal::bad(error)),
        Err(error @ AddError::NotInner) => Err(Refusal::internal(error)),
    }
}
