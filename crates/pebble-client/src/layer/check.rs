//! A check entry of a layer.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::Override;
use crate::duration;

/// Something Pebble tries again and again. Exactly one of `http`, `tcp` and `exec` is set; what else is absent is Pebble's
/// default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Check {
    /// What it does to the check of the same name below.
    pub r#override: Override,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Whether it starts by itself; yes by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup: Option<CheckStartup>,
    /// Time between two tries; 10 s by default.
    #[serde(with = "duration::option", skip_serializing_if = "Option::is_none")]
    pub period: Option<Duration>,
    /// How long a try may take, the period at most; 3 s by default.
    #[serde(with = "duration::option", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How many failures in a row make it down; 3 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u32>,
    /// Good if a GET of the address answers 2xx.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpCheck>,
    /// Good if a connection can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpCheck>,
    /// Good if a command exits with 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exec: Option<ExecCheck>,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// Whether the workload works at all.
    Alive,
    /// Whether it can serve.
    Ready,
    /// A word this client does not know; it cannot be sent.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// Whether a check starts by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CheckStartup {
    /// As soon as it is in the plan.
    Enabled,
    /// Only when told to.
    Disabled,
    /// A word this client does not know; it cannot be sent.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// An HTTP request as a check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpCheck {
    /// The address.
    pub url: String,
    /// Headers of the request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// A connection as a check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TcpCheck {
    /// The port.
    pub port: u16,
    /// The host; `localhost` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// A command as a check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ExecCheck {
    /// The command line: split as a shell does, but not run by one.
    pub command: String,
    /// The service whose environment, user and folder it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_context: Option<String>,
    /// Variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// The user by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The user by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<u32>,
    /// The group by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The group by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<u32>,
    /// The folder it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
}

impl Level {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Ready => "ready",
            // Pebble refuses it in its own words.
            Self::Unknown => "unknown",
        }
    }
}

impl Check {
    /// A check that replaces one of the same name and asks `url`.
    pub fn http(url: impl Into<String>) -> Self {
        Self {
            http: Some(HttpCheck {
                url: url.into(),
                ..HttpCheck::default()
            }),
            ..Self::default()
        }
    }

    /// A check that replaces one of the same name and connects to `port` of this container.
    pub fn tcp(port: u16) -> Self {
        Self {
            tcp: Some(TcpCheck { port, host: None }),
            ..Self::default()
        }
    }

    /// A check that replaces one of the same name and runs `command`.
    pub fn exec(command: impl Into<String>) -> Self {
        Self {
            exec: Some(ExecCheck {
                command: command.into(),
                ..ExecCheck::default()
            }),
            ..Self::default()
        }
    }

    /// Sets what it is about.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets whether it starts by itself.
    #[must_use]
    pub fn startup(mut self, startup: CheckStartup) -> Self {
        self.startup = Some(startup);
        self
    }

    /// Sets the time between two tries.
    #[must_use]
    pub fn period(mut self, period: Duration) -> Self {
        self.period = Some(period);
        self
    }

    /// Sets how long a try may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how many failures in a row make it down.
    #[must_use]
    pub fn threshold(mut self, threshold: u32) -> Self {
        self.threshold = Some(threshold);
        self
    }

    pub(crate) fn replaces_with_same(&self, planned: &Self) -> bool {
        self.r#override == Override::Replace && self.with_defaults() == planned.with_defaults()
    }

    /// Pebble writes some defaults into the plan and leaves others out.
    fn with_defaults(&self) -> Self {
        let period = self.period.unwrap_or(Duration::from_secs(10));
        Self {
            r#override: Override::Replace,
            startup: self.startup.or(Some(CheckStartup::Enabled)),
            period: Some(period),
            timeout: Some(self.timeout.unwrap_or(Duration::from_secs(3)).min(period)),
            threshold: self.threshold.or(Some(3)),
            ..self.clone()
        }
    }
}
