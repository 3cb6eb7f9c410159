//! Names, each a type of its own. Enters: text. Leaves: a name that is well formed, or why it is not. Knows no world.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A text that is not a name of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot use `{value}` as {kind} name")]
pub struct InvalidName {
    /// What it was to name: `application`, `unit`, ….
    pub kind: &'static str,
    /// The text.
    pub value: String,
}

/// A newtype over `String` whose only way in is a check.
macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidName { kind: $kind, value: text.to_owned() })
                }
            }
        }

        impl TryFrom<String> for $type {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// An application: `radarr`. Words of lower case letters and digits, joined by `-`; no word is all digits.
    AppName,
    "application",
    |text| starts_with_letter(text) && text.split('-').all(|word| is_word(word) && has_letter(word))
);
name!(
    /// An endpoint of a charm: `media-storage`. Words joined by `-` or `_`.
    EndpointName,
    "endpoint",
    |text| starts_with_letter(text) && text.split(['-', '_']).all(is_word)
);
name!(
    /// A workload container: a DNS label.
    ContainerName,
    "container",
    |text| text.len() <= 63 && is_dashed(text)
);
name!(
    /// A storage of a charm: `config`.
    StorageName,
    "storage",
    |text| starts_with_letter(text) && text.split('-').all(|word| is_word(word) && has_letter(word))
);
name!(
    /// An action of a charm. `juju` and `juju-…` are Juju's own.
    ActionName,
    "action",
    |text| is_dashed(text) && text != "juju" && !text.starts_with("juju-")
);

/// Lower case letters, digits and `-`, beginning and ending with a letter or digit. Also the rule for one part of the
/// key of an action's result.
pub fn is_dashed(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
}

fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn has_letter(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// A unit: `radarr/0`. On Kubernetes the number is the ordinal of its pod, `radarr-0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitName {
    app: AppName,
    number: u32,
}

impl UnitName {
    /// Unit `number` of `app`.
    pub fn new(app: AppName, number: u32) -> Self {
        Self { app, number }
    }

    /// Its application.
    pub fn app(&self) -> &AppName {
        &self.app
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// With `-` for `/`: the name of its pod and the end of its agent's tag.
    pub fn dashed(&self) -> String {
        format!("{}-{}", self.app, self.number)
    }
}

impl FromStr for UnitName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName {
            kind: "unit",
            value: text.to_owned(),
        };
        let (app, number) = text.split_once('/').ok_or_else(invalid)?;
        let canonical = number == "0" || !number.starts_with(['0', '+']);
        match (app.parse(), number.parse()) {
            (Ok(app), Ok(number)) if canonical => Ok(Self { app, number }),
            _ => Err(invalid()),
        }
    }
}

impl TryFrom<String> for UnitName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<UnitName> for String {
    fn from(name: UnitName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.app, self.number)
    }
}

/// An instance of a storage, attached to one unit: `config/0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StorageId {
    /// Which storage of the charm.
    pub name: StorageName,
    /// Counted over the whole model.
    pub number: u32,
}

impl FromStr for StorageId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName {
            kind: "storage",
            value: text.to_owned(),
        };
        let (name, number) = text.split_once('/').ok_or_else(invalid)?;
        match (name.parse(), number.parse()) {
            (Ok(name), Ok(number)) => Ok(Self { name, number }),
            _ => Err(invalid()),
        }
    }
}

impl TryFrom<String> for StorageId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<StorageId> for String {
    fn from(id: StorageId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for StorageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.number)
    }
}

/// The number of a relation, counted over the whole model. Charms see it behind their own endpoint: `db:7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RelationId(pub u32);

impl fmt::Display for RelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of an action that was queued. Juju calls it a UUID in the environment, and means a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActionId(pub u32);

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr + fmt::Display>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(
                text.parse::<T>().ok().map(|name| name.to_string()).as_deref(),
                Some(*text)
            );
        }
        for text in bad {
            assert!(text.parse::<T>().is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn names_follow_jujus_patterns() {
        check::<AppName>(
            &["radarr", "radarr-k8s", "a1-2b"],
            &["", "1a", "a-1", "a--b", "A", "a_b", "a-", "a/0"],
        );
        check::<EndpointName>(&["db", "media-storage", "a_1"], &["", "db-", "-db", "Db", "1"]);
        check::<ContainerName>(&["radarr", "0-a"], &["", "a_b", "-a", &"a".repeat(64)]);
        check::<ActionName>(
            &["backup", "get-password", "0"],
            &["juju", "juju-run", "Backup", "a.b"],
        );
        check::<UnitName>(
            &["a/0", "a-b/12"],
            &["a", "a/", "a/x", "a/01", "a/+1", "a/-1", "/0", "a/0/1"],
        );
        check::<StorageId>(&["config/0"], &["config", "config/x"]);
    }
}
