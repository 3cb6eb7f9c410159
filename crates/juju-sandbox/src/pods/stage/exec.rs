//! The process that enters a container, leaves a program there and waits for it from outside.

use std::fs::File;

use nix::sched::{CloneFlags, setns};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use super::{During, StageError, plan, program};
use crate::pods::control::{Control, ExecPlan, Report};

pub(super) fn run(control: &Control) -> Result<(), StageError> {
    let plan: ExecPlan = plan(control)?;
    // All are opened first: after the mounts have changed, these paths lead nowhere.
    let open = |file| File::open(file).during(|| "open a namespace of the container".into());
    let namespaces = plan.namespaces.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    for namespace in namespaces {
        // No flag: whatever kind of namespace it is. The root and the working directory become those of the mount namespace.
        setns(namespace, CloneFlags::empty()).during(|| "join a namespace of the container".into())?;
    }
    let number = program::start(&plan.program)?.cast_signed();
    let _ = control.send(&Report::Ready(number));
    loop {
        let status = waitpid(Pid::from_raw(number), None).during(|| "wait for the program".into())?;
        if let Some(exit) = program::exit(status) {
            let _ = control.send(&Report::Exited(exit));
            return Ok(());
        }
    }
}
