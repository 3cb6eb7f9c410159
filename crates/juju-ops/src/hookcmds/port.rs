//! Ports that Juju opens for the application. On Kubernetes: ports of its Service.

use super::Command;
use crate::error::Error;
use crate::port::Port;
use crate::transport::Transport;

/// What this unit has opened, as Juju writes it: `80/tcp`, `icmp`; ranges on machines.
///
/// [`opened-ports`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/opened-ports/)
pub fn opened_ports(transport: &dyn Transport) -> Result<Vec<String>, Error> {
    Command::new("opened-ports")
        .read::<Option<_>>(transport)
        .map(Option::unwrap_or_default)
}

/// Opens a port when the hook succeeds.
///
/// [`open-port`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/open-port/)
pub fn open_port(transport: &dyn Transport, port: Port) -> Result<(), Error> {
    Command::new("open-port").arg(port).run(transport)
}

/// Closes a port when the hook succeeds.
///
/// [`close-port`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/close-port/)
pub fn close_port(transport: &dyn Transport, port: Port) -> Result<(), Error> {
    Command::new("close-port").arg(port).run(transport)
}
