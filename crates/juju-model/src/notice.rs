//! What the Pebble of a workload tells of by itself. Facts: Juju's `worker/uniter/pebblenotices.go` (3.6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A notice of a Pebble that the charm is told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Pebble's number of it.
    pub id: String,
    /// When it was last repeated. The agent goes by this: what is not later than the last one it told is not told.
    pub repeated: Timestamp,
    /// What it tells.
    pub news: News,
}

/// What a notice tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// Somebody in the workload ran `pebble notify`.
    Custom {
        /// The key, `example.com/backup-done`.
        key: String,
    },
    /// A check failed as often as its threshold: a change `perform-check` ended in an error.
    CheckFailed {
        /// The name of the check.
        check: String,
    },
    /// A failed check passed again: a change `recover-check` is done.
    CheckRecovered {
        /// The name of the check.
        check: String,
    },
}

impl News {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Custom { .. } => "custom-notice",
            Self::CheckFailed { .. } => "check-failed",
            Self::CheckRecovered { .. } => "check-recovered",
        }
    }
}
