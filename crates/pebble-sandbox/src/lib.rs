//! An embedded Pebble: the service manager that Juju runs in every workload container, as one function that a
//! host program calls inside that container.
//!
//! [`main`] behaves as the program `pebble` does when Juju starts it
//! (`pebble run --create-dirs --hold --http :38813 --verbose`, with the environment variables `PEBBLE` and
//! `PEBBLE_SOCKET`): it serves Pebble's HTTP API on a Unix socket, and runs services, commands and health checks
//! as real processes. It knows nothing of Juju, and it shares no code with a client. The shapes, texts and error kinds
//! are those of Pebble 1.26 (see its API reference and layer specification).
//!
//! # A short tour
//!
//! | room | what it holds |
//! |---|---|
//! | `plan` | layers, how they merge, every validation, start and stop order; pure |
//! | `service` | one supervisor per service: a pure state machine and the process it drives |
//! | `change` | changes and their tasks: identity, status, errors, waiting, aborting |
//! | `check` | health checks: probes, thresholds, `perform-check` and `recover-check` changes |
//! | `exec` | commands of clients, with their streams on websockets |
//! | `process` | starting a process as some user, accounts, executables, signals |
//! | `notice`, `service_log`, `identity` | the small stores |
//! | `server` | sockets, routes, access, the envelope of answers |
//! | `api` | one file per resource: from a request to the rooms above and back |
//! | `daemon` | puts the rooms together, starts and stops them |
//!
//! # What differs from Pebble
//!
//! - Changes, notices and services live in memory only: a restart begins empty, with a new boot id.
//! - Where this process may not become another user (a user namespace with one uid), services, commands and files
//!   belong to the only user there is; one line on stdout says so.
//! - Not served: terminals in `exec`, `https` checks, forwarding to log targets, pairing, TLS.
//! - The back-off before a restart has no random part.
#![warn(missing_docs)]

use std::process::ExitCode;

#[cfg(feature = "mutations")]
pub use rules::Rule;
use rules::Rules;

mod api;
mod change;
mod check;
mod cli;
mod daemon;
mod duration;
mod exec;
mod identity;
mod log;
mod metrics;
mod notice;
mod plan;
mod process;
mod random;
mod rules;
mod server;
mod service;
mod service_log;
mod sync;
mod text;

/// Runs the program `pebble` with the arguments that follow its name, for example `run --hold --http :38813`, until
/// SIGTERM or SIGINT; then stops all services and ends.
///
/// Reads the environment: `PEBBLE` (directory, default `/var/lib/pebble/default`), `PEBBLE_SOCKET` (default
/// `$PEBBLE/.pebble.socket`), `PEBBLE_COPY_ONCE` (directory that is copied to `$PEBBLE` when that is empty).
/// Log lines go to stdout, one line about a failure to start goes to stderr.
///
/// Exit codes, as Pebble's: 0 after a signal or a `success-shutdown`, 1 when it cannot start, 10 when a
/// service's exit asked for a shutdown, 11 when a failed check did.
#[must_use]
pub fn main(args: Vec<String>) -> ExitCode {
    cli::main(args, Rules::default())
}

/// The same with one rule broken.
#[cfg(feature = "mutations")]
#[must_use]
pub fn main_without(rule: Rule, args: Vec<String>) -> ExitCode {
    cli::main(args, Rules::without(rule))
}
