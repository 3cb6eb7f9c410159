//! Leadership.

use super::Command;
use crate::error::Error;
use crate::transport::Transport;

/// Whether this unit leads its application. Yes holds for at least 30 seconds.
///
/// [`is-leader`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/is-leader/)
pub fn is_leader(transport: &dyn Transport) -> Result<bool, Error> {
    Command::new("is-leader").read(transport)
}
