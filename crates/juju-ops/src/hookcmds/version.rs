//! The version of the workload.

use super::Command;
use crate::error::Error;
use crate::transport::Transport;

/// Tells Juju the version of what the application runs, at once. Juju has no command to ask for it.
///
/// [`application-version-set`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/application-version-set/)
pub fn application_version_set(transport: &dyn Transport, version: &str) -> Result<(), Error> {
    Command::new("application-version-set")
        .arg("--")
        .arg(version)
        .run(transport)
}
