//! The application's options.

use serde_json::{Map, Value};

use super::Command;
use crate::error::Error;
use crate::transport::Transport;

/// All options that have a value, defaults included.
///
/// [`config-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/config-get/)
pub fn config_get(transport: &dyn Transport) -> Result<Map<String, Value>, Error> {
    Command::new("config-get")
        .read::<Option<_>>(transport)
        .map(Option::unwrap_or_default)
}
