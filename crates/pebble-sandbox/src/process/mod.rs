//! Starting programs: as which user, in which surroundings, with which streams. Knows no plan state and no HTTP.

mod accounts;
mod launch;
mod powers;
mod signal;

pub(crate) use accounts::{Accounts, Owner};
pub(crate) use launch::{Environment, Launch, Streams, exit_code, find_executable};
pub(crate) use powers::Powers;
pub(crate) use signal::{kill_group, parse_signal, signal_process};
