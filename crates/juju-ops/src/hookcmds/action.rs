//! A running action. Outside an action Juju refuses all of these.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Command;
use crate::error::Error;
use crate::transport::Transport;

/// All parameters, defaults included, already checked by Juju against the action's schema.
///
/// [`action-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/action-get/)
pub fn action_get(transport: &dyn Transport) -> Result<Map<String, Value>, Error> {
    Command::new("action-get")
        .read::<Option<_>>(transport)
        .map(Option::unwrap_or_default)
}

/// Sets results. Dots in a key nest. Kept even if the action fails.
///
/// [`action-set`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/action-set/)
pub fn action_set(transport: &dyn Transport, results: &BTreeMap<String, String>) -> Result<(), Error> {
    results
        .iter()
        .fold(Command::new("action-set").arg("--"), |command, (key, value)| {
            command.value(format!("{key}={value}"))
        })
        .run(transport)
}

/// Marks the action as failed. The process goes on, and what it wrote is kept if it exits with 0.
///
/// [`action-fail`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/action-fail/)
pub fn action_fail(transport: &dyn Transport, message: &str) -> Result<(), Error> {
    Command::new("action-fail")
        .arg("--")
        .value(message)
        .run(transport)
}

/// Shows a line of progress to who runs the action, at once.
///
/// [`action-log`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/action-log/)
pub fn action_log(transport: &dyn Transport, message: &str) -> Result<(), Error> {
    Command::new("action-log").arg("--").value(message).run(transport)
}
