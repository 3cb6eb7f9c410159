//! `config.yaml`: the options a user can set with `juju config`.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{problems::Problem, yaml};

pub(crate) const FILE: &str = "config.yaml";

/// All options of a charm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// By name.
    #[serde(default, deserialize_with = "yaml::map_with_defaults")]
    pub options: BTreeMap<String, ConfigOption>,
}

/// One option.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfigOption {
    /// What values it takes.
    #[serde(rename = "type", default)]
    pub kind: OptionType,
    /// The value until a user sets one; none means the charm sees nothing until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<ConfigValue>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The types of options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionType {
    /// Any text.
    #[default]
    String,
    /// A whole number of 64 bits.
    Int,
    /// A number.
    Float,
    /// True or false.
    Boolean,
    /// The URI of a user's secret, `secret:<id>`.
    Secret,
    /// A type no Juju knows; kept so that all problems of a charm can be told at once.
    #[serde(untagged)]
    Unknown(String),
}

/// A value of an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a text, number or boolean")]
pub enum ConfigValue {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text, or a secret's URI.
    String(String),
}

impl Config {
    /// Reads a `config.yaml`.
    ///
    /// # Errors
    /// The text is not YAML, or not of this form.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let written: BTreeMap<String, serde_json::Value> =
            yaml::parse::<Option<_>>(FILE, text)?.unwrap_or_default();
        if !written.contains_key("options") {
            return Err(Problem::new(FILE, "invalid config: empty configuration"));
        }
        yaml::parse(FILE, text)
    }

    /// What a controller would refuse, in its words.
    pub fn problems(&self) -> Vec<String> {
        self.options
            .iter()
            .filter_map(|(name, option)| option.problem(name))
            .collect()
    }
}

impl ConfigOption {
    fn problem(&self, name: &str) -> Option<String> {
        if let OptionType::Unknown(kind) = &self.kind {
            return Some(format!(
                "invalid config: option \"{name}\" has unknown type \"{kind}\""
            ));
        }
        let default = self
            .default
            .as_ref()
            .filter(|default| !self.kind.accepts(default))?;
        Some(format!(
            "invalid config default: option \"{name}\" expected {}, got {default}",
            self.kind
        ))
    }
}

impl OptionType {
    /// Whether `value` is of this type. A whole number is a float too; the empty text is a secret not chosen yet.
    pub fn accepts(&self, value: &ConfigValue) -> bool {
        match (self, value) {
            (Self::String, ConfigValue::String(_))
            | (Self::Int | Self::Float, ConfigValue::Int(_))
            | (Self::Float, ConfigValue::Float(_))
            | (Self::Boolean, ConfigValue::Boolean(_)) => true,
            (Self::Secret, ConfigValue::String(uri)) => uri.is_empty() || uri.starts_with("secret:"),
            _ => false,
        }
    }
}

impl fmt::Display for OptionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "string",
            Self::Int => "int",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Secret => "secret",
            Self::Unknown(kind) => kind,
        })
    }
}

impl fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::String(value) => write!(f, "{value:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let problems = match Config::parse(text) {
            Ok(config) => config.problems(),
            Err(problem) => vec![problem.message],
        };
        assert_eq!(problems, expect, "{text}");
    }

    #[test]
    fn a_default_must_be_of_the_type() {
        check("options: {port: {type: int, default: 8080}}", &[]);
        check("options: {ratio: {type: float, default: 2}}", &[]);
        check("options: {name: {default: lamp}}", &[]);
        check("options: {name: }", &[]);
        check("options: {name: {type: string, default: \"8080\"}}", &[]);
        check("options: {key: {type: secret, default: \"\"}}", &[]);
        check("options: {}", &[]);
        check(
            "options: {name: {type: string, default: 8080}}",
            &["invalid config default: option \"name\" expected string, got 8080"],
        );
        check(
            "options: {port: {type: int, default: lamp}, on: {type: boolean, default: 1}}",
            &[
                "invalid config default: option \"on\" expected boolean, got 1",
                "invalid config default: option \"port\" expected int, got \"lamp\"",
            ],
        );
        check(
            "options: {port: {type: number}}",
            &["invalid config: option \"port\" has unknown type \"number\""],
        );
    }

    #[test]
    fn a_file_without_options_is_refused() {
        check("", &["invalid config: empty configuration"]);
        check("option: {}", &["invalid config: empty configuration"]);
    }
}
