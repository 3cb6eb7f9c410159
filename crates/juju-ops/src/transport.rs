//! The seam between a charm and Juju's hook commands.
//!
//! A command with its arguments enters, exit code and output leave. What a command means is not known here: that is
//! [`crate::hookcmds`]. [`Forked`] runs Juju's programs; the `testing` feature answers from memory.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::process::{Child, Stdio};

/// How many hook commands [`Forked`] lets run at once. Juju answers one at a time, but each takes longer to start than to be
/// answered; more than this would only cost the charm's container memory.
const AT_ONCE: usize = 4;

/// Carries hook commands to Juju.
pub trait Transport {
    /// Runs one hook command to its end.
    ///
    /// # Errors
    /// Only when the command could not be run at all. A command that ran and failed is an [`Output`] with its code.
    fn call(&self, command: &str, args: &[&str], stdin: Option<&[u8]>) -> Result<Output, TransportError>;

    /// Runs one hook command once for each list of arguments, and returns as many answers, in that order. The calls may reach Juju
    /// in any order and at once, so they only read. In turn, unless a transport knows better.
    fn call_each(&self, command: &str, each: &[Vec<&str>]) -> Vec<Result<Output, TransportError>> {
        each.iter().map(|args| self.call(command, args, None)).collect()
    }
}

/// What a hook command answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// 0 for success, 1 for an error while running, 2 for an error in the arguments.
    pub code: i32,
    /// The answer.
    pub stdout: Vec<u8>,
    /// `ERROR <why>`.
    pub stderr: Vec<u8>,
}

/// A hook command that could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// There is no such program: this Juju does not have the command, or the charm is not run by Juju.
    #[error("cannot find the hook command in `PATH`: is this run by Juju, and does this version have it?")]
    NotFound,
    /// The operating system refused.
    #[error("cannot run the hook command")]
    Io(#[source] io::Error),
    /// The program was ended by a signal.
    #[error("the hook command was ended by a signal")]
    Signal,
}

/// Runs the programs that Juju puts first in the hook's `PATH`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forked;

impl Transport for Forked {
    fn call(&self, command: &str, args: &[&str], stdin: Option<&[u8]>) -> Result<Output, TransportError> {
        answer(spawn(command, args, stdin.is_some())?, stdin)
    }

    fn call_each(&self, command: &str, each: &[Vec<&str>]) -> Vec<Result<Output, TransportError>> {
        let mut running = VecDeque::with_capacity(AT_ONCE);
        let mut answers = Vec::with_capacity(each.len());
        let wait = |child: Result<Child, TransportError>| child.and_then(|child| answer(child, None));
        for args in each {
            if running.len() == AT_ONCE {
                answers.extend(running.pop_front().map(wait));
            }
            running.push_back(spawn(command, args, false));
        }
        answers.extend(running.into_iter().map(wait));
        answers
    }
}

/// What a running hook command says until it ends.
fn answer(child: Child, stdin: Option<&[u8]>) -> Result<Output, TransportError> {
    let output = feed_and_wait(child, stdin).map_err(TransportError::Io)?;
    let code = output.status.code().ok_or(TransportError::Signal)?;
    // A wrapper (a shell, `env`) reports a missing program with 127; no hook command exits like that.
    if code == 127 {
        return Err(TransportError::NotFound);
    }
    Ok(Output {
        code,
        stdout: output.stdout,
        stderr: output.stderr,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where hook commands are started"
)]
fn spawn(command: &str, args: &[&str], with_stdin: bool) -> Result<Child, TransportError> {
    std::process::Command::new(command)
        .args(args)
        .stdin(if with_stdin { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                TransportError::NotFound
            } else {
                TransportError::Io(error)
            }
        })
}

/// Writes and reads at once, so that neither side waits for the other with a full pipe.
fn feed_and_wait(mut child: Child, stdin: Option<&[u8]>) -> io::Result<std::process::Output> {
    let pipe = child.stdin.take();
    std::thread::scope(|scope| {
        let writer = pipe
            .zip(stdin)
            .map(|(mut pipe, bytes)| scope.spawn(move || pipe.write_all(bytes)));
        let output = child.wait_with_output()?;
        match writer.map(std::thread::ScopedJoinHandle::join) {
            // A command that refuses its arguments exits before it reads: its own error says more.
            Some(Ok(Err(error))) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(output),
        }
    })
}
