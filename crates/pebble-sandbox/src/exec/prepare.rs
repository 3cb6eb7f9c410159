//! From a request to a command that can start: executable, context, user, environment, working directory.

use crate::duration::{GoDuration, InvalidDuration};
use crate::log::Log;
use crate::plan::{Context, Plan};
use crate::process::{Accounts, Environment, Launch, Owner, Powers, find_executable};
use crate::text;
use serde::Deserialize;
use std::io::ErrorKind;
use std::time::Duration;

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The body of `POST /v1/exec`. Without a terminal, `width` and `height` mean nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct ExecRequest {
    pub(crate) command: Vec<String>,
    service_context: String,
    #[serde(flatten)]
    context: Context,
    timeout: String,
    terminal: bool,
    interactive: bool,
    pub(crate) split_stderr: bool,
}

/// Why a command does not start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExecError {
    #[error("must specify command")]
    NoCommand,
    #[error("invalid timeout: {0}")]
    Timeout(InvalidDuration),
    #[error("cannot find executable {0:?}")]
    NoExecutable(String),
    #[error("cannot execute in a terminal: not supported by this Pebble")]
    Terminal,
    #[error("{0}")]
    Context(String),
    #[error("cannot call exec: {0}")]
    WorkingDir(String),
    #[error("cannot call exec: cannot use interactive mode without a terminal")]
    Interactive,
}

/// A command in its surroundings.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) launch: Launch,
}

impl Prepared {
    pub(super) fn name(&self) -> &str {
        self.launch.argv.first().map_or("", String::as_str)
    }
}

impl ExecRequest {
    /// # Errors
    /// When the timeout is no duration.
    pub(super) fn timeout(&self) -> Result<Option<Duration>, ExecError> {
        if self.command.is_empty() {
            return Err(ExecError::NoCommand);
        }
        if self.timeout.is_empty() {
            return Ok(None);
        }
        let timeout: GoDuration = self.timeout.parse().map_err(ExecError::Timeout)?;
        Ok(Some(timeout.0).filter(|timeout| !timeout.is_zero()))
    }
}

/// # Errors
/// See [`ExecError`].
pub(super) fn prepare(
    request: ExecRequest,
    plan: &Plan,
    daemon: &Environment,
    powers: &Powers,
    log: Log,
) -> Result<Prepared, ExecError> {
    let name = request.command.first().ok_or(ExecError::NoCommand)?;
    let search_path = daemon.get("PATH").map_or("", String::as_str);
    if find_executable(name, search_path).is_none() {
        return Err(ExecError::NoExecutable(name.clone()));
    }
    if request.terminal {
        return Err(ExecError::Terminal);
    }
    let context = plan
        .in_context_of(&request.service_context, request.context)
        .map_err(ExecError::Context)?;
    let accounts = Accounts::read();
    let wanted = accounts.owner(&context).map_err(ExecError::Context)?;
    if request.interactive {
        return Err(ExecError::Interactive);
    }
    let environment = environment(&context.environment, wanted, daemon, powers.own(), &accounts);
    let home = environment.get("HOME").map_or("", String::as_str);
    let working_dir = working_dir(&context.working_dir, home).map_err(ExecError::WorkingDir)?;
    let owner = powers.grant(wanted, log);
    Ok(Prepared {
        launch: Launch {
            argv: request.command,
            environment,
            working_dir,
            owner,
        },
    })
}

/// The daemon's environment, over it the wanted one, and what every command can rely on.
fn environment(
    given: &Environment,
    wanted: Option<Owner>,
    daemon: &Environment,
    own: Owner,
    accounts: &Accounts,
) -> Environment {
    let mut environment = daemon.clone();
    if wanted.is_some_and(|wanted| wanted.uid != own.uid) {
        environment.remove("HOME");
        environment.remove("USER");
    }
    environment.extend(given.clone());
    let mut default = |name: &str, value: &str| {
        if environment.get(name).is_none_or(String::is_empty) {
            environment.insert(name.to_owned(), value.to_owned());
        }
    };
    default("PATH", DEFAULT_PATH);
    default("LANG", "C.UTF-8");
    if let Some(user) = accounts.user_by_id(wanted.unwrap_or(own).uid) {
        default("HOME", &user.home);
        default("USER", &user.name);
    }
    environment
}

/// The wanted directory, or the user's home, or `/`.
fn working_dir(wanted: &str, home: &str) -> Result<String, String> {
    let (dir, what) = match (wanted, home) {
        ("", "") => return Ok("/".to_owned()),
        ("", home) => (home, "home directory"),
        (wanted, _) => (wanted, "working directory"),
    };
    match std::fs::metadata(dir) {
        Ok(found) if found.is_dir() => Ok(dir.to_owned()),
        Ok(_) => Err(format!("{what} {dir:?} not a directory")),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(format!("{what} {dir:?} does not exist")),
        Err(error) => Err(format!("cannot stat {what} {dir:?}: {}", text::errno(&error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments() {
        let accounts = Accounts::parse("root:x:0:0::/root:\nheron:x:1001:1002::/home/heron:\n", "");
        let daemon = Environment::from([("HOME".into(), "/root".into()), ("TZ".into(), "UTC".into())]);
        let given = Environment::from([("TZ".into(), "CET".into())]);
        let check = |wanted: Option<u32>, expect: &str| {
            let wanted = wanted.map(|uid| Owner { uid, gid: 0 });
            let seen = environment(&given, wanted, &daemon, Owner { uid: 0, gid: 0 }, &accounts);
            let seen: Vec<String> = seen
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            assert_eq!(seen.join(" ").replace(DEFAULT_PATH, "…"), expect);
        };
        check(None, "HOME=/root LANG=C.UTF-8 PATH=… TZ=CET USER=root");
        check(
            Some(1001),
            "HOME=/home/heron LANG=C.UTF-8 PATH=… TZ=CET USER=heron",
        );
        check(Some(7), "LANG=C.UTF-8 PATH=… TZ=CET");
    }

    #[test]
    fn working_dirs() {
        assert_eq!(working_dir("", ""), Ok("/".to_owned()));
        assert_eq!(working_dir("", "/"), Ok("/".to_owned()));
        assert_eq!(
            working_dir("/nope", "/"),
            Err("working directory \"/nope\" does not exist".to_owned())
        );
        assert_eq!(
            working_dir("", "/nope"),
            Err("home directory \"/nope\" does not exist".to_owned())
        );
        assert_eq!(
            working_dir("/dev/null", ""),
            Err("working directory \"/dev/null\" not a directory".to_owned())
        );
    }
}
