//! Process 1 of a container. When it ends the kernel kills everything else in the container.

use std::path::Path;
use std::sync::Arc;
use std::{fs, thread};

use nix::errno::Errno;
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::wait;
use nix::unistd::{Pid, sethostname};

use super::{During, StageError, plan, program, root};
use crate::pods::control::{Control, Exit, InitPlan, Report, Request};

/// The exit code of init when it was cut off, as a shell counts SIGKILL.
const KILLED: i32 = 137;

pub(super) fn run(control: &Arc<Control>) -> Result<(), StageError> {
    let plan: InitPlan = plan(control)?;
    let number = number_outside()?;
    let own = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWUTS | CloneFlags::CLONE_NEWIPC;
    unshare(own).during(|| "make namespaces".into())?;
    if let Some(network) = &plan.network {
        join_network(network)?;
    }
    root::enter(&plan)?;
    sethostname(&plan.hostname).during(|| format!("set the host name `{}`", plan.hostname))?;
    let program = pid(program::start(&plan.program)?);
    // A host program that is gone closes the socket too, and the watcher sees that.
    let _ = control.send(&Report::Ready(number));
    let watched = Arc::clone(control);
    thread::spawn(move || watch(&watched, program));
    let exit = reap_until(program).during(|| "wait for the program".into())?;
    let _ = control.send(&Report::Exited(exit));
    Ok(())
}

/// Our process number as the host counts, which only the host's `/proc` knows.
fn number_outside() -> Result<i32, StageError> {
    let number = fs::read_link("/proc/self").during(|| "read `/proc/self`".into())?;
    let number = number.to_string_lossy().parse().map_err(std::io::Error::other);
    number.during(|| "read the process number".into())
}

fn join_network(file: &Path) -> Result<(), StageError> {
    let file = fs::File::open(file).during(|| format!("open `{}`", file.display()))?;
    setns(file, CloneFlags::CLONE_NEWNET).during(|| "join the pod's network".into())
}

/// Does what the host program asks; when there is no host program any more, ends the container.
fn watch(control: &Control, program: Pid) {
    while let Ok(Some(Request::Terminate)) = control.receive() {
        // It may have ended just now.
        let _ = kill(program, Signal::SIGTERM);
    }
    std::process::exit(KILLED);
}

/// Process 1 inherits every orphan and must wait for each, or it stays as a zombie.
fn reap_until(program: Pid) -> nix::Result<Exit> {
    loop {
        match wait() {
            Ok(status) if status.pid() == Some(program) => {
                if let Some(exit) = program::exit(status) {
                    return Ok(exit);
                }
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}

fn pid(number: u32) -> Pid {
    // Process numbers are positive `pid_t`s, which the standard library shows as `u32`.
    Pid::from_raw(number.cast_signed())
}
