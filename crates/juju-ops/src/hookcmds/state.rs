//! The charm state: text the controller keeps for this unit. It outlives the pod.

use std::collections::BTreeMap;

use super::{Command, yaml};
use crate::error::Error;
use crate::transport::Transport;

/// All keys. No state at all is `{}` or `null`, depending on the release of Juju.
///
/// [`state-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/state-get/)
pub fn state_get(transport: &dyn Transport) -> Result<BTreeMap<String, String>, Error> {
    Command::new("state-get")
        .read::<Option<_>>(transport)
        .map(Option::unwrap_or_default)
}

/// Sets keys; keys up to 256 bytes, values up to 64 KiB. Juju sends it when the hook succeeds.
///
/// [`state-set`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/state-set/)
pub fn state_set(transport: &dyn Transport, state: &BTreeMap<String, String>) -> Result<(), Error> {
    Command::new("state-set")
        .arg("--file")
        .arg("-")
        .stdin(yaml::document(state))
        .run(transport)
}

/// Removes a key. Juju sends it when the hook succeeds.
///
/// [`state-delete`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/state-delete/)
pub fn state_delete(transport: &dyn Transport, key: &str) -> Result<(), Error> {
    Command::new("state-delete").arg("--").arg(key).run(transport)
}
