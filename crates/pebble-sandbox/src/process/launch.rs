//! One program to start, and starting it. Every program leads a process group of its own, so that signals reach all
//! that it starts.

use super::{Accounts, Owner};
use crate::text;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::process::{Child, Command};

/// Environment variables by name.
pub(crate) type Environment = BTreeMap<String, String>;

/// A program with all that decides how it starts.
#[derive(Debug)]
pub(crate) struct Launch {
    /// The program and its arguments; looked up in `search_path` if it has no slash.
    pub(crate) argv: Vec<String>,
    /// The whole environment.
    pub(crate) environment: Environment,
    /// Empty: the daemon's working directory.
    pub(crate) working_dir: String,
    /// `None`: the daemon's user.
    pub(crate) owner: Option<Owner>,
}

/// Where the standard streams go.
pub(crate) struct Streams {
    pub(crate) stdin: Stdio,
    pub(crate) stdout: Stdio,
    pub(crate) stderr: Stdio,
}

impl Launch {
    /// Starts the program. `search_path` is the daemon's own `PATH`.
    ///
    /// # Errors
    /// A text as Go's `os/exec` gives it: `exec: "x": executable file not found in $PATH`,
    /// `fork/exec /x: permission denied`.
    pub(crate) fn spawn(&self, search_path: &str, streams: Streams) -> Result<Child, String> {
        let (name, arguments) = self.argv.split_first().ok_or("exec: no command")?;
        let missing = || format!("exec: {name:?}: executable file not found in $PATH");
        let program = if name.contains('/') {
            PathBuf::from(name)
        } else {
            find_executable(name, search_path).ok_or_else(missing)?
        };
        let mut command = Command::new(&program);
        command
            .arg0(name)
            .args(arguments)
            .env_clear()
            .envs(&self.environment)
            .process_group(0);
        command
            .stdin(streams.stdin)
            .stdout(streams.stdout)
            .stderr(streams.stderr);
        if !self.working_dir.is_empty() {
            command.current_dir(&self.working_dir);
        }
        if let Some(owner) = self.owner {
            command.gid(owner.gid).uid(owner.uid);
        }
        command
            .spawn()
            .map_err(|error| format!("fork/exec {}: {}", program.display(), text::errno(&error)))
    }

    /// Adds `HOME` and `USER` of the wanted user where `given` does not name them.
    pub(crate) fn with_home(mut self, wanted: Option<Owner>, given: &Environment) -> Self {
        let Some(owner) = wanted else { return self };
        let accounts = Accounts::read();
        let Some(user) = accounts.user_by_id(owner.uid) else {
            return self;
        };
        for (name, value) in [("HOME", &user.home), ("USER", &user.name)] {
            if given.get(name).is_none_or(String::is_empty) {
                self.environment.insert(name.to_owned(), value.clone());
            }
        }
        self
    }
}

/// Finds a program as a shell would: in `search_path`, or by its own path if it has a slash.
pub(crate) fn find_executable(name: &str, search_path: &str) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| is_executable(path));
    }
    let dirs = search_path.split(':').filter(|dir| !dir.is_empty());
    dirs.map(|dir| Path::new(dir).join(name))
        .find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|seen| seen.is_file() && seen.permissions().mode() & 0o111 != 0)
}

/// The exit code as Pebble counts: 128 and the signal for a process that was killed.
pub(crate) fn exit_code(status: ExitStatus) -> i32 {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1)
}
