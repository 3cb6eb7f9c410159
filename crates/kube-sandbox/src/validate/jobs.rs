//! Jobs and disruption budgets.

use serde_json::{Value, json};

use super::{FieldError, names, pods};
use crate::object::Object;

/// A job: what it does cannot change once it is made.
pub(super) fn job(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
    ] {
        if let Some(value) = new.number(&format!("/spec/{field}")).filter(|value| *value < 0) {
            let why = "must be greater than or equal to 0";
            errors.push(FieldError::invalid(format!("spec.{field}"), &json!(value), why));
        }
    }
    let template = new.pointer("/spec/template").unwrap_or(&Value::Null);
    let labels = template.pointer("/metadata/labels").and_then(Value::as_object);
    for value in labels.into_iter().flat_map(serde_json::Map::values) {
        if let Some(why) = names::label_value(value.as_str().unwrap_or_default()) {
            errors.push(FieldError::invalid("spec.template.labels", value, &why));
        }
    }
    errors.extend(pods::spec(
        template.get("spec").unwrap_or(&Value::Null),
        "spec.template.spec",
    ));
    if template.text("/spec/restartPolicy") == "Always" {
        let field = "spec.template.spec.restartPolicy";
        errors.push(FieldError::required(
            field,
            "valid values: \"OnFailure\", \"Never\"",
        ));
    }
    for field in ["completions", "selector", "template", "completionMode"] {
        let value = |job: &Value| job.pointer(&format!("/spec/{field}")).cloned();
        if let Some(old) = old.filter(|old| value(old) != value(new)) {
            let now = value(new).unwrap_or_default();
            // a list of indexes may grow and shrink with its workers
            let elastic = field == "completions" && old.text("/spec/completionMode") == "Indexed";
            if !elastic {
                errors.push(FieldError::invalid(
                    format!("spec.{field}"),
                    &now,
                    "field is immutable",
                ));
            }
        }
    }
    errors
}

/// A budget names one bound.
pub(super) fn budget(new: &Value) -> Vec<FieldError> {
    let part = |field: &str| {
        new.pointer(&format!("/spec/{field}"))
            .cloned()
            .unwrap_or_default()
    };
    let (least, most) = (part("minAvailable"), part("maxUnavailable"));
    if least.is_null() || most.is_null() {
        return Vec::new();
    }
    let shown = format!(
        "{{\"MinAvailable\":{least},\"Selector\":{},\"MaxUnavailable\":{most},\"UnhealthyPodEvictionPolicy\":{}}}",
        part("selector"),
        part("unhealthyPodEvictionPolicy")
    );
    let why = "minAvailable and maxUnavailable cannot be both set";
    vec![FieldError::invalid("spec", &shown, why)]
}
