//! What can go wrong between a charm and Juju.
//!
//! Every [`Error`] heals by itself or is a bug: the dispatch ends with exit code 1 and Juju tries again. What a person
//! must act on (a wrong option, a malformed databag) is a value instead: [`crate::InvalidConfig`],
//! [`crate::InvalidData`].

use std::fmt::Write as _;

use crate::context::ContextError;
use crate::name::RelationId;
use crate::transport::TransportError;
use crate::typed::InvalidData;

/// A dispatch cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The environment is not that of a Juju hook.
    #[error("cannot read the environment of the hook")]
    Context(#[from] ContextError),
    /// A hook command failed.
    #[error("cannot run `{command}`")]
    Command {
        /// The command with its arguments, without the values it writes.
        command: String,
        /// Why it failed.
        source: CommandError,
    },
    /// A hook command answered what it should not.
    #[error("cannot read the answer of `{command}`")]
    Answer {
        /// The command with its arguments.
        command: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Data to be published cannot be written as relation settings.
    #[error("cannot encode the data for endpoint `{endpoint}`")]
    Encode {
        /// The local endpoint.
        endpoint: String,
        /// What is wrong with it.
        source: InvalidData,
    },
    /// A relation was named with another endpoint than its own.
    #[error("cannot use `{id}` at endpoint `{endpoint}`: it is a relation of another")]
    WrongEndpoint {
        /// The relation that was named.
        id: RelationId,
        /// The endpoint that was named.
        endpoint: String,
    },
    /// The charm state takes keys up to 256 bytes and values up to 64 KiB.
    #[error(
        "cannot keep `{key}` in the charm state: {bytes} bytes are more than the {limit} that Juju takes"
    )]
    StateTooLarge {
        /// The key.
        key: String,
        /// The size of the key or value.
        bytes: usize,
        /// The largest size that Juju takes.
        limit: usize,
    },
    /// A value has no form in the charm state.
    #[error("cannot keep `{key}` in the charm state")]
    Remember {
        /// The key.
        key: String,
        /// What is wrong with the value.
        source: serde_json::Error,
    },
    /// The charm decided to take the step it just took: it would do so for ever.
    #[error("cannot settle: step `{step}` changed nothing and is to be taken again")]
    StepRepeated {
        /// The step as `Debug` writes it.
        step: String,
    },
    /// The charm decided for another step after [`crate::MOST_STEPS`].
    #[error("cannot settle within {limit} steps: the next is `{step}`")]
    TooManySteps {
        /// The bound.
        limit: usize,
        /// The step as `Debug` writes it.
        step: String,
    },
}

impl Error {
    /// Whether Juju says that the relation is not, or no longer, there for this unit. That is no failure while the
    /// relation or the unit goes away.
    pub fn is_no_relation(&self) -> bool {
        self.refusal_of("relation-")
            .is_some_and(|Refusal { message, .. }| {
                message.ends_with("relation not found") || message.ends_with("unknown relation id")
            })
    }

    /// Whether Juju does not let this unit read or write a bag of a relation.
    pub fn is_denied(&self) -> bool {
        self.refusal_of("relation-")
            .is_some_and(|refusal| refusal.message == "permission denied")
    }

    /// Whether Juju says that there is no such secret, or does not show it to this unit.
    pub fn is_no_secret(&self) -> bool {
        self.refusal_of("secret-").is_some_and(|Refusal { message, .. }| {
            message.ends_with("not found") || message == "permission denied"
        })
    }

    /// What Juju said where it refused a command of a family: those whose names begin so.
    pub(crate) fn refusal_of(&self, family: &str) -> Option<&Refusal> {
        if let Self::Command {
            command,
            source: CommandError::Refused(refusal),
        } = self
            && command.starts_with(family)
        {
            Some(refusal)
        } else {
            None
        }
    }
}

/// Why a hook command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be run.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It ran and Juju refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Juju's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (exit code {code})")]
pub struct Refusal {
    /// 1 for an error while running, 2 for an error in the arguments.
    pub code: i32,
    /// What the command wrote to its standard error, without `ERROR`.
    pub message: String,
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a `String` cannot fail.
        let _ = write!(line, ": {error}");
        cause = error.source();
    }
    line
}
