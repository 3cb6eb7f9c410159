//! A service entry of a layer.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::Override;
use crate::duration;

/// A program that Pebble runs. What is absent is Pebble's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Service {
    /// What it does to the service of the same name below.
    pub r#override: Override,
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Some lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The command line: split as a shell does, but not run by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Whether it starts by itself; not by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup: Option<Startup>,
    /// Services that are started before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Services that are started after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// Services that are started with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Variables on top of Pebble's own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// The user it runs as, by name; Pebble's own by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The user it runs as, by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<u32>,
    /// The group it runs as, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The group it runs as, by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<u32>,
    /// The folder it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// What happens when it exits with 0; a restart by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_success: Option<OnExit>,
    /// What happens when it exits otherwise; a restart by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<OnExit>,
    /// What happens when a check goes down, by check.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub on_check_failure: BTreeMap<String, OnExit>,
    /// Time before the first restart; 500 ms by default.
    #[serde(with = "duration::option", skip_serializing_if = "Option::is_none")]
    pub backoff_delay: Option<Duration>,
    /// By how much the time grows with each restart; 2 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_factor: Option<f64>,
    /// The longest time before a restart; 30 s by default.
    #[serde(with = "duration::option", skip_serializing_if = "Option::is_none")]
    pub backoff_limit: Option<Duration>,
    /// Time between SIGTERM and SIGKILL; 5 s by default.
    #[serde(with = "duration::option", skip_serializing_if = "Option::is_none")]
    pub kill_delay: Option<Duration>,
}

/// Whether a service starts by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Startup {
    /// At Pebble's own start, and at a replan.
    Enabled,
    /// Only when told to.
    Disabled,
    /// A word this client does not know; it cannot be sent.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// What happens when a service exits or a check goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OnExit {
    /// It is started again.
    Restart,
    /// Pebble ends.
    Shutdown,
    /// Pebble ends, with an exit status of failure.
    FailureShutdown,
    /// Pebble ends, with an exit status of success.
    SuccessShutdown,
    /// Nothing.
    Ignore,
    /// A word this client does not know; it cannot be sent.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl Service {
    /// A service that replaces one of the same name and runs `command`.
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: Some(command.into()),
            ..Self::default()
        }
    }

    /// Sets the summary.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }

    /// Sets whether it starts by itself.
    #[must_use]
    pub fn startup(mut self, startup: Startup) -> Self {
        self.startup = Some(startup);
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Sets the user by number.
    #[must_use]
    pub fn user_id(mut self, id: u32) -> Self {
        self.user_id = Some(id);
        self
    }

    /// Sets the group by number.
    #[must_use]
    pub fn group_id(mut self, id: u32) -> Self {
        self.group_id = Some(id);
        self
    }

    /// Sets the folder it runs in.
    #[must_use]
    pub fn working_dir(mut self, dir: impl Into<String>) -> Self {
        self.working_dir = Some(dir.into());
        self
    }

    /// Sets what happens when `check` goes down.
    #[must_use]
    pub fn on_check_failure(mut self, check: impl Into<String>, then: OnExit) -> Self {
        self.on_check_failure.insert(check.into(), then);
        self
    }

    pub(crate) fn replaces_with_same(&self, planned: &Self) -> bool {
        self.r#override == Override::Replace && self.with_defaults() == planned.with_defaults()
    }

    fn with_defaults(&self) -> Self {
        Self {
            r#override: Override::Replace,
            startup: self.startup.or(Some(Startup::Disabled)),
            on_success: self.on_success.or(Some(OnExit::Restart)),
            on_failure: self.on_failure.or(Some(OnExit::Restart)),
            backoff_delay: self.backoff_delay.or(Some(Duration::from_millis(500))),
            backoff_factor: self.backoff_factor.or(Some(2.0)),
            backoff_limit: self.backoff_limit.or(Some(Duration::from_secs(30))),
            kill_delay: self.kill_delay.or(Some(Duration::from_secs(5))),
            ..self.clone()
        }
    }
}
