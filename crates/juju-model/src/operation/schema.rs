//! Parameters of actions against their JSON schema (draft 4). Enters: schema and value. Leaves: the value with its
//! defaults, and everything that is wrong with it. Of draft 4 these words count: `type`, `enum`, `minimum`, `maximum`,
//! `minLength`, `maxLength`, `items`, `properties`, `required`, `additionalProperties`, `default`; others are not judged.

use super::Reason;
use crate::charm::ActionFacts;
use serde_json::{Map, Value};

/// The parameters with the defaults of those that were not given.
pub(super) fn complete(facts: &ActionFacts, mut params: Map<String, Value>) -> Map<String, Value> {
    fill(&facts.params, &mut params);
    params
}

/// Everything that is wrong with `params`.
pub(super) fn problems(facts: &ActionFacts, params: &Map<String, Value>) -> Vec<Reason> {
    let missing = facts.required.iter().filter(|name| !params.contains_key(*name));
    let mut reasons: Vec<_> = missing.cloned().map(Reason::MissingParameter).collect();
    for (name, value) in params {
        match facts.params.get(name) {
            Some(schema) => judge(name, schema, value, &mut reasons),
            None if facts.additional_properties => {}
            None => reasons.push(Reason::UnknownParameter(name.clone())),
        }
    }
    reasons
}

/// Whether JSON Schema knows the types that the schema of a parameter names; one that names none takes every value.
pub(super) fn has_known_types(schema: &Value) -> bool {
    let known = [
        "string", "boolean", "integer", "number", "array", "object", "null",
    ];
    let is_known = |kind: &Value| kind.as_str().is_some_and(|kind| known.contains(&kind));
    match schema.get("type") {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().all(is_known),
        Some(kind) => is_known(kind),
    }
}

fn fill(schemas: &Map<String, Value>, values: &mut Map<String, Value>) {
    for (name, schema) in schemas {
        if let Some(default) = schema.get("default") {
            values.entry(name.clone()).or_insert_with(|| default.clone());
        }
        let below = schema.get("properties").and_then(Value::as_object);
        if let (Some(below), Some(Value::Object(inner))) = (below, values.get_mut(name)) {
            fill(below, inner);
        }
    }
}

fn judge(path: &str, schema: &Value, value: &Value, reasons: &mut Vec<Reason>) {
    let mut wrong = |problem: String| {
        reasons.push(Reason::InvalidParameter {
            param: path.to_owned(),
            problem,
        });
    };
    if let Some(kind) = schema.get("type").and_then(Value::as_str)
        && !is_of(kind, value)
    {
        wrong(format!("must be of type {kind}, got `{value}`"));
        return;
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array)
        && !choices.contains(value)
    {
        wrong(format!(
            "must be one of {}, got `{value}`",
            Value::from(choices.clone())
        ));
    }
    if let Some(number) = value.as_f64() {
        let limit = |word| schema.get(word).and_then(Value::as_f64);
        if let Some(least) = limit("minimum").filter(|least| number < *least) {
            wrong(format!("must be at least {least}, got `{value}`"));
        }
        if let Some(most) = limit("maximum").filter(|most| number > *most) {
            wrong(format!("must be at most {most}, got `{value}`"));
        }
    }
    if let Some(text) = value.as_str() {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        let limit = |word| schema.get(word).and_then(Value::as_u64);
        if let Some(least) = limit("minLength").filter(|least| length < *least) {
            wrong(format!("must have at least {least} characters"));
        }
        if let Some(most) = limit("maxLength").filter(|most| length > *most) {
            wrong(format!("must have at most {most} characters"));
        }
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if let Some(schema) = schema.get("items") {
                    judge(&format!("{path}.{index}"), schema, item, reasons);
                }
            }
        }
        Value::Object(map) => judge_object(path, schema, map, reasons),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn judge_object(path: &str, schema: &Value, map: &Map<String, Value>, reasons: &mut Vec<Reason>) {
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for name in required
        .filter_map(Value::as_str)
        .filter(|name| !map.contains_key(*name))
    {
        reasons.push(Reason::MissingParameter(format!("{path}.{name}")));
    }
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, value) in map {
        let below = format!("{path}.{name}");
        match schema
            .get("properties")
            .and_then(|properties| properties.get(name))
        {
            Some(schema) => judge(&below, schema, value, reasons),
            None if closed => reasons.push(Reason::UnknownParameter(below)),
            None => {}
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}
