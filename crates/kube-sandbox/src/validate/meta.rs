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
    errors.extend(owners(new));
    errors.extend(finalizers(old, new));
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
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let values = labels.into_iter().flat_map(serde_json::Map::values);
    values
        .filter_map(|value| {
            let why = names::label_value(value.as_str().unwrap_or_default())?;
            Some(FieldError::invalid("metadata.labels", value, &why))
        })
        .collect()
}

/// An owner as the API server shows it.
fn shown(owner: &Value) -> String {
    let fields = [
        "apiVersion",
        "kind",
        "name",
        "uid",
        "controller",
        "blockOwnerDeletion",
    ];
    let members = fields
        .iter()
        .filter_map(|field| Some(format!("\"{field}\":{}", owner.get(*field)?)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn owners(object: &Value) -> Vec<FieldError> {
    let field = "metadata.ownerReferences";
    let list = object.items("/metadata/ownerReferences");
    let mut errors = Vec::new();
    for owner in list {
        for (part, why) in [
            ("apiVersion", "version must not be empty"),
            ("kind", "must not be empty"),
            ("name", "must not be empty"),
            ("uid", "must not be empty"),
        ] {
            if owner.text(&format!("/{part}")).is_empty() {
                errors.push(FieldError::invalid(format!("{field}.{part}"), &json!(""), why));
            }
        }
        if owner.text("/kind") == "Event" && owner.text("/apiVersion") == "v1" {
            let why = "/v1, Kind=Event is disallowed from being an owner";
            errors.push(FieldError::invalid(field, &shown(owner), why));
        }
    }
    let controls = |owner: &&Value| owner.get("controller") == Some(&json!(true));
    let mut controllers = list.iter().filter(controls);
    if let (Some(first), Some(second)) = (controllers.next(), controllers.next()) {
        let name = |owner: &Value| format!("{}/{}", owner.text("/kind"), owner.text("/name"));
        let why = format!(
            "Only one reference can have Controller set to true. Found \"true\" in references for {} and {}",
            name(first),
            name(second)
        );
        let all: Vec<String> = list.iter().map(shown).collect();
        errors.push(FieldError::invalid(field, &format!("[{}]", all.join(",")), &why));
    }
    errors
}

fn finalizers(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    const STANDARD: &[&str] = &["kubernetes", "orphan", "foregroundDeletion"];
    let field = "metadata.finalizers";
    let list = new.items("/metadata/finalizers");
    let mut errors = Vec::new();
    for (index, finalizer) in list.iter().enumerate() {
        let name = finalizer.as_str().unwrap_or_default();
        if !name.contains('/') && !STANDARD.contains(&name) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(FieldError::invalid(format!("{field}[{index}]"), finalizer, why));
        }
    }
    if let Some(old) = old.filter(|old| old.is_terminating()) {
        let added = list
            .iter()
            .filter(|finalizer| !old.items("/metadata/finalizers").contains(finalizer));
        let added: Vec<String> = added.map(Value::to_string).collect();
        if !added.is_empty() {
            let why = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added.join(", ")
            );
            errors.push(FieldError::forbidden(field, &why));
        }
    }
    errors
}
