//! The hook's environment, parsed once.
//!
//! The `JUJU_*` variables enter, a [`JujuContext`] leaves. Nothing else in this crate looks at the environment.
//! Which variable is set in which hook: Juju's
//! [hook documentation](https://documentation.ubuntu.com/juju/3.6/reference/hook/).

mod environment;
mod parse;

use std::path::{Path, PathBuf};

use crate::event::Event;
use crate::name::{AppName, InvalidName, ModelName, UnitName};

use environment::Environment;

/// Everything Juju says about a dispatch before any hook command is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JujuContext {
    unit: UnitName,
    model: ModelName,
    model_uuid: String,
    charm_dir: PathBuf,
    juju_version: String,
    event: Event,
}

/// An environment that cannot be one of a Juju hook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// A variable that Juju always sets for this hook is absent or empty.
    #[error("cannot find variable `{variable}`: is this run by Juju?")]
    Missing {
        /// The variable.
        variable: &'static str,
    },
    /// A variable holds what Juju would not write.
    #[error("cannot read variable `{variable}`")]
    Invalid {
        /// The variable.
        variable: &'static str,
        /// Why not.
        source: InvalidName,
    },
    /// A number was expected.
    #[error("cannot read variable `{variable}`: `{text}` is not a number")]
    NotANumber {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        text: String,
    },
    /// `JUJU_DISPATCH_PATH` has not the form `hooks/<name>` or `actions/<name>`.
    #[error("cannot tell the event from dispatch path `{path}`")]
    DispatchPath {
        /// What it holds.
        path: String,
    },
}

impl JujuContext {
    /// Reads the variables of one hook or action. Variables it does not know are ignored.
    ///
    /// # Errors
    /// [`ContextError`] names the variable that is missing or cannot be right. A hook with an unknown name is no
    /// error but [`Event::Other`].
    pub fn from_environ(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ContextError> {
        let environment = Environment::new(variables);
        Ok(Self {
            unit: environment.name("JUJU_UNIT_NAME")?,
            model: environment.name("JUJU_MODEL_NAME")?,
            model_uuid: environment.text("JUJU_MODEL_UUID")?.to_owned(),
            charm_dir: environment.text("JUJU_CHARM_DIR")?.into(),
            juju_version: environment.text("JUJU_VERSION")?.to_owned(),
            event: parse::event(&environment)?,
        })
    }

    /// This unit.
    pub fn unit(&self) -> &UnitName {
        &self.unit
    }

    /// The application of this unit.
    pub fn app(&self) -> AppName {
        self.unit.app()
    }

    /// The model; on Kubernetes also the namespace.
    pub fn model(&self) -> &ModelName {
        &self.model
    }

    /// The model's UUID.
    pub fn model_uuid(&self) -> &str {
        &self.model_uuid
    }

    /// Where the charm is unpacked. Nothing kept there outlives the pod.
    pub fn charm_dir(&self) -> &Path {
        &self.charm_dir
    }

    /// The version of the unit agent, `3.6.8`.
    pub fn juju_version(&self) -> &str {
        &self.juju_version
    }

    /// Why the charm runs.
    pub fn event(&self) -> &Event {
        &self.event
    }
}
