//! `/v1/identities`.

use super::Answer;
use crate::daemon::Daemon;
use crate::identity::{Edit, Identity};
use crate::server::{Refusal, Reply, Request};
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) fn list(daemon: &Daemon) -> Answer {
    Reply::of(daemon.identities.list())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Act {
    action: String,
    identities: BTreeMap<String, Option<Identity>>,
}

pub(super) async fn act(daemon: &Daemon, request: Request) -> Answer {
    let Act { action, identities } = request.json("cannot decode request body").await?;
    let edit = match action.as_str() {
        "add" => Edit::Add,
        "update" => Edit::Update,
        "replace" => Edit::Replace,
        "remove" => Edit::Remove,
        _ => {
            let known = r#"must be "add", "update", "replace", or "remove""#;
            return Err(Refusal::bad(format_args!("invalid action {action:?}, {known}")));
        }
    };
    daemon.identities.edit(edit, identities).map_err(Refusal::bad)?;
    Ok(Reply::Empty)
}
