//! A log target entry of a layer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Override;

/// Where Pebble sends the output of services.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogTarget {
    /// What it does to the target of the same name below.
    pub r#override: Override,
    /// The protocol: `loki` or `opentelemetry`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Names of services, `all`, or `-name` to leave one out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Labels; `$NAME` is a variable of the service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl LogTarget {
    /// A target that replaces one of the same name and takes the output of all services to a Loki at `location`.
    pub fn loki(location: impl Into<String>) -> Self {
        Self {
            kind: Some("loki".to_owned()),
            location: Some(location.into()),
            services: vec!["all".to_owned()],
            ..Self::default()
        }
    }

    pub(crate) fn replaces_with_same(&self, planned: &Self) -> bool {
        self.r#override == Override::Replace
            && *self
                == Self {
                    r#override: Override::Replace,
                    ..planned.clone()
                }
    }
}
