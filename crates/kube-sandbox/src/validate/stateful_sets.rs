//! Stateful sets: selector, template, and what may change.

use serde_json::{Value, json};

use super::{FieldError, pods};
use crate::object::Object;
use crate::selector;

const MUTABLE: &[&str] = &[
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];
const IMMUTABLE: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

pub(super) fn validate(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    errors.extend(check_selector(new));
    let replicas = new.pointer("/spec/replicas").cloned().unwrap_or_default();
    if replicas.as_i64().is_none_or(|replicas| replicas < 0) {
        errors.push(FieldError::invalid(
            "spec.replicas",
            &replicas,
            "must be greater than or equal to 0",
        ));
    }
    errors.extend(pods::spec(&template_spec(new), "spec.template.spec"));
    if old.is_some_and(|old| fixed(old) != fixed(new)) {
        errors.push(FieldError::forbidden("spec", IMMUTABLE));
    }
    errors
}

fn check_selector(set: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let labels = set
        .pointer("/spec/template/metadata/labels")
        .cloned()
        .unwrap_or_default();
    let matches = match set.pointer("/spec/selector") {
        None => {
            errors.push(FieldError::required("spec.selector", ""));
            false
        }
        Some(selector) if selector.as_object().is_none_or(serde_json::Map::is_empty) => {
            let detail = "empty selector is invalid for statefulset";
            errors.push(FieldError::invalid("spec.selector", &json!({}), detail));
            true
        }
        Some(selector) => selector::matches(selector, &labels),
    };
    if !matches {
        let detail = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid(
            "spec.template.metadata.labels",
            &labels,
            detail,
        ));
    }
    errors
}

/// The pod spec; the mounts of claims that the set makes itself count as volumes.
fn template_spec(set: &Value) -> Value {
    let mut spec = set.pointer("/spec/template/spec").cloned().unwrap_or_default();
    let claims = set.items("/spec/volumeClaimTemplates").iter();
    let of_claims: Vec<Value> = claims
        .map(|claim| json!({ "name": claim.name(), "emptyDir": {} }))
        .collect();
    if !of_claims.is_empty() {
        let named = |name: &str| of_claims.iter().any(|claim| claim.text("/name") == name);
        let own = spec
            .items("/volumes")
            .iter()
            .filter(|volume| !named(volume.text("/name")))
            .cloned();
        let all: Vec<Value> = own.chain(of_claims.iter().cloned()).collect();
        spec.set(&["volumes"], Value::Array(all));
    }
    spec
}

fn fixed(set: &Value) -> Value {
    let mut spec = set.get("spec").cloned().unwrap_or_default();
    for field in MUTABLE {
        spec.unset(&[field]);
    }
    spec
}
