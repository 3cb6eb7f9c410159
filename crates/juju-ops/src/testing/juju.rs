//! The unit agent's side of the hook commands, in memory.
//!
//! A hook command enters, its answer leaves; what it writes is buffered. [`Juju::outcome`] keeps the buffer if the
//! dispatch succeeded and drops it otherwise, but for what Juju writes at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::time::Duration;

use serde_json::Value;

use super::on::Trigger;
use super::{ActionOutcome, Declaration, Outcome, State, tools};
use crate::error::Refusal;
use crate::hookcmds::Level;
use crate::text::LONGEST_ARGUMENT;
use crate::transport::{Output, Transport, TransportError};

/// One hook command that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The command.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// What was written to its standard input.
    pub stdin: Option<String>,
    /// Its exit code.
    pub code: i32,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.command)?;
        self.args.iter().try_for_each(|arg| write!(f, " {arg}"))?;
        self.stdin.iter().try_for_each(|text| write!(f, " < {text}"))
    }
}

/// What a tool may see and change.
pub(super) struct World {
    pub(super) declaration: Declaration,
    pub(super) trigger: Trigger,
    /// The state as this dispatch sees it: its own writes included.
    pub(super) state: State,
    pub(super) action: ActionOutcome,
    pub(super) log: Vec<(Level, String)>,
    /// The secrets whose latest revision was made in this hook, which Juju has not yet taken.
    pub(super) new_revisions: BTreeSet<String>,
}

/// What a tool answers: a value to be printed, or nothing.
pub(super) type Answer = Result<Option<Value>, Refusal>;

pub(super) struct Juju {
    before: State,
    world: RefCell<World>,
    calls: RefCell<Vec<Call>>,
    faults: BTreeMap<String, Output>,
}

impl Juju {
    pub(super) fn new(
        declaration: Declaration,
        trigger: Trigger,
        state: State,
        faults: BTreeMap<String, Output>,
    ) -> Self {
        let before = state.clone();
        let world = World {
            declaration,
            trigger,
            state,
            action: ActionOutcome::default(),
            log: Vec::new(),
            new_revisions: BTreeSet::new(),
        };
        Self {
            before,
            world: RefCell::new(world),
            calls: RefCell::default(),
            faults,
        }
    }

    pub(super) fn outcome(&self, exit_code: u8, waited: Duration) -> Outcome {
        let World {
            state, action, log, ..
        } = &*self.world.borrow();
        let state = if exit_code == 0 {
            state.clone()
        } else {
            State {
                status: state.status.clone(),
                version: state.version.clone(),
                ..self.before.clone()
            }
        };
        Outcome {
            exit_code,
            state,
            calls: self.calls.borrow().clone(),
            log: log.clone(),
            action: action.clone(),
            waited,
        }
    }
}

impl Transport for Juju {
    fn call(&self, command: &str, args: &[&str], stdin: Option<&[u8]>) -> Result<Output, TransportError> {
        can_be_run(args).map_err(TransportError::Io)?;
        let output = if let Some(fault) = self.faults.get(command) {
            fault.clone()
        } else {
            let answer = tools::run(&mut self.world.borrow_mut(), command, args, stdin);
            printed(command, answer.ok_or(TransportError::NotFound)?)
        };
        self.calls.borrow_mut().push(Call {
            command: command.to_owned(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            stdin: stdin.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            code: output.code,
        });
        Ok(output)
    }
}

/// What Linux and the standard library refuse before a program is started.
fn can_be_run(args: &[&str]) -> io::Result<()> {
    if args.iter().any(|arg| arg.contains('\0')) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if args.iter().any(|arg| arg.len() > LONGEST_ARGUMENT) {
        return Err(io::ErrorKind::ArgumentListTooLong.into());
    }
    Ok(())
}

/// A value as JSON, but for the two commands that know no `--format`.
fn text(command: &str, value: &Value) -> String {
    match (command, value) {
        ("secret-add", Value::String(id)) => format!("{id}\n"),
        ("resource-get", Value::String(path)) => path.clone(),
        _ => format!("{value}\n"),
    }
}

fn printed(command: &str, answer: Answer) -> Output {
    match answer {
        Ok(value) => Output {
            code: 0,
            stdout: value
                .map(|value| text(command, &value))
                .unwrap_or_default()
                .into_bytes(),
            stderr: Vec::new(),
        },
        Err(Refusal { code, message }) => Output {
            code,
            stdout: Vec::new(),
            stderr: format!("ERROR {message}\n").into_bytes(),
        },
    }
}
