//! A layer: services, checks and log targets by name, as Pebble's layer specification has them. Plain data with
//! constructors; sent as JSON text, read back from the plan's YAML.

mod check;
mod log_target;
mod service;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    check::{Check, CheckStartup, ExecCheck, HttpCheck, Level, TcpCheck},
    log_target::LogTarget,
    service::{OnExit, Service, Startup},
};

/// A layer to be added to the plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Layer {
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Some lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// By name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, Service>,
    /// By name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, Check>,
    /// By name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub log_targets: BTreeMap<String, LogTarget>,
}

/// What an entry does to one of the same name in the layers below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Override {
    /// Takes its place.
    #[default]
    Replace,
    /// Changes what it sets and keeps the rest.
    Merge,
    /// A word this client does not know; it cannot be sent.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl Layer {
    /// An empty layer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the summary.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }

    /// Adds a service.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>, service: Service) -> Self {
        self.services.insert(name.into(), service);
        self
    }

    /// Adds a check.
    #[must_use]
    pub fn check(mut self, name: impl Into<String>, check: Check) -> Self {
        self.checks.insert(name.into(), check);
        self
    }

    /// Adds a log target.
    #[must_use]
    pub fn log_target(mut self, name: impl Into<String>, target: LogTarget) -> Self {
        self.log_targets.insert(name.into(), target);
        self
    }
}
