//! One side of a relation, as a charm declares it under `provides`, `requires` or `peers`.

use serde::{Deserialize, Serialize};

/// An endpoint. Its short form in YAML is the interface's name alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Endpoint {
    /// The protocol both sides speak; only endpoints of one interface can be related.
    pub interface: String,
    /// How many relations the endpoint takes; none means any number. Juju enforces it for `requires` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Whether the charm works without it. Juju does not act on it.
    #[serde(skip_serializing_if = "crate::yaml::is_default")]
    pub optional: bool,
    /// Whether units of both sides live together.
    #[serde(skip_serializing_if = "crate::yaml::is_default")]
    pub scope: Scope,
}

/// Which units of the other side a unit sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// All of them.
    #[default]
    Global,
    /// Only the one it lives with (subordinate charms).
    Container,
}

impl Endpoint {
    /// A required, global endpoint without a limit.
    pub fn new(interface: impl Into<String>) -> Self {
        Self {
            interface: interface.into(),
            limit: None,
            optional: false,
            scope: Scope::Global,
        }
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected the name of an interface, or a map with `interface`"
)]
enum Written {
    Short(String),
    Long {
        interface: Option<String>,
        limit: Option<u32>,
        #[serde(default)]
        optional: bool,
        #[serde(default)]
        scope: Scope,
    },
}

impl TryFrom<Written> for Endpoint {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Short(interface) => Ok(Self::new(interface)),
            Written::Long { interface: None, .. } => Err("interface: expected string, got nothing"),
            Written::Long {
                interface: Some(interface),
                limit,
                optional,
                scope,
            } => Ok(Self {
                interface,
                limit: limit.filter(|&limit| limit > 0),
                optional,
                scope,
            }),
        }
    }
}
