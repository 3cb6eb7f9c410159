//! One step of a path, held in its `fieldsV1` spelling: `f:name`, `k:{"name":"x"}`, `v:"x"`, `i:0`.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Element(String);

impl Element {
    pub(crate) fn field(name: &str) -> Self {
        Element(format!("f:{name}"))
    }

    pub(crate) fn index(index: usize) -> Self {
        Element(format!("i:{index}"))
    }

    /// The item of a set.
    pub(crate) fn value(value: &Value) -> Self {
        Element(format!("v:{value}"))
    }

    /// The item of a keyed list.
    pub(crate) fn keys(pairs: &[(&str, Value)]) -> Self {
        let sorted: BTreeMap<&str, &Value> = pairs.iter().map(|(name, value)| (*name, value)).collect();
        let members: Vec<String> = sorted
            .iter()
            .map(|(name, value)| format!("{}:{value}", Value::from(*name)))
            .collect();
        Element(format!("k:{{{}}}", members.join(",")))
    }

    /// From `fieldsV1`; spaces and the order of keys don't matter.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("f", name) => Some(Self::field(name)),
            ("i", index) => Some(Self::index(index.parse().ok()?)),
            ("v", value) => Some(Self::value(&serde_json::from_str(value).ok()?)),
            ("k", keys) => {
                let keys: BTreeMap<String, Value> = serde_json::from_str(keys).ok()?;
                let pairs: Vec<(&str, Value)> = keys
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.clone()))
                    .collect();
                Some(Self::keys(&pairs))
            }
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The field's name, if it is a field.
    pub(crate) fn field_name(&self) -> Option<&str> {
        self.0.strip_prefix("f:")
    }
}

/// As in the texts of conflicts: `.name`, `[name="x"]`, `[="x"]`, `[0]`.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once(':') {
            Some(("f", name)) => write!(f, ".{name}"),
            Some(("v", value)) => write!(f, "[={value}]"),
            Some(("k", keys)) => {
                let keys: BTreeMap<String, Value> = serde_json::from_str(keys).unwrap_or_default();
                let pairs: Vec<String> = keys
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                write!(f, "[{}]", pairs.join(","))
            }
            Some((_, index)) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}

/// A path from the root of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Element>);

impl Path {
    pub(crate) fn push(&mut self, element: Element) {
        self.0.push(element);
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn elements(&self) -> &[Element] {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|element| element.fmt(f))
    }
}
