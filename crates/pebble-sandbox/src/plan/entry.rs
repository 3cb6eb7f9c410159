//! What one entry of a layer can say: services, checks, log targets. Empty strings and lists mean "not said", as in
//! Pebble's layer specification. The order of the members is the order in which the plan is printed.

use super::yaml::in_natural_order;
use crate::duration::GoDuration;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A service: a command that the daemon keeps running.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Service {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) summary: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) startup: String,
    #[serde(rename = "override", skip_serializing_if = "String::is_empty")]
    pub(crate) overriding: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) command: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) after: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) before: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) requires: Vec<String>,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "in_natural_order"
    )]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) group: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) working_dir: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) on_success: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) on_failure: String,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "in_natural_order"
    )]
    pub(crate) on_check_failure: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backoff_delay: Option<GoDuration>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "factor")]
    pub(crate) backoff_factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backoff_limit: Option<GoDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kill_delay: Option<GoDuration>,
}

/// What to do when a service ends or a check fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    Restart,
    Shutdown,
    SuccessShutdown,
    FailureShutdown,
    Ignore,
}

impl Action {
    /// Reads the spelling of a layer.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "restart" => Self::Restart,
            "shutdown" => Self::Shutdown,
            "success-shutdown" => Self::SuccessShutdown,
            "failure-shutdown" => Self::FailureShutdown,
            "ignore" => Self::Ignore,
            _ => return None,
        })
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Shutdown => "shutdown",
            Self::SuccessShutdown => "success-shutdown",
            Self::FailureShutdown => "failure-shutdown",
            Self::Ignore => "ignore",
        }
    }
}

impl Service {
    pub(crate) fn starts_by_itself(&self) -> bool {
        self.startup == "enabled"
    }

    /// What follows an exit: `on-success` or `on-failure`, by default `restart`.
    pub(crate) fn action_after_exit(&self, success: bool) -> Action {
        Action::parse(if success {
            &self.on_success
        } else {
            &self.on_failure
        })
        .unwrap_or(Action::Restart)
    }

    pub(crate) fn backoff_delay(&self) -> Duration {
        self.backoff_delay
            .map_or(Duration::from_millis(500), |given| given.0)
    }

    pub(crate) fn backoff_factor(&self) -> f64 {
        self.backoff_factor.unwrap_or(2.0)
    }

    pub(crate) fn backoff_limit(&self) -> Duration {
        self.backoff_limit
            .map_or(Duration::from_secs(30), |given| given.0)
    }

    /// How long a process may take between SIGTERM and SIGKILL.
    pub(crate) fn kill_delay(&self) -> Duration {
        self.kill_delay.map_or(Duration::from_secs(5), |given| given.0)
    }
}

/// A health check. Exactly one of `http`, `tcp` and `exec` is set in a valid plan.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Check {
    #[serde(rename = "override", skip_serializing_if = "String::is_empty")]
    pub(crate) overriding: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) level: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) startup: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<GoDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<GoDuration>,
    /// Failures in a row until the check is down; 0 means not said.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) threshold: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http: Option<HttpCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tcp: Option<TcpCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exec: Option<ExecCheck>,
}

impl Check {
    pub(crate) fn starts_by_itself(&self) -> bool {
        self.startup != "disabled"
    }

    pub(crate) fn period(&self) -> Duration {
        self.period.map_or(Duration::from_secs(10), |given| given.0)
    }

    /// The effective timeout: never longer than the period.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
            .map_or(Duration::from_secs(3), |given| given.0)
            .min(self.period())
    }

    /// The kind of check as task summaries name it.
    pub(crate) fn kind(&self) -> &'static str {
        match (&self.http, &self.tcp) {
            (Some(_), _) => "HTTP",
            (None, Some(_)) => "TCP",
            (None, None) => "exec",
        }
    }
}

/// A request that must be answered with a 2xx status.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct HttpCheck {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) url: String,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "in_natural_order"
    )]
    pub(crate) headers: BTreeMap<String, String>,
}

/// A port that must accept a connection.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct TcpCheck {
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) port: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) host: String,
}

/// A command that must exit with 0.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct ExecCheck {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) command: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) service_context: String,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "in_natural_order"
    )]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) group: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) working_dir: String,
}

/// A server that logs would be forwarded to. Kept in the plan; nothing is forwarded.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct LogTarget {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) location: String,
    pub(crate) services: Vec<String>,
    #[serde(rename = "override", skip_serializing_if = "String::is_empty")]
    pub(crate) overriding: String,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "in_natural_order"
    )]
    pub(crate) labels: BTreeMap<String, String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn factor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Factor;

    impl Visitor<'_> for Factor {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a YAML number")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
            let number = text.parse();
            number.map_err(|_| E::custom(format_args!("invalid floating-point number {text:?}")))
        }
    }

    deserializer.deserialize_str(Factor).map(Some)
}
