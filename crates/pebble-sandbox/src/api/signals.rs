//! `/v1/signals`.

use super::Answer;
use crate::daemon::Daemon;
use crate::server::{Refusal, Reply, Request};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Send {
    signal: String,
    services: Vec<String>,
}

pub(super) async fn send(daemon: &Daemon, request: Request) -> Answer {
    let Send { signal, services } = request.json("cannot decode request body").await?;
    if services.is_empty() {
        return Err(Refusal::bad("must specify one or more services"));
    }
    daemon
        .services
        .signal(&services, &signal)
        .await
        .map_err(Refusal::internal)?;
    Ok(Reply::Sync(json!(true)))
}
