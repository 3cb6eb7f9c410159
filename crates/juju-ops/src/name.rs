//! Names as types, so that an application cannot be passed for a container.
//!
//! Text enters (an environment variable, an answer of a hook command), a name that Juju allows leaves, or
//! [`InvalidName`]. The rules are those of Juju's `names` and charm metadata documentation, read leniently: what
//! Juju itself gave us must never be refused. Nothing here knows what a name refers to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that cannot be the name it was given as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use `{text}` as {kind}")]
pub struct InvalidName {
    /// What it was to be, with its article: `an application name`.
    pub kind: &'static str,
    /// The refused text.
    pub text: String,
}

/// Defines a newtype over `String` that can only hold a valid name.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident is $kind:literal where $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidName { kind: $kind, text: text.to_owned() })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

name! {
    /// An application: `radarr`, or `remote-<32 hex digits>` for the far side of a cross-model relation.
    AppName is "an application name" where is_dashed
}

name! {
    /// A unit: `radarr/0`.
    UnitName is "a unit name" where |text| {
        text.split_once('/').is_some_and(|(app, number)| is_dashed(app) && is_number(number))
    }
}

name! {
    /// A model: on Kubernetes also the namespace.
    ModelName is "a model name" where |text| {
        starts_with(text, |first| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    }
}

name! {
    /// An endpoint: what `charmcraft.yaml` calls a key of `provides`, `requires` or `peers`.
    EndpointName is "an endpoint name" where |text| {
        starts_with(text, |first| first.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    }
}

name! {
    /// A workload container: a key of `containers` in `charmcraft.yaml`, a DNS label.
    ContainerName is "a container name" where |text| {
        text.len() <= 63
            && starts_with(text, |first| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !text.ends_with('-')
    }
}

name! {
    /// A storage: a key of `storage` in `charmcraft.yaml`.
    StorageName is "a storage name" where is_dashed
}

name! {
    /// One instance of a storage: `data/0`.
    StorageId is "a storage instance" where |text| {
        text.split_once('/').is_some_and(|(name, number)| is_dashed(name) && is_number(number))
    }
}

name! {
    /// An action: a key of `actions` in `charmcraft.yaml`.
    ActionName is "an action name" where |text| {
        starts_with(text, |first| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    }
}

name! {
    /// A secret, by the URI Juju gives it: `secret:9m4e2mr0ui3e8a215n4g`. That of another model has more parts.
    SecretId is "the URI of a secret" where |text| {
        text.strip_prefix("secret:").is_some_and(|id| {
            !id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/".contains(c))
        })
    }
}

impl UnitName {
    /// The application this is a unit of.
    pub fn app(&self) -> AppName {
        AppName(
            self.0
                .split_once('/')
                .map_or_else(String::new, |(app, _)| app.to_owned()),
        )
    }
}

impl StorageId {
    /// The storage this is an instance of.
    pub fn name(&self) -> StorageName {
        StorageName(
            self.0
                .split_once('/')
                .map_or_else(String::new, |(name, _)| name.to_owned()),
        )
    }
}

impl SecretId {
    /// From a URI or from what follows its `secret:`, which is all that some of Juju's answers and variables hold.
    pub(crate) fn with_or_without_scheme(text: &str) -> Result<Self, InvalidName> {
        let bare = text.strip_prefix("secret:").unwrap_or(text);
        format!("secret:{bare}").parse()
    }
}

/// One relation of this application: `media-storage:7`, the local endpoint and Juju's number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelationId {
    endpoint: EndpointName,
    number: u32,
}

impl RelationId {
    /// The local endpoint the relation is at.
    pub fn endpoint(&self) -> &EndpointName {
        &self.endpoint
    }

    /// Juju's number of the relation, never used twice in a model.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl FromStr for RelationId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName {
            kind: "a relation id",
            text: text.to_owned(),
        };
        let (endpoint, number) = text.rsplit_once(':').ok_or_else(invalid)?;
        if !is_number(number) {
            return Err(invalid());
        }
        Ok(Self {
            endpoint: endpoint.parse().map_err(|_| invalid())?,
            number: number.parse().map_err(|_| invalid())?,
        })
    }
}

impl TryFrom<String> for RelationId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<RelationId> for String {
    fn from(id: RelationId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for RelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.endpoint, self.number)
    }
}

/// Lower-case letters, digits and dashes, a letter first, no dash last.
fn is_dashed(text: &str) -> bool {
    starts_with(text, |first| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.ends_with('-')
}

/// A decimal number as Juju writes it: no sign, no leading zero.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

fn starts_with(text: &str, allowed: fn(char) -> bool) -> bool {
    text.chars().next().is_some_and(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<N: FromStr<Err = InvalidName> + fmt::Display>(valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert_eq!(
                text.parse::<N>().map(|name| name.to_string()),
                Ok((*text).to_owned())
            );
        }
        for text in invalid {
            assert!(text.parse::<N>().is_err(), "`{text}` was taken");
        }
    }

    #[test]
    fn names_follow_jujus_rules() {
        check::<AppName>(
            &["a", "film-store", "remote-0a1b"],
            &["", "Film", "film-", "0film", "film/0", "film store"],
        );
        check::<UnitName>(
            &["film/0", "film-store/12"],
            &["film", "film/", "film/x", "film/-1", "film/01", "film/0/1"],
        );
        check::<ModelName>(&["cinema", "0-x"], &["", "-x", "Cinema"]);
        check::<EndpointName>(
            &["db", "media-storage", "db_admin"],
            &["", "7", "db:1", "db admin"],
        );
        check::<ContainerName>(
            &["web", "7web", "a-b"],
            &["", "web-", "-web", "Web", &"x".repeat(64)],
        );
        check::<StorageId>(&["data/0"], &["data", "data/x"]);
        check::<SecretId>(
            &[
                "secret:9m4e2mr0ui3e8a215n4g",
                "secret://0d2c1d7e-53a0-4f9c-8a1e-3b6f5c7d9e01/9m4e2mr0ui3e8a215n4g",
            ],
            &["", "secret:", "9m4e2mr0ui3e8a215n4g", "secret:A", "file:9m4e"],
        );
        check::<RelationId>(
            &["db:0", "media-storage:42"],
            &["", "db", "db:", "7", "db:-1", "db:01", "db:99999999999"],
        );
    }

    #[test]
    fn a_unit_knows_its_application_and_a_relation_its_endpoint() {
        assert_eq!("film-store/3".parse::<UnitName>().unwrap().app(), "film-store");
        assert_eq!("disk/3".parse::<StorageId>().unwrap().name(), "disk");
        let id: RelationId = "media-storage:42".parse().unwrap();
        assert_eq!((id.endpoint().as_str(), id.number()), ("media-storage", 42));
    }

    #[test]
    fn a_refusal_names_the_kind_and_the_text() {
        insta::assert_snapshot!("Film".parse::<AppName>().unwrap_err(), @"cannot use `Film` as an application name");
    }
}
