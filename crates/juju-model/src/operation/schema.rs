//! Parameters of actions against their JSON schema (draft 4). Enters: schema and value. Leaves: the value with its
//! defaults, and everything that is wrong with it, in the words of Juju's validator (`github.com/juju/gojsonschema`). Of draft 4
//! these words count: `type`, `enum`, `minimum`, `maximum`, `minLength`, `maxLength`, `items`, `properties`, `required`,
//! `additionalProperties`, `default`; others are not judged.

use crate::charm::ActionFacts;
use serde_json::{Map, Value};

/// The parameters with the defaults of those that were not given.
pub(super) fn complete(facts: &ActionFacts, mut params: Map<String, Value>) -> Map<String, Value> {
    fill(&facts.params, &mut params);
    params
}

/// Everything that is wrong with `params`, as they were given.
pub(super) fn problems(facts: &ActionFacts, params: &Map<String, Value>) -> Vec<String> {
    let mut judge = Judge::default();
    let required = facts.required.iter().map(String::as_str);
    let closed = !facts.additional_properties;
    judge.object("(root)", &facts.params, required, closed, params);
    judge.problems
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

#[derive(Default)]
struct Judge {
    problems: Vec<String>,
}

impl Judge {
    fn wrong(&mut self, path: &str, problem: &str, given: &Value) {
        self.problems.push(format!("{path} : {problem}, given {given}"));
    }

    fn object<'a>(
        &mut self,
        path: &str,
        schemas: &Map<String, Value>,
        required: impl Iterator<Item = &'a str>,
        closed: bool,
        object: &Map<String, Value>,
    ) {
        let given = Value::from(object.clone());
        for name in required.filter(|name| !object.contains_key(*name)) {
            self.wrong(
                path,
                &format!("{name:?} property is missing and required"),
                &given,
            );
        }
        for name in object
            .keys()
            .filter(|name| closed && !schemas.contains_key(*name))
        {
            self.wrong(
                path,
                &format!("additional property {name:?} is not allowed"),
                &given,
            );
        }
        for (name, value) in object {
            if let Some(schema) = schemas.get(name) {
                self.value(&format!("{path}.{name}"), schema, value);
            }
        }
    }

    fn value(&mut self, path: &str, schema: &Value, value: &Value) {
        if let Some(kinds) = kinds(schema).filter(|kinds| !kinds.iter().any(|kind| is_of(kind, value))) {
            let named = match kinds.as_slice() {
                [kind] => (*kind).to_owned(),
                several => format!("[{}]", several.join(",")),
            };
            self.wrong(path, &format!("must be of type {named}"), value);
            return;
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array)
            && !choices.contains(value)
        {
            let choices: Vec<_> = choices.iter().map(ToString::to_string).collect();
            let problem = format!("must match one of the enum values [{}]", choices.join(","));
            self.wrong(path, &problem, value);
        }
        match value {
            Value::Number(_) => self.number(path, schema, value),
            Value::String(text) => self.text(path, schema, text),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(schema) = schema.get("items") {
                        self.value(&format!("{path}.{index}"), schema, item);
                    }
                }
            }
            Value::Object(map) => {
                let none = Map::new();
                let schemas = schema.get("properties").and_then(Value::as_object);
                let required = schema.get("required").and_then(Value::as_array);
                let required = required.into_iter().flatten().filter_map(Value::as_str);
                let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
                self.object(path, schemas.unwrap_or(&none), required, closed, map);
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The validator says `greater than` where equal would do too, and puts the number that was given in quotes.
    fn number(&mut self, path: &str, schema: &Value, value: &Value) {
        let number = value.as_f64().unwrap_or_default();
        let limit = |word| schema.get(word).and_then(Value::as_f64);
        let given = Value::from(number.to_string());
        if let Some(most) = limit("maximum").filter(|most| number > *most) {
            self.wrong(path, &format!("must be lower than {most}"), &given);
        }
        if let Some(least) = limit("minimum").filter(|least| number < *least) {
            self.wrong(path, &format!("must be greater than {least}"), &given);
        }
    }

    fn text(&mut self, path: &str, schema: &Value, text: &str) {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        let limit = |word| schema.get(word).and_then(Value::as_u64);
        let given = Value::from(text);
        if let Some(least) = limit("minLength").filter(|least| length < *least) {
            let problem = format!("string length must be greater or equal to {least}");
            self.wrong(path, &problem, &given);
        }
        if let Some(most) = limit("maxLength").filter(|most| length > *most) {
            let problem = format!("string length must be lower or equal to {most}");
            self.wrong(path, &problem, &given);
        }
    }
}

/// The types that a schema names; `None`: it takes every value.
fn kinds(schema: &Value) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(kind) => Some(vec![kind]),
        Value::Array(kinds) => Some(kinds.iter().filter_map(Value::as_str).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What the parameter `p` of this schema is told for a value.
    #[track_caller]
    fn check(schema: Value, value: Value, told: &str) {
        let facts = ActionFacts {
            params: Map::from_iter([("p".to_owned(), schema)]),
            required: [].into(),
            additional_properties: true,
        };
        let problems = problems(&facts, &Map::from_iter([("p".to_owned(), value)]));
        assert_eq!(problems.join("; "), told);
    }

    #[test]
    fn values_are_judged_in_the_validator_s_words() {
        check(json!({"type": "integer"}), json!(2.0), "");
        check(
            json!({"type": "integer"}),
            json!(2.5),
            "(root).p : must be of type integer, given 2.5",
        );
        check(json!({"type": ["string", "null"]}), json!(null), "");
        check(
            json!({"type": ["string", "null"]}),
            json!(true),
            "(root).p : must be of type [string,null], given true",
        );
        check(
            json!({"enum": ["a", 1]}),
            json!("b"),
            r#"(root).p : must match one of the enum values ["a",1], given "b""#,
        );
        check(json!({"minimum": 2}), json!(2), "");
        check(
            json!({"minimum": 2}),
            json!(1),
            r#"(root).p : must be greater than 2, given "1""#,
        );
        check(
            json!({"maximum": 2.5}),
            json!(3),
            r#"(root).p : must be lower than 2.5, given "3""#,
        );
        check(
            json!({"minLength": 3}),
            json!("ab"),
            r#"(root).p : string length must be greater or equal to 3, given "ab""#,
        );
        check(
            json!({"maxLength": 1}),
            json!("ab"),
            r#"(root).p : string length must be lower or equal to 1, given "ab""#,
        );
        check(
            json!({"items": {"type": "string"}}),
            json!(["a", 1]),
            "(root).p.1 : must be of type string, given 1",
        );
        check(
            json!({"required": ["q"], "properties": {"q": {}}, "additionalProperties": false}),
            json!({"r": 1}),
            r#"(root).p : "q" property is missing and required, given {"r":1}; (root).p : additional property "r" is not allowed, given {"r":1}"#,
        );
    }
}
