//! The name an application gives itself.

use juju_ops::AppName;
use serde::{Deserialize, Serialize};

use super::pvc_name::shortened;

/// As long as the name of an application can be in Kubernetes, in bytes.
const LONGEST: usize = 63;

/// What an application calls itself in statuses and logs of others: one to 63 bytes on one line. Whoever reads it keeps
/// it among many, so its length is bounded where it enters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceName(String);

/// A text that cannot be the name of an application.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a name: 1 to 63 bytes without control characters", shortened(.0))]
pub struct InvalidInstanceName(String);

super::text!(InstanceName, InvalidInstanceName);

impl TryFrom<String> for InstanceName {
    type Error = InvalidInstanceName;

    fn try_from(text: String) -> Result<Self, InvalidInstanceName> {
        if (1..=LONGEST).contains(&text.len()) && !text.contains(char::is_control) {
            Ok(Self(text))
        } else {
            Err(InvalidInstanceName(text))
        }
    }
}

/// The name Juju gave it: never empty, of plain letters, and on Kubernetes never cut.
impl From<AppName> for InstanceName {
    fn from(app: AppName) -> Self {
        Self(app.as_str().chars().take(LONGEST).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_line_is_a_name_and_nothing_else() {
        for good in ["radarr", "Radarr 4K", "ä", &"a".repeat(63)] {
            assert!(good.parse::<InstanceName>().is_ok(), "{good:?}");
        }
        for bad in ["", "a\nb", "a\u{85}", "\0", &"a".repeat(64), &"é".repeat(32)] {
            assert!(bad.parse::<InstanceName>().is_err(), "{bad:?}");
        }
    }
}
