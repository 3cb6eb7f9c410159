//! From loose JSON to a type, with the field named when it does not fit.
//!
//! A JSON value enters; the type leaves, or who is wrong and why. Used for options, databags and parameters.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::text;

/// An option whose value the charm cannot use. A person must act: show it in a Blocked status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("option `{option}`: {reason}")]
pub struct InvalidConfig {
    /// The option as named in `charmcraft.yaml`.
    pub option: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Data of someone else that cannot be used: a databag, the parameters of an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {reason}")]
pub struct InvalidData {
    /// The field, with dots where it is nested.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl InvalidData {
    /// Names a field and what is wrong with it, each in one line of at most 1 KiB: a reason often quotes what others
    /// wrote, and ends in a status.
    pub fn new(field: impl AsRef<str>, reason: impl AsRef<str>) -> Self {
        Self {
            field: text::line(field.as_ref()),
            reason: text::line(reason.as_ref()),
        }
    }
}

impl From<InvalidData> for InvalidConfig {
    fn from(data: InvalidData) -> Self {
        Self {
            option: data.field,
            reason: data.reason,
        }
    }
}

/// Reads a JSON value as `T`. `whole` is named where no single field is at fault.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value, whole: &str) -> Result<T, InvalidData> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner().to_string();
        let field = match path.as_str() {
            "." => named_in(&reason).unwrap_or(whole).to_owned(),
            item if item.starts_with('[') => format!("{whole}{item}"),
            _ => path,
        };
        InvalidData::new(field, reason)
    })
}

/// The field that serde itself names, as in "missing field `port`".
fn named_in(reason: &str) -> Option<&str> {
    let rest = reason
        .strip_prefix("missing field `")
        .or_else(|| reason.strip_prefix("unknown field `"))?;
    rest.split_once('`').map(|(field, _)| field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read only to see it fail")]
    struct Theatre {
        seats: u8,
        bar: Bar,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "read only to see it fail")]
    struct Bar {
        open: bool,
        pin: Option<crate::Redacted<u32>>,
    }

    #[track_caller]
    fn check(value: Value, expect: &str) {
        assert_eq!(
            from_value::<Theatre>(value, "theatre").unwrap_err().to_string(),
            expect
        );
    }

    #[test]
    fn the_field_at_fault_is_named() {
        check(
            json!({"seats": "x", "bar": {"open": true}}),
            "`seats`: invalid type: string \"x\", expected u8",
        );
        check(
            json!({"seats": 1, "bar": {"open": 3}}),
            "`bar.open`: invalid type: integer `3`, expected a boolean",
        );
        check(json!({"bar": {"open": true}}), "`seats`: missing field `seats`");
        check(json!({"seats": 1, "bar": {}}), "`bar`: missing field `open`");
        check(
            json!({"seats": 1, "row": 2}),
            "`row`: unknown field `row`, expected `seats` or `bar`",
        );
        check(
            json!(["x"]),
            "`theatre[0]`: invalid type: string \"x\", expected u8",
        );
        check(
            json!(7),
            "`theatre`: invalid type: integer `7`, expected struct Theatre",
        );
    }

    #[test]
    fn a_hidden_value_is_not_quoted() {
        check(
            json!({"seats": 1, "bar": {"open": true, "pin": "hunter2"}}),
            "`bar.pin`: invalid value (not shown)",
        );
    }
}
