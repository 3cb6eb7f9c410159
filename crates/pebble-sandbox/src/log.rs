//! The daemon's own log: one line on stdout per happening, as Pebble writes them (`<RFC 3339> [pebble] …`).

use jiff::Timestamp;
use std::io::Write;

/// Writes log lines. A reader of stdout that went away is no reason to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    verbose: bool,
    silent: bool,
}

impl Log {
    /// With `verbose`, the output of services is logged too.
    pub(crate) fn new(verbose: bool) -> Self {
        Self {
            verbose,
            silent: false,
        }
    }

    #[cfg(test)]
    pub(crate) fn silent() -> Self {
        Self {
            verbose: false,
            silent: true,
        }
    }

    /// One line about the daemon.
    pub(crate) fn line(self, message: &str) {
        if !self.silent {
            write(now(), "pebble", message);
        }
    }

    /// One line of a service's output.
    pub(crate) fn service_line(self, time: Timestamp, service: &str, message: &str) {
        if self.verbose && !self.silent {
            write(time, service, message);
        }
    }
}

/// The present with the milliseconds that log lines show.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

fn write(time: Timestamp, who: &str, message: &str) {
    let line = format!("{time:.3} [{who}] {message}\n");
    // One write per line, so that lines of different threads do not mix.
    let _ = std::io::stdout().lock().write_all(line.as_bytes());
}
