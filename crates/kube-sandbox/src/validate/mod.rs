//! Is an object one that the API accepts? Enters: the object as it would be stored and the one stored before. Leaves: every
//! mistake at once, in the API server's words. Must not know of the store: rules that look at other objects are in `api`.

mod claims;
mod jobs;
mod meta;
mod names;
mod pods;
mod stateful_sets;
mod volumes;

use std::fmt::Display;

use serde_json::{Value, json};

use crate::object::Object;
use crate::policy::{limits, pod_security};
use crate::rules::Rules;
use crate::schema::{Kind, quantity};
use crate::status::{Cause, StatusError};

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    field: String,
    reason: &'static str,
    text: String,
}

impl FieldError {
    pub(crate) fn required(field: impl Into<String>, detail: &str) -> Self {
        Self::new(field, "FieldValueRequired", "Required value", detail)
    }

    pub(crate) fn invalid(field: impl Into<String>, value: &impl Display, detail: &str) -> Self {
        Self::new(
            field,
            "FieldValueInvalid",
            &format!("Invalid value: {value}"),
            detail,
        )
    }

    pub(crate) fn forbidden(field: impl Into<String>, detail: &str) -> Self {
        Self::new(field, "FieldValueForbidden", "Forbidden", detail)
    }

    pub(crate) fn too_long(field: impl Into<String>, most: usize) -> Self {
        let detail = format!("may not be more than {most} bytes");
        Self::new(field, "FieldValueTooLong", "Too long", &detail)
    }

    pub(crate) fn not_found(field: impl Into<String>, value: &Value) -> Self {
        Self::new(field, "FieldValueNotFound", &format!("Not found: {value}"), "")
    }

    pub(crate) fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self::new(
            field,
            "FieldValueDuplicate",
            &format!("Duplicate value: {value}"),
            "",
        )
    }

    pub(crate) fn not_supported(field: impl Into<String>, value: &Value, supported: &[&str]) -> Self {
        let names: Vec<String> = supported.iter().map(|name| json!(name).to_string()).collect();
        let detail = format!("supported values: {}", names.join(", "));
        Self::new(
            field,
            "FieldValueNotSupported",
            &format!("Unsupported value: {value}"),
            &detail,
        )
    }

    fn new(field: impl Into<String>, reason: &'static str, what: &str, detail: &str) -> Self {
        let text = if detail.is_empty() {
            what.to_owned()
        } else {
            format!("{what}: {detail}")
        };
        FieldError {
            field: field.into(),
            reason,
            text,
        }
    }
}

/// Every mistake of an object that is to be stored in place of `old`.
pub(crate) fn validate(kind: &Kind, old: Option<&Value>, new: &Value, rules: Rules) -> Vec<FieldError> {
    let mut errors = meta::validate(kind, old, new);
    errors.extend(match kind.kind {
        "Pod" => pods::pod(old, new),
        "StatefulSet" => stateful_sets::validate(old, new),
        "Job" => jobs::job(old, new),
        "PodDisruptionBudget" => jobs::budget(new),
        "PersistentVolumeClaim" => claims::claim(old, new, rules),
        "PersistentVolume" => volumes::persistent_volume(old, new),
        "StorageClass" => claims::storage_class(old, new),
        "RoleBinding" | "ClusterRoleBinding" => role_ref(old, new),
        "Service" => service(new),
        "Secret" | "ConfigMap" => immutable_data(old, new),
        "ResourceQuota" => quota(new),
        "LimitRange" => limit_range(new),
        "Namespace" => security_labels(new),
        _ => Vec::new(),
    });
    errors
}

fn role_ref(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    let same = old.is_none_or(|old| old.get("roleRef") == new.get("roleRef"));
    let part = |field: &str| {
        new.pointer(&format!("/roleRef/{field}"))
            .cloned()
            .unwrap_or_default()
    };
    let reference = json!({ "APIGroup": part("apiGroup"), "Kind": part("kind"), "Name": part("name") });
    if same {
        Vec::new()
    } else {
        vec![FieldError::invalid(
            "roleRef",
            &reference,
            "cannot change roleRef",
        )]
    }
}

fn service(new: &Value) -> Vec<FieldError> {
    let external = new.pointer("/spec/type").and_then(Value::as_str) == Some("ExternalName");
    let headless = new.pointer("/spec/clusterIP").and_then(Value::as_str) == Some("None");
    let ports = new
        .pointer("/spec/ports")
        .and_then(Value::as_array)
        .is_some_and(|ports| !ports.is_empty());
    if external || headless || ports {
        Vec::new()
    } else {
        vec![FieldError::required("spec.ports", "")]
    }
}

fn quota(new: &Value) -> Vec<FieldError> {
    let hard = new.pointer("/spec/hard").and_then(Value::as_object);
    let negative = |(name, amount): (&String, &Value)| {
        let field = format!("spec.hard[{name}]");
        let below = quantity::parse(amount.as_str()?)? < 0;
        below.then(|| FieldError::invalid(field, amount, "must be greater than or equal to 0"))
    };
    hard.into_iter().flatten().filter_map(negative).collect()
}

fn limit_range(new: &Value) -> Vec<FieldError> {
    let error = |(field, value, why): (String, Option<String>, String)| match value {
        Some(value) => FieldError::invalid(field, &json!(value), &why),
        None => FieldError::required(field, &why),
    };
    limits::mistakes(new).into_iter().map(error).collect()
}

fn security_labels(new: &Value) -> Vec<FieldError> {
    let wrong = |label: &&str| {
        let level = new.label(label)?;
        let why = format!("must be one of {}", pod_security::LEVELS.join(", "));
        let known = pod_security::LEVELS.contains(&level);
        (!known).then(|| FieldError::invalid(format!("metadata.labels[{label}]"), &json!(level), &why))
    };
    pod_security::LABELS.iter().filter_map(wrong).collect()
}

fn immutable_data(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    let Some(old) = old.filter(|old| old.get("immutable") == Some(&json!(true))) else {
        return Vec::new();
    };
    let detail = "field is immutable when `immutable` is set";
    let changed = |field: &&str| old.get(*field) != new.get(*field);
    ["immutable", "data", "binaryData"]
        .into_iter()
        .filter(changed)
        .map(|field| FieldError::forbidden(field, detail))
        .collect()
}

impl StatusError {
    /// 422 with every mistake; an equal text stands once.
    pub(crate) fn invalid(kind: &Kind, name: &str, errors: &[FieldError]) -> Self {
        let mut texts: Vec<String> = Vec::new();
        for error in errors {
            let text = format!("{}: {}", error.field, error.text);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let list = if let [only] = texts.as_slice() {
            only.clone()
        } else {
            format!("[{}]", texts.join(", "))
        };
        let causes: Vec<Cause> = errors
            .iter()
            .map(|error| Cause {
                reason: error.reason,
                message: error.text.clone(),
                field: error.field.clone(),
            })
            .collect();
        let message = format!("{} {} is invalid: {list}", kind.qualified(), json!(name));
        Self::plain(422, "Invalid", message)
            .about(kind.group, kind.kind, name)
            .because(&causes)
    }
}
