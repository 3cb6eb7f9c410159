//! `actions.yaml`: what a user can run on a unit with `juju run`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{names, problems::Problem, yaml};

pub(crate) const FILE: &str = "actions.yaml";

/// All actions of a charm, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actions {
    /// By name.
    #[serde(deserialize_with = "yaml::map_with_defaults")]
    pub by_name: BTreeMap<String, Action>,
}

/// One action. Its parameters are the properties of a JSON Schema (draft 4) object, checked by the controller.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Action {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of each parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
    /// Parameters that must be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Whether other parameters may be given; if absent yes before Juju 4.0, no from then on.
    #[serde(
        rename = "additionalProperties",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub additional_properties: Option<bool>,
    /// Whether it may run beside other actions.
    #[serde(default, skip_serializing_if = "yaml::is_default")]
    pub parallel: bool,
    /// Actions of one group run one after the other.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub execution_group: String,
    /// Further keys of the JSON Schema, such as `title` or `minProperties`.
    #[serde(flatten)]
    pub schema: BTreeMap<String, Value>,
}

impl Actions {
    /// Reads an `actions.yaml`.
    ///
    /// # Errors
    /// The text is not YAML, or not of this form.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        yaml::parse(FILE, text)
    }

    /// What a controller would refuse for a charm named `charm`, in its words.
    pub fn problems(&self, charm: &str) -> Vec<String> {
        self.by_name
            .iter()
            .flat_map(|(name, action)| action.problems(charm, name))
            .collect()
    }
}

impl Action {
    fn problems(&self, charm: &str, name: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if !names::is_action(name) {
            problems.push(format!("bad action name {name}"));
        }
        if let Some(reason) = names::reserved(charm, name) {
            problems.push(format!("cannot use action name {name}: {reason}"));
        }
        for (param, schema) in self.params.iter().chain(&self.schema) {
            forbidden_keys(param, schema, &mut problems);
        }
        for (param, schema) in &self.params {
            if let Some(why) = bad_schema(schema) {
                problems.push(format!(
                    "invalid params schema for action schema {name}: {param}: {why}"
                ));
            }
        }
        problems
    }
}

/// References would let a schema read from elsewhere.
fn forbidden_keys(key: &str, value: &Value, problems: &mut Vec<String>) {
    if key == "$ref" || key == "$schema" {
        problems.push(format!(
            "schema key \"{key}\" not compatible with this version of juju"
        ));
    }
    match value {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(key, value)| forbidden_keys(key, value, problems));
        }
        Value::Array(items) => items.iter().for_each(|item| forbidden_keys("", item, problems)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn bad_schema(schema: &Value) -> Option<String> {
    const TYPES: [&str; 7] = [
        "string", "boolean", "integer", "number", "array", "object", "null",
    ];
    let Value::Object(members) = schema else {
        return Some("expected a map such as `{type: string}`".to_owned());
    };
    match members.get("type") {
        None | Some(Value::Array(_)) => None,
        Some(Value::String(kind)) if TYPES.contains(&kind.as_str()) => None,
        Some(other) => Some(format!("unknown type {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let problems = match Actions::parse(text) {
            Ok(actions) => actions.problems("lamp-k8s"),
            Err(problem) => vec![problem.message],
        };
        assert_eq!(problems, expect, "{text}");
    }

    #[test]
    fn actions_are_checked_as_the_controller_does() {
        check(
            "dim: {params: {level: {type: integer, default: 3}}, required: [level]}",
            &[],
        );
        check("blink:\ndim: {description: Less light.}", &[]);
        check("", &[]);
        check("Dim: {}", &["bad action name Dim"]);
        check(
            "juju: {}",
            &["cannot use action name juju: \"juju\" is a reserved name"],
        );
        check(
            "juju-dim: {}",
            &["cannot use action name juju-dim: the \"juju-\" prefix is reserved"],
        );
        check(
            "dim: {params: {level: {\"$ref\": \"#/x\"}}}",
            &["schema key \"$ref\" not compatible with this version of juju"],
        );
        check(
            "dim: {params: {level: {type: lots}, to: 5}}",
            &[
                "invalid params schema for action schema dim: level: unknown type \"lots\"",
                "invalid params schema for action schema dim: to: expected a map such as `{type: string}`",
            ],
        );
    }

    #[test]
    fn every_key_survives_a_round_trip() {
        let text = "dim: {description: d, params: {a: {type: string}}, required: [a], additionalProperties: false, \
                    parallel: true, execution-group: g, title: t, minProperties: 1}";
        let actions = Actions::parse(text).unwrap();
        assert_eq!(
            actions.by_name["dim"].schema.keys().collect::<Vec<_>>(),
            ["minProperties", "title"]
        );
        assert_eq!(
            Actions::parse(&yaml::print(FILE, &actions).unwrap()).unwrap(),
            actions
        );
    }
}
