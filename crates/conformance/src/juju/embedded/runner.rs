//! Runs a hook's process on this machine, with exactly the environment that it is given.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
};

use juju_sandbox::agent::{HookExit, HookInvocation, HookRunner};

pub(super) struct Runner;

impl HookRunner for Runner {
    fn run(&self, invocation: &HookInvocation) -> io::Result<HookExit> {
        let [program, args @ ..] = invocation.argv.as_slice() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let output = Command::new(program)
            .args(args)
            .env_clear()
            .envs(&invocation.env)
            .current_dir(&invocation.cwd)
            .stdin(Stdio::null())
            .output()?;
        Ok(HookExit {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}
