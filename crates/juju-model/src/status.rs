//! Statuses of units and applications. Plain data.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Simulated time: seconds since the model began.
pub type Seconds = u64;

/// What a workload, or an application, says it is. In the order in which the worst of several is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusKind {
    /// Nothing was ever said.
    Unknown,
    /// The unit is gone.
    Terminated,
    /// Working.
    Active,
    /// Waits for something else.
    Waiting,
    /// Busy.
    Maintenance,
    /// A person must act.
    Blocked,
    /// A hook failed. Only Juju says so.
    Error,
}

impl fmt::Display for StatusKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Terminated => "terminated",
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Maintenance => "maintenance",
            Self::Blocked => "blocked",
            Self::Error => "error",
        })
    }
}

/// A status with its message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Which.
    pub status: StatusKind,
    /// For people; may be empty.
    pub message: String,
    /// When it was said.
    pub since: Seconds,
}

impl Status {
    /// A status said at `since`.
    pub fn new(status: StatusKind, message: impl Into<String>, since: Seconds) -> Self {
        Self {
            status,
            message: message.into(),
            since,
        }
    }
}

/// What the unit's agent is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentStatus {
    /// It never ran.
    Allocating,
    /// It runs a hook or an action.
    Executing,
    /// It waits.
    Idle,
    /// A hook failed.
    Error,
    /// Its pod is gone.
    Lost,
}

impl fmt::Display for AgentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allocating => "allocating",
            Self::Executing => "executing",
            Self::Idle => "idle",
            Self::Error => "error",
            Self::Lost => "lost",
        })
    }
}
