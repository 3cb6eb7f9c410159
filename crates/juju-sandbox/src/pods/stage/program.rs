//! Starting the program that all this is for.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};

use nix::sys::wait::WaitStatus;

use super::{During, StageError};
use crate::pods::control::{Exit, Program};

/// Starts it with exactly this environment and identity, without standard input; returns its process number.
pub(super) fn start(program: &Program) -> Result<u32, StageError> {
    let (name, arguments) = program.argv.split_first().ok_or(StageError::NoProgram)?;
    // Otherwise a missing folder would be reported as a missing program.
    std::env::set_current_dir(&program.cwd)
        .during(|| format!("enter the working directory `{}`", program.cwd.display()))?;
    let mut command = Command::new(name);
    command
        .args(arguments)
        .env_clear()
        .envs(&program.env)
        .stdin(Stdio::null())
        .process_group(0);
    if let Some((uid, gid)) = program.identity {
        // The other groups are dropped by the standard library when the user changes.
        command.uid(uid).gid(gid);
    }
    Ok(command.spawn().during(|| format!("start `{name}`"))?.id())
}

/// How a process ended; none if it only stopped or went on.
pub(super) fn exit(status: WaitStatus) -> Option<Exit> {
    match status {
        WaitStatus::Exited(_, code) => Some(Exit {
            code: Some(code),
            signal: None,
        }),
        WaitStatus::Signaled(_, signal, _) => Some(ExitStatus::from_raw(signal as i32).into()),
        WaitStatus::Stopped(..)
        | WaitStatus::PtraceEvent(..)
        | WaitStatus::PtraceSyscall(_)
        | WaitStatus::Continued(_)
        | WaitStatus::StillAlive => None,
    }
}
