//! The process outside: a new process namespace holds only the children of the one who made it.

use std::fs;
use std::process::Stdio;

use nix::sched::{CloneFlags, setns, unshare};
use nix::unistd::{getegid, geteuid};

use super::{During, Stage, StageError, plan};
use crate::pods::control::{Control, OuterPlan, UserNamespace};

pub(super) fn run(control: &Control) -> Result<(), StageError> {
    let plan: OuterPlan = plan(control)?;
    enter_user_namespace(&plan.user)?;
    unshare(CloneFlags::CLONE_NEWPID).during(|| "make a process namespace".into())?;
    // Standard input (the socket) and output are init's too.
    let mut init = Stage::Init
        .command()
        .stdin(Stdio::inherit())
        .spawn()
        .during(|| "start process 1".into())?;
    init.wait().during(|| "wait for process 1".into())?;
    Ok(())
}

/// Joins or makes the namespace of users; must happen while the process has one thread.
pub(super) fn enter_user_namespace(wanted: &UserNamespace) -> Result<(), StageError> {
    match wanted {
        UserNamespace::Host => Ok(()),
        UserNamespace::New => make_user_namespace(),
        UserNamespace::Join(file) => {
            let file = fs::File::open(file).during(|| format!("open `{}`", file.display()))?;
            setns(file, CloneFlags::CLONE_NEWUSER).during(|| "join the pod's user namespace".into())
        }
    }
}

/// Our own user becomes root inside, the only mapping that needs no privilege; for the group the kernel wants `setgroups` to be
/// given up first (`user_namespaces(7)`).
fn make_user_namespace() -> Result<(), StageError> {
    let (uid, gid) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER).during(|| "make a user namespace".into())?;
    let files = [
        ("setgroups", "deny".into()),
        ("uid_map", format!("0 {uid} 1")),
        ("gid_map", format!("0 {gid} 1")),
    ];
    for (file, content) in files {
        fs::write(format!("/proc/self/{file}"), content).during(|| format!("write `/proc/self/{file}`"))?;
    }
    Ok(())
}
