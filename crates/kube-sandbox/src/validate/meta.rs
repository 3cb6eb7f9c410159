//! `metadata`: names, and what may not change.

use serde_json::{Value, json};

use super::{FieldError, names};
use crate::object::Object;
use crate::schema::Kind;

pub(super) fn validate(kind: &Kind, old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    let mut errors = match old {
        None => name(kind, new.name()),
        Some(old) => immutable(old, new),
    };
    errors.extend(labels(new));
    errors
}

fn name(kind: &Kind, name: &str) -> Vec<FieldError> {
    if name.is_empty() {
        return vec![FieldError::required(
            "metadata.name",
            "name or generateName is required",
        )];
    }
    let why = match kind.kind {
        "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding" => names::path_segment(name),
        "Namespace" | "Service" => names::label(name),
        _ => names::subdomain(name),
    };
    why.map(|why| FieldError::invalid("metadata.name", &json!(name), &why))
        .into_iter()
        .collect()
}

fn immutable(old: &Value, new: &Value) -> Vec<FieldError> {
    let uid = new.uid();
    if uid == old.uid() {
        return Vec::new();
    }
    vec![FieldError::invalid(
        "metadata.uid",
        &json!(uid),
        "field is immutable",
    )]
}

fn labels(object: &Value) -> Vec<FieldError> {
    let Some(labels) = object.pointer("/metadata/labels").and_then(Value::as_object) else {
        return Vec::new();
    };
    labels
        .values()
        .filter(|value| value.as_str().is_some_and(|text| text.len() > 63))
        .map(|value| FieldError::invalid("metadata.labels", value, "must be no more than 63 characters"))
        .collect()
}
