//! What a charm's `charmcraft.yaml` declares, as far as Juju answers by it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Endpoints, options, containers, storages, resources and actions of a charm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declaration {
    pub(super) name: String,
    pub(super) provides: BTreeSet<String>,
    pub(super) requires: BTreeSet<String>,
    pub(super) peers: BTreeSet<String>,
    pub(super) options: BTreeMap<String, (OptionType, Option<Value>)>,
    pub(super) containers: BTreeSet<String>,
    pub(super) storages: BTreeSet<String>,
    pub(super) resources: BTreeSet<String>,
    pub(super) actions: BTreeMap<String, BTreeMap<String, ParameterType>>,
}

/// The type of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionType {
    /// A text.
    String,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// True or false.
    Boolean,
    /// The URI of a user secret.
    Secret,
}

/// The type of an action's parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// A text.
    String,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A list.
    Array,
    /// A map.
    Object,
}

impl Declaration {
    /// A charm that declares nothing but its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Declares an endpoint under `provides`.
    #[must_use]
    pub fn provides(mut self, endpoint: impl Into<String>) -> Self {
        self.provides.insert(endpoint.into());
        self
    }

    /// Declares an endpoint under `requires`.
    #[must_use]
    pub fn requires(mut self, endpoint: impl Into<String>) -> Self {
        self.requires.insert(endpoint.into());
        self
    }

    /// Declares an endpoint under `peers`.
    #[must_use]
    pub fn peers(mut self, endpoint: impl Into<String>) -> Self {
        self.peers.insert(endpoint.into());
        self
    }

    /// Declares an option without a default.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, kind: OptionType) -> Self {
        self.options.insert(name.into(), (kind, None));
        self
    }

    /// Declares an option with a default.
    #[must_use]
    pub fn option_with_default(
        mut self,
        name: impl Into<String>,
        kind: OptionType,
        default: impl Into<Value>,
    ) -> Self {
        self.options.insert(name.into(), (kind, Some(default.into())));
        self
    }

    /// Declares a workload container.
    #[must_use]
    pub fn container(mut self, name: impl Into<String>) -> Self {
        self.containers.insert(name.into());
        self
    }

    /// Declares a storage.
    #[must_use]
    pub fn storage(mut self, name: impl Into<String>) -> Self {
        self.storages.insert(name.into());
        self
    }

    /// Declares a resource.
    #[must_use]
    pub fn resource(mut self, name: impl Into<String>) -> Self {
        self.resources.insert(name.into());
        self
    }

    /// Declares an action with its parameters.
    #[must_use]
    pub fn action<const N: usize>(
        self,
        name: impl Into<String>,
        parameters: [(&str, ParameterType); N],
    ) -> Self {
        let parameters = parameters.into_iter().map(|(name, kind)| (name.to_owned(), kind));
        self.action_with(name, parameters)
    }

    /// Declares an action with parameters that are not known when the test is written.
    #[must_use]
    pub fn action_with(
        mut self,
        name: impl Into<String>,
        parameters: impl IntoIterator<Item = (String, ParameterType)>,
    ) -> Self {
        self.actions.insert(name.into(), parameters.into_iter().collect());
        self
    }

    /// The kinds of endpoints under which a name is declared.
    pub(super) fn roles(&self, endpoint: &str) -> Vec<&'static str> {
        [
            ("provides", &self.provides),
            ("requires", &self.requires),
            ("peers", &self.peers),
        ]
        .into_iter()
        .filter(|(_, names)| names.contains(endpoint))
        .map(|(role, _)| role)
        .collect()
    }
}

impl OptionType {
    pub(super) fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Int => value.is_i64(),
            Self::Float => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Secret => value.as_str().is_some_and(is_secret_uri),
        }
    }
}

impl ParameterType {
    pub(super) fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

/// `secret:` and 20 lower-case letters or digits.
pub(super) fn is_secret_uri(text: &str) -> bool {
    text.strip_prefix("secret:")
        .is_some_and(|id| id.len() == 20 && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}
