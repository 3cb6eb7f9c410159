//! The unit's workload status.

use serde::Deserialize;

use super::Command;
use crate::error::Error;
use crate::status::Status;
use crate::transport::Transport;

/// The status Juju shows for this unit. Besides the four a charm can set, Juju itself sets `unknown`, `error`,
/// `terminated`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReportedStatus {
    /// `active`, `waiting`, …
    pub status: String,
    /// The line beside it.
    #[serde(default)]
    pub message: String,
}

/// The unit's status with its message.
///
/// [`status-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/status-get/)
pub fn status_get(transport: &dyn Transport) -> Result<ReportedStatus, Error> {
    Command::new("status-get").arg("--include-data").read(transport)
}

/// Sets the unit's status at once, whether or not the hook succeeds.
///
/// [`status-set`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/status-set/)
pub fn status_set(transport: &dyn Transport, status: &Status) -> Result<(), Error> {
    Command::new("status-set")
        .arg("--")
        .arg(status.name())
        .value(status.message())
        .run(transport)
}
