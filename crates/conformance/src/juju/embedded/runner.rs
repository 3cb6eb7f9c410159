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
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(&invocation.env)
            .current_dir(&invocation.cwd)
            .stdin(Stdio::null());
        let output = when_free(|| command.output())?;
        Ok(HookExit {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}

/// A file that was just written is busy as long as a process that another thread started meanwhile has it open: until
/// that process has become the program it is to be.
fn when_free<T>(mut start: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..200 {
        match start() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            done => return done,
        }
    }
    start()
}
