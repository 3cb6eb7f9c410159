//! Juju's log.

use std::fmt;

use super::Command;
use crate::error::Error;
use crate::transport::Transport;

/// A level of Juju's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every detail.
    Trace,
    /// For who looks for a fault.
    Debug,
    /// The default.
    Info,
    /// Something is odd and handled.
    Warning,
    /// Something failed.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        })
    }
}

/// Writes to Juju's log at once. A message has less than 128 KiB, as any argument on Linux.
///
/// [`juju-log`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/juju-log/)
pub fn juju_log(transport: &dyn Transport, level: Level, message: &str) -> Result<(), Error> {
    Command::new("juju-log")
        .arg("--log-level")
        .arg(level)
        .arg("--")
        .value(message)
        .run(transport)
}
