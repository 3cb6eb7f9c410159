//! The command line of the program `pebble`: `run` with the options that Juju uses, and `version`.

use crate::daemon::{self, Options};
use crate::rules::Rules;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Run(RunOptions),
    Version,
}

/// The options of `run`.
#[derive(Debug, Default, PartialEq, Eq)]
struct RunOptions {
    create_dirs: bool,
    hold: bool,
    http: Option<String>,
    verbose: bool,
}

/// Why a command line is not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum UsageError {
    #[error("missing command: use `run` or `version`")]
    NoCommand,
    #[error("unknown command `{0}`: use `run` or `version`")]
    UnknownCommand(String),
    #[error("unknown option `{0}`")]
    UnknownOption(String),
    #[error("option `{0}` needs a value")]
    NoValue(String),
}

pub(crate) fn main(args: Vec<String>, rules: Rules) -> ExitCode {
    match parse(args) {
        Ok(Command::Version) => {
            // A closed stdout is nobody's fault.
            let _ = writeln!(std::io::stdout(), "{}", crate::daemon::VERSION);
            ExitCode::SUCCESS
        }
        Ok(Command::Run(run)) => match daemon::run(options(run, rules)) {
            Ok(code) => ExitCode::from(code),
            Err(error) => fail(&daemon::chain(&error)),
        },
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(reason: &str) -> ExitCode {
    // Without stderr there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {reason}");
    ExitCode::FAILURE
}

fn parse(args: Vec<String>) -> Result<Command, UsageError> {
    let mut args = args.into_iter();
    let command = args.next().ok_or(UsageError::NoCommand)?;
    match command.as_str() {
        "run" => parse_run(args).map(Command::Run),
        "version" | "--version" => Ok(Command::Version),
        other => Err(UsageError::UnknownCommand(other.to_owned())),
    }
}

fn parse_run(mut args: impl Iterator<Item = String>) -> Result<RunOptions, UsageError> {
    let mut options = RunOptions::default();
    while let Some(arg) = args.next() {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (arg.as_str(), None),
        };
        match name {
            "--create-dirs" => options.create_dirs = true,
            "--hold" => options.hold = true,
            "--verbose" | "-v" => options.verbose = true,
            "--http" => {
                let value = value.or_else(|| args.next());
                options.http = Some(value.ok_or_else(|| UsageError::NoValue(name.to_owned()))?);
            }
            _ => return Err(UsageError::UnknownOption(arg)),
        }
    }
    Ok(options)
}

/// Completes the command line by the environment.
fn options(run: RunOptions, rules: Rules) -> Options {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let dir = variable("PEBBLE").unwrap_or_else(|| PathBuf::from("/var/lib/pebble/default"));
    Options {
        socket: variable("PEBBLE_SOCKET").unwrap_or_else(|| dir.join(".pebble.socket")),
        copy_once: variable("PEBBLE_COPY_ONCE"),
        dir,
        create_dirs: run.create_dirs,
        hold: run.hold,
        http: run.http,
        verbose: run.verbose,
        rules,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(args: &str, expect: &Result<Command, UsageError>) {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        assert_eq!(&parse(args.clone()), expect, "{args:?}");
    }

    #[test]
    fn command_lines() {
        let as_juju = RunOptions {
            create_dirs: true,
            hold: true,
            http: Some(":38813".into()),
            verbose: true,
        };
        check(
            "run --create-dirs --hold --http :38813 --verbose",
            &Ok(Command::Run(as_juju)),
        );
        let short = RunOptions {
            http: Some(":1".into()),
            verbose: true,
            ..RunOptions::default()
        };
        check("run -v --http=:1", &Ok(Command::Run(short)));
        check("version", &Ok(Command::Version));
        check("", &Err(UsageError::NoCommand));
        check("exec ls", &Err(UsageError::UnknownCommand("exec".into())));
        check("run --http", &Err(UsageError::NoValue("--http".into())));
        check("run --loud", &Err(UsageError::UnknownOption("--loud".into())));
    }
}
