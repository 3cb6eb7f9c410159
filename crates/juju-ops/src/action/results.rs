//! Results as Juju takes them: texts under dotted keys.
//!
//! A serialisable value enters, `action-set` pairs leave, or which field Juju would refuse. The rules for keys are in
//! Juju's `action-set` documentation.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::typed::InvalidData;

/// Juju sets these itself.
const RESERVED: [&str; 4] = ["stdout", "stdout-encoding", "stderr", "stderr-encoding"];

pub(super) fn flatten(results: &impl Serialize) -> Result<BTreeMap<String, String>, InvalidData> {
    let value =
        serde_json::to_value(results).map_err(|error| InvalidData::new("results", error.to_string()))?;
    let mut flat = BTreeMap::new();
    match value {
        Value::Object(_) | Value::Null => add(&mut flat, "", value)?,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(InvalidData::new("results", "neither a struct nor a map"));
        }
    }
    Ok(flat)
}

/// Adds a value and what is below it.
fn add(flat: &mut BTreeMap<String, String>, key: &str, value: Value) -> Result<(), InvalidData> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::Object(fields) => {
            return fields
                .into_iter()
                .try_for_each(|(name, value)| add(flat, &join(key, &name)?, value));
        }
        Value::Array(items) => {
            return items
                .into_iter()
                .enumerate()
                .try_for_each(|(n, item)| add(flat, &join(key, &n.to_string())?, item));
        }
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text,
    };
    match flat.insert(key.to_owned(), text) {
        None => Ok(()),
        Some(_) => Err(InvalidData::new(key, "two fields have this key")),
    }
}

fn join(key: &str, name: &str) -> Result<String, InvalidData> {
    let part = name.replace('_', "-");
    let whole = if key.is_empty() {
        part.clone()
    } else {
        format!("{key}.{part}")
    };
    if !is_valid(&part) {
        return Err(InvalidData::new(
            whole,
            "a key may hold lower-case letters, digits and inner dashes only",
        ));
    }
    if RESERVED.contains(&whole.as_str()) {
        return Err(InvalidData::new(whole, "a key that Juju sets itself"));
    }
    Ok(whole)
}

fn is_valid(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && part
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(results: &Value, expect: &[(&str, &str)]) {
        let expect = expect
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(flatten(results), Ok(expect));
    }

    #[track_caller]
    fn check_refused(results: &Value, expect: &str) {
        assert_eq!(flatten(results).unwrap_err().to_string(), expect);
    }

    #[test]
    fn values_become_texts_under_dotted_keys() {
        check(&json!({}), &[]);
        check(
            &json!({"free_bytes": 12, "full": false, "why": null}),
            &[("free-bytes", "12"), ("full", "false")],
        );
        check(
            &json!({"disk": {"path": "/a=b", "parts": ["x", "y"]}}),
            &[
                ("disk.parts.0", "x"),
                ("disk.parts.1", "y"),
                ("disk.path", "/a=b"),
            ],
        );
        check(&json!({"run": {"stdout": "kept"}}), &[("run.stdout", "kept")]);
    }

    #[test]
    fn what_juju_refuses_is_refused_with_the_field_named() {
        check_refused(&json!(7), "`results`: neither a struct nor a map");
        check_refused(
            &json!({"Free": 1}),
            "`Free`: a key may hold lower-case letters, digits and inner dashes only",
        );
        check_refused(
            &json!({"a": {"b.c": 1}}),
            "`a.b.c`: a key may hold lower-case letters, digits and inner dashes only",
        );
        check_refused(
            &json!({"a": {"": 1}}),
            "`a.`: a key may hold lower-case letters, digits and inner dashes only",
        );
        check_refused(
            &json!({"_a": 1}),
            "`-a`: a key may hold lower-case letters, digits and inner dashes only",
        );
        check_refused(&json!({"stdout": "x"}), "`stdout`: a key that Juju sets itself");
        check_refused(&json!({"a_b": 1, "a-b": 2}), "`a-b`: two fields have this key");
    }
}
