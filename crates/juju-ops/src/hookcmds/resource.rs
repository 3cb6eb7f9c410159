//! Resources that were given with the charm.

use std::path::PathBuf;

use super::Command;
use crate::error::Error;
use crate::transport::Transport;

/// Where a resource is, after Juju has downloaded it at once. For an image of a container it is a YAML file with its
/// place and credentials.
///
/// [`resource-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/resource-get/)
pub fn resource_get(transport: &dyn Transport, name: &str) -> Result<PathBuf, Error> {
    let path = Command::new("resource-get").arg(name).call(transport)?;
    Ok(String::from_utf8_lossy(path.trim_ascii_end()).into_owned().into())
}
