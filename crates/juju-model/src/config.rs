//! Values of options. Enters: text as `juju config` takes it. Leaves: a typed value. Knows no application.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of an option, as `config.yaml` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionType {
    /// Any text.
    String,
    /// A 64-bit integer.
    Int,
    /// A floating point number.
    Float,
    /// `true` or `false`.
    Boolean,
    /// The URI of a secret of the user.
    Secret,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConfigValue {
    /// Of type `boolean`.
    Boolean(bool),
    /// Of type `int`.
    Int(i64),
    /// Of type `float`.
    Float(f64),
    /// Of type `string` or `secret`.
    String(String),
}

impl OptionType {
    /// The value that `text` means to this type, or `None`. Numbers and truths are spelled as Go spells them.
    pub fn parse(self, text: &str) -> Option<ConfigValue> {
        match self {
            Self::String => Some(ConfigValue::String(text.to_owned())),
            Self::Int => text.parse().ok().map(ConfigValue::Int),
            Self::Float => text.parse().ok().map(ConfigValue::Float),
            Self::Boolean => parse_bool(text).map(ConfigValue::Boolean),
            Self::Secret => is_secret_uri(text).then(|| ConfigValue::String(text.to_owned())),
        }
    }

    /// Whether `value` is of this type. A whole number is a `float` too.
    pub fn accepts(self, value: &ConfigValue) -> bool {
        match (self, value) {
            (Self::String, ConfigValue::String(_))
            | (Self::Int | Self::Float, ConfigValue::Int(_))
            | (Self::Float, ConfigValue::Float(_))
            | (Self::Boolean, ConfigValue::Boolean(_)) => true,
            (Self::Secret, ConfigValue::String(uri)) => is_secret_uri(uri),
            (Self::String | Self::Int | Self::Float | Self::Boolean | Self::Secret, _) => false,
        }
    }
}

fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn is_secret_uri(text: &str) -> bool {
    text.strip_prefix("secret:").is_some_and(|id| {
        id.len() == 20
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

impl fmt::Display for OptionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "string",
            Self::Int => "int",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Secret => "secret",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: OptionType, text: &str, expect: impl Into<Option<ConfigValue>>) {
        assert_eq!(kind.parse(text), expect.into(), "{kind} {text}");
    }

    #[test]
    fn text_becomes_the_option_s_type() {
        check(OptionType::String, "", ConfigValue::String(String::new()));
        check(OptionType::Int, "-7", ConfigValue::Int(-7));
        check(OptionType::Int, "7.0", None);
        check(OptionType::Float, "1.5", ConfigValue::Float(1.5));
        check(OptionType::Boolean, "T", ConfigValue::Boolean(true));
        check(OptionType::Boolean, "yes", None);
        let uri = "secret:9m4e2mr0ui3e8a215n4g";
        check(OptionType::Secret, uri, ConfigValue::String(uri.to_owned()));
        check(OptionType::Secret, "9m4e2mr0ui3e8a215n4g", None);
    }
}
