//! What hook commands answer: a value whose maps keep their order. Enters: facts. Leaves: what `format` prints.

use juju_model::ConfigValue;
use std::collections::BTreeMap;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    /// A map that is not there: `null` in JSON, an empty one otherwise.
    NoMap,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// A text that YAML shows bare though it looks like something else: a time.
    Time(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "names and numbers are passed as they come"
    )]
    pub(super) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub(super) fn texts<T: ToString>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// A map with its keys in this order.
    pub(super) fn map<K: ToString>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.to_string(), value))
                .collect(),
        )
    }

    pub(super) fn settings(settings: &BTreeMap<String, String>) -> Self {
        Self::map(settings.iter().map(|(key, value)| (key, Self::text(value))))
    }
}

impl From<&ConfigValue> for Value {
    fn from(value: &ConfigValue) -> Self {
        match value {
            ConfigValue::Boolean(it) => Self::Bool(*it),
            ConfigValue::Int(it) => Self::Int(*it),
            ConfigValue::Float(it) => Self::Float(*it),
            ConfigValue::String(it) => Self::text(it),
        }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(it) => Self::Bool(*it),
            serde_json::Value::Number(it) => match (it.as_i64(), it.as_f64()) {
                (Some(whole), _) => Self::Int(whole),
                (None, Some(number)) => Self::Float(number),
                (None, None) => Self::text(it),
            },
            serde_json::Value::String(it) => Self::text(it),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => Self::from(map),
        }
    }
}

impl From<&serde_json::Map<String, serde_json::Value>> for Value {
    fn from(map: &serde_json::Map<String, serde_json::Value>) -> Self {
        let mut entries: Vec<_> = map
            .iter()
            .map(|(key, value)| (key.clone(), Self::from(value)))
            .collect();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self::Map(entries)
    }
}
