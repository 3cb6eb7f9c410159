//! What this program does when it was started again as a part of a container.
//!
//! Enters: the hidden arguments, and a plan on the standard input. Leaves: reports on the same socket, and an exit code that nobody
//! reads. Each stage is one process; all of it is safe code, since a new process can do to itself what a fork could not.

mod exec;
mod init;
mod network;
mod outer;
mod program;
mod root;

use std::io;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::control::{Control, Report};

/// The hidden first argument.
pub(super) const MARK: &str = "--sandbox-stage";

/// Which part of a container a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Outside: makes the process namespace and waits for it.
    Outer,
    /// Process 1: makes the root and runs the program.
    Init,
    /// Enters a container that is there and runs a program.
    Exec,
    /// Keeps the network of a pod.
    Network,
    /// The program of the container that [`Isolation::probe`](super::Isolation::probe) tries.
    Probe,
}

/// A step of a stage that failed; told to the host program as text.
#[derive(Debug, thiserror::Error)]
enum StageError {
    #[error("cannot {what}: {source}")]
    Step { what: String, source: io::Error },
    #[error("the host program is gone")]
    NoPlan,
    #[error("no program was given")]
    NoProgram,
}

/// If this process was started to be a part of a container, is that part and returns its exit code; otherwise returns at once.
///
/// A program that hosts containers calls this before anything else in `main`, while it has one thread.
pub fn entry() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != MARK {
        return None;
    }
    let name = arguments.next()?;
    let stage = Stage::ALL.into_iter().find(|stage| name == stage.name());
    Some(stage.map_or(ExitCode::FAILURE, run))
}

impl Stage {
    const ALL: [Self; 5] = [Self::Outer, Self::Init, Self::Exec, Self::Network, Self::Probe];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Outer => "outer",
            Self::Init => "init",
            Self::Exec => "exec",
            Self::Network => "network",
            Self::Probe => "probe",
        }
    }

    /// This program again, as `self`.
    pub(super) fn command(self) -> Command {
        let mut command = Command::new("/proc/self/exe");
        command.args([MARK, self.name()]);
        command
    }
}

fn run(stage: Stage) -> ExitCode {
    let Ok(control) = Control::of_this_stage().map(Arc::new) else {
        return ExitCode::FAILURE;
    };
    let result = match stage {
        Stage::Outer => outer::run(&control),
        Stage::Init => init::run(&control),
        Stage::Exec => exec::run(&control),
        Stage::Network => network::run(&control),
        // That it runs, as somebody else, is all that was to be shown.
        Stage::Probe => Ok(()),
    };
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    // If the host program is gone, nobody wants to know.
    let _ = control.send(&Report::Failed(error.to_string()));
    ExitCode::FAILURE
}

/// Names the step that failed.
trait During<T> {
    fn during(self, what: impl FnOnce() -> String) -> Result<T, StageError>;
}

impl<T, E: Into<io::Error>> During<T> for Result<T, E> {
    fn during(self, what: impl FnOnce() -> String) -> Result<T, StageError> {
        self.map_err(|error| StageError::Step {
            what: what(),
            source: error.into(),
        })
    }
}

/// The plan that the host program sent.
fn plan<T: DeserializeOwned>(control: &Control) -> Result<T, StageError> {
    control
        .receive()
        .during(|| "read the plan".into())?
        .ok_or(StageError::NoPlan)
}
