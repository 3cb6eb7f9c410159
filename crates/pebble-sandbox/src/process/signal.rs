//! Sending signals to processes and process groups.

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use std::str::FromStr;

/// Reads a name such as `SIGHUP`.
pub(crate) fn parse_signal(name: &str) -> Option<Signal> {
    Signal::from_str(name).ok()
}

/// Signals one process.
///
/// # Errors
/// The text of the error number, for example `no such process`.
pub(crate) fn signal_process(pid: u32, signal: Signal) -> Result<(), String> {
    let pid = i32::try_from(pid).map_err(|_| "no such process".to_owned())?;
    kill(Pid::from_raw(pid), signal).map_err(|errno| errno.desc().to_lowercase())
}

/// Signals all processes of the group that `leader` leads. A group that is already gone is fine.
pub(crate) fn kill_group(leader: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(leader) {
        // The only failure that can happen here is that nobody is left.
        let _ = killpg(Pid::from_raw(pid), signal);
    }
}
