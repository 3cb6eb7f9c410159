//! Juju's hook commands, one function each, with no opinion.
//!
//! Plain values enter and leave; a [`Transport`] carries the call. Nothing is remembered, batched or skipped here:
//! that is [`crate::Unit`]'s work, which is what a charm normally uses. Every answer is asked for as JSON. All
//! commands: Juju's [list of hook commands][list].
//!
//! A [`crate::Unit`] does not see what is written past it: it goes on from what it read, and keeps that in the charm
//! state for the dispatches to come. So write here only what it has no method for; never relation settings of an
//! endpoint, or keys of the charm state, that it also writes.
//!
//! # Errors
//! Every function fails alike: [`Error::Command`] when the command cannot be run or Juju refuses, [`Error::Answer`]
//! when the answer has not the documented form.
//!
//! [list]: https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/
#![expect(
    clippy::missing_errors_doc,
    reason = "all functions fail alike, as the module says once"
)]

mod action;
mod config;
mod goal;
mod leader;
mod log;
mod network;
mod port;
mod private_file;
mod relation;
mod resource;
mod secret;
mod state;
mod status;
mod version;
mod yaml;

pub use action::{action_fail, action_get, action_log, action_set};
pub use config::config_get;
pub use goal::{Goal, GoalState, goal_state};
pub use leader::is_leader;
pub use log::{Level, juju_log};
pub use network::{BindAddresses, InterfaceAddress, Network, network_get};
pub use port::{close_port, open_port, opened_ports};
pub use relation::{
    Bag, OwnBag, relation_get, relation_get_each, relation_ids, relation_list, relation_model_get,
    relation_remote_app, relation_set,
};
pub use resource::resource_get;
pub use secret::{
    SecretAccess, SecretContent, SecretExpire, SecretGrantee, SecretInfo, SecretOptions, SecretOwner,
    SecretRead, SecretRef, SecretRotate, secret_add, secret_get, secret_grant, secret_ids, secret_info_get,
    secret_remove, secret_revoke, secret_set,
};
pub use state::{state_delete, state_get, state_set};
pub use status::{ReportedStatus, status_get, status_set};
pub use version::application_version_set;

use serde::de::DeserializeOwned;

use crate::error::{CommandError, Error, Refusal};
use crate::transport::{Output, Transport, TransportError};

/// One call in the making.
struct Command {
    name: &'static str,
    args: Vec<String>,
    /// Arguments an error message must not show: they are content, and may be long or secret.
    values: Vec<String>,
    stdin: Option<Vec<u8>>,
}

impl Command {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            args: Vec::new(),
            values: Vec::new(),
            stdin: None,
        }
    }

    /// Adds an argument that tells what is asked, such as a flag or a name.
    fn arg(mut self, arg: impl std::fmt::Display) -> Self {
        self.args.push(arg.to_string());
        self
    }

    /// Adds an argument that is content.
    fn value(mut self, value: impl Into<String>) -> Self {
        self.values.push(value.into());
        self
    }

    fn stdin(mut self, bytes: Vec<u8>) -> Self {
        self.stdin = Some(bytes);
        self
    }

    /// Runs it for its effect.
    fn run(self, transport: &dyn Transport) -> Result<(), Error> {
        self.call(transport).map(drop)
    }

    /// Runs it for its answer.
    fn read<T: DeserializeOwned>(self, transport: &dyn Transport) -> Result<T, Error> {
        let command = self.with_json_answer();
        let answer = command.call(transport)?;
        command.parsed(&answer)
    }

    /// Runs commands of one name, which only read, for their answers in that order; perhaps at once.
    fn read_each<T: DeserializeOwned>(
        commands: Vec<Self>,
        transport: &dyn Transport,
    ) -> Vec<Result<T, Error>> {
        let commands: Vec<Self> = commands.into_iter().map(Self::with_json_answer).collect();
        let Some(name) = commands.first().map(|command| command.name) else {
            return Vec::new();
        };
        let each: Vec<Vec<&str>> = commands.iter().map(Self::arguments).collect();
        let outputs = transport.call_each(name, &each);
        let read = |(command, output): (&Self, _)| command.parsed(&command.succeeded(output)?);
        commands.iter().zip(outputs).map(read).collect()
    }

    fn with_json_answer(mut self) -> Self {
        self.args.insert(0, "--format=json".to_owned());
        self
    }

    fn parsed<T: DeserializeOwned>(&self, answer: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(answer).map_err(|source| Error::Answer {
            command: self.shown(),
            source,
        })
    }

    fn call(&self, transport: &dyn Transport) -> Result<Vec<u8>, Error> {
        let output = transport.call(self.name, &self.arguments(), self.stdin.as_deref());
        self.succeeded(output)
    }

    fn arguments(&self) -> Vec<&str> {
        self.args.iter().chain(&self.values).map(String::as_str).collect()
    }

    /// What it printed, or why it failed.
    fn succeeded(&self, output: Result<Output, TransportError>) -> Result<Vec<u8>, Error> {
        let output = output.map_err(|error| self.failed(error.into()))?;
        if output.code == 0 {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr);
        let message = message.trim();
        let message = message.strip_prefix("ERROR ").unwrap_or(message).to_owned();
        Err(self.failed(
            Refusal {
                code: output.code,
                message,
            }
            .into(),
        ))
    }

    fn failed(&self, source: CommandError) -> Error {
        Error::Command {
            command: self.shown(),
            source,
        }
    }

    fn shown(&self) -> String {
        std::iter::once(self.name)
            .chain(self.args.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ")
    }
}
