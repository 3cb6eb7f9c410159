//! Actions: typed parameters in, typed results and progress out.
//!
//! What Juju gives to a running action enters through its [`ActionEvent`], which only Juju's environment makes, so
//! outside an action none of this can be called. A failed action is told to who ran it; the unit is not in error by it.

mod results;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;
use crate::event::ActionEvent;
use crate::hookcmds;
use crate::name::ActionName;
use crate::text;
use crate::typed::{InvalidData, from_value};
use crate::unit::Unit;

/// Why an action failed: shown to who ran it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// The charm has no code for it.
    #[error("cannot run action `{name}`: this charm does not know it")]
    Unknown {
        /// The action.
        name: ActionName,
    },
    /// The parameters do not fit the charm's type, though they fitted the schema in `charmcraft.yaml`.
    #[error("cannot use the parameters")]
    Parameters(#[source] InvalidData),
    /// The results have no form that Juju takes.
    #[error("cannot return the results")]
    Results(#[source] InvalidData),
    /// The charm's own reason.
    #[error("{0}")]
    Failed(String),
    /// A hook command failed.
    #[error(transparent)]
    Framework(#[from] Error),
}

impl ActionError {
    /// Fails with a line for who ran it.
    pub fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }

    /// Fails because the charm has no code for it: the last arm of a `match` over the name.
    pub fn unknown(action: &ActionEvent) -> Self {
        Self::Unknown {
            name: action.name.clone(),
        }
    }
}

impl ActionEvent {
    /// The parameters as a type (one `action-get`). Juju has checked them against `charmcraft.yaml` before.
    ///
    /// # Errors
    /// [`ActionError::Parameters`] names the parameter that does not fit.
    pub fn parameters<P: DeserializeOwned>(&self, unit: &Unit) -> Result<P, ActionError> {
        let parameters = hookcmds::action_get(unit.transport())?;
        from_value(Value::Object(parameters), "parameters").map_err(ActionError::Parameters)
    }

    /// Returns results (one `action-set`): a struct or map, nested as deep as wanted. Juju takes texts under
    /// lower-case keys with dashes, so `free_bytes` becomes `free-bytes`, numbers and booleans their text, lists
    /// the keys `0`, `1`, …; what is `None` is left out. Results are kept even if the action fails afterwards.
    ///
    /// # Errors
    /// [`ActionError::Results`] names the field that Juju would refuse.
    pub fn set_results<R: Serialize>(&self, unit: &Unit, results: &R) -> Result<(), ActionError> {
        let results = results::flatten(results).map_err(ActionError::Results)?;
        if results.is_empty() {
            return Ok(());
        }
        Ok(hookcmds::action_set(unit.transport(), &results)?)
    }

    /// Shows a line of progress to who runs the action, at once (one `action-log`).
    ///
    /// # Errors
    /// The hook command failed.
    pub fn log(&self, unit: &Unit, line: &str) -> Result<(), ActionError> {
        Ok(hookcmds::action_log(unit.transport(), &text::argument(line))?)
    }
}
