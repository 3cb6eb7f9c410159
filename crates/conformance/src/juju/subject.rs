//! What is tried: something that plays a Juju model. Operations enter, what happened and what holds then leave.

use std::path::Path;

use serde_json::Value;

use super::operation::Operation;

/// Starts models.
pub trait Subject: Sync {
    /// How the report names it.
    fn name(&self) -> &str;

    /// Starts an empty model, whose agents live below `folder`.
    ///
    /// # Errors
    /// When it cannot be started.
    fn start(&self, folder: &Path) -> Result<Box<dyn Model>, Error>;
}

/// One running model.
pub trait Model {
    /// Carries out an operation and runs every hook that is then owed.
    ///
    /// # Errors
    /// When it could not even be tried. That it is refused is an [`Answer`].
    fn perform(&mut self, operation: &Requested) -> Result<Happened, Error>;

    /// What `juju status` and the databags hold.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn show(&mut self) -> Result<Value, Error>;
}

/// An operation for a [`Model`].
#[derive(Debug, Clone)]
pub struct Requested(pub(super) Operation);

/// What came of an operation.
#[derive(Debug, Clone, Default)]
pub struct Happened {
    /// Hooks that ended, in order.
    pub(super) ends: Vec<End>,
    /// The answer.
    pub(super) answer: Answer,
}

/// A hook or action that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Whose.
    pub(super) unit: String,
    /// Which.
    pub(super) hook: String,
    /// `committed`, `failed`, `killed`, `skipped`.
    pub(super) outcome: String,
}

/// The answer to an operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Why it is refused.
    pub(super) refused: Option<String>,
    /// The action that it ran.
    pub(super) action: Option<Value>,
}

/// A subject does not work.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what}: {why}")]
pub struct Error {
    what: String,
    why: String,
}

impl Error {
    /// `cannot <what>: <why>`
    pub(super) fn new(what: impl Into<String>, why: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self {
            what: what.into(),
            why: why.to_string(),
        }
    }
}
