//! The hook commands. Enters: a command's name, arguments and input. Leaves: its answer: exit code, output, error text, all
//! as Juju's own commands give them.
//!
//! A [`Tool`] is its name, its flags, how it prints, and one function from [`Args`] to [`Output`]. Flags are parsed and
//! values printed here, once for all.

mod action;
mod config;
mod credential;
mod flags;
mod format;
mod goal;
mod leader;
mod log;
mod network;
mod port;
mod relation;
mod relation_get;
mod relation_set;
mod resource;
mod secret;
mod settings;
mod state;
mod status;
mod storage;
mod value;
mod yaml;

use super::context::HookContext;
use flags::{Args, Flag};
use format::Format;
use std::collections::BTreeMap;
use value::Value;

/// A call of a hook command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) args: Vec<String>,
    pub(super) inputs: Inputs,
}

/// What the caller read for the command: by path the content, or why it cannot be read.
pub(super) type Inputs = BTreeMap<String, Result<Vec<u8>, String>>;

/// The answer to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The caller is to read this file (`-`: its standard input) and to call again.
    NeedsInput(String),
    /// It is done.
    Done {
        code: u8,
        stdout: String,
        stderr: String,
        /// Where the caller is to write `stdout` to.
        file: Option<String>,
    },
}

impl Answer {
    pub(super) fn failed(code: u8, message: &str) -> Self {
        let stderr = format!("ERROR {message}\n");
        Self::Done {
            code,
            stdout: String::new(),
            stderr,
            file: None,
        }
    }
}

/// A hook command.
struct Tool {
    name: &'static str,
    /// One line for `--help`.
    summary: &'static str,
    flags: &'static [Flag],
    formats: &'static [Format],
    run: fn(&mut HookContext<'_>, &Args) -> Result<Output, Stop>,
}

/// What a command prints.
enum Output {
    Nothing,
    /// In the format that was asked for.
    Value(Value),
    /// As it is, without an end of line.
    Bare(String),
}

/// Why a command stops.
#[derive(Debug)]
enum Stop {
    /// Its arguments are wrong: exit code 2.
    Usage(String),
    /// It failed: exit code 1.
    Failed(String),
    /// It needs the content of this file first.
    Input(String),
}

impl Stop {
    fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "errors are passed on by `map_err(Stop::failed)`"
    )]
    fn failed(message: impl ToString) -> Self {
        Self::Failed(message.to_string())
    }
}

impl From<Value> for Output {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// The formats of most commands that print; the first is the default.
const SMART: &[Format] = &[Format::Smart, Format::Yaml, Format::Json];
/// Those of the few that print nothing smart.
const YAML: &[Format] = &[Format::Yaml, Format::Json];
/// Of those that print nothing.
const SILENT: &[Format] = &[];

fn all() -> impl Iterator<Item = &'static Tool> {
    let families: [&[Tool]; 14] = [
        action::TOOLS,
        config::TOOLS,
        credential::TOOLS,
        goal::TOOLS,
        leader::TOOLS,
        log::TOOLS,
        network::TOOLS,
        port::TOOLS,
        relation::TOOLS,
        resource::TOOLS,
        secret::TOOLS,
        state::TOOLS,
        status::TOOLS,
        storage::TOOLS,
    ];
    families.into_iter().flatten()
}

/// The names of all hook commands: the links that are to be in the folder of tools.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|tool| tool.name)
}

/// Answers `call` in `context`.
pub(super) fn answer(context: &mut HookContext<'_>, call: &Call) -> Answer {
    let Some(tool) = all().find(|tool| tool.name == call.name) else {
        return Answer::failed(1, &format!("bad request: unknown command: {}", call.name));
    };
    let args = match flags::parse(tool, call) {
        Ok(args) => args,
        Err(message) => return Answer::failed(2, &message),
    };
    if args.help {
        return done(flags::help(tool), None);
    }
    match (tool.run)(context, &args) {
        Ok(Output::Nothing) => done(String::new(), None),
        Ok(Output::Value(value)) => done(format::print(&value, args.format), args.output),
        Ok(Output::Bare(text)) => done(text, None),
        Err(Stop::Usage(message)) => Answer::failed(2, &message),
        Err(Stop::Failed(message)) => Answer::failed(1, &message),
        Err(Stop::Input(file)) => Answer::NeedsInput(file),
    }
}

fn done(stdout: String, file: Option<String>) -> Answer {
    Answer::Done {
        code: 0,
        stdout,
        stderr: String::new(),
        file,
    }
}
