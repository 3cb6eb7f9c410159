//! Pod specs: volumes, containers, mounts.

use serde_json::{Value, json};

use super::{FieldError, claims, names, volumes};
use crate::object::Object;

/// A pod; of its spec little may change later.
pub(super) fn pod(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    let Some(old) = old else {
        return spec(new.pointer("/spec").unwrap_or(&Value::Null), "spec");
    };
    for list in ["containers", "initContainers"] {
        let pointer = format!("/spec/{list}");
        if old.items(&pointer).len() != new.items(&pointer).len() {
            let why = "pod updates may not add or remove containers";
            return vec![FieldError::forbidden(format!("spec.{list}"), why)];
        }
    }
    let (before, after) = (fixed(old, old), fixed(new, old));
    if before == after {
        return Vec::new();
    }
    let diff = claims::diff("PodSpec", &before, &after);
    vec![FieldError::forbidden(
        "spec",
        &format!(
            "{CHANGEABLE}
{diff}"
        ),
    )]
}

const CHANGEABLE: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// The part of a pod's spec that stays; a pod gets its node once.
fn fixed(pod: &Value, old: &Value) -> Value {
    let mut spec = pod.get("spec").cloned().unwrap_or_default();
    for list in ["containers", "initContainers"] {
        for container in spec
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            container.unset(&["image"]);
        }
    }
    spec.unset(&["activeDeadlineSeconds"]);
    spec.unset(&["tolerations"]);
    if old.text("/spec/nodeName").is_empty() {
        spec.unset(&["nodeName"]);
    }
    spec
}

/// A pod spec at a path.
pub(super) fn spec(spec: &Value, at: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let known = volumes::of_pod(spec.items("/volumes"), &format!("{at}.volumes"), &mut errors);
    let containers = spec.items("/containers");
    if containers.is_empty() {
        errors.push(FieldError::required(format!("{at}.containers"), ""));
    }
    let mut seen = Vec::new();
    for (list, items) in [
        ("containers", containers),
        ("initContainers", spec.items("/initContainers")),
    ] {
        for (index, container) in items.iter().enumerate() {
            check_container(
                container,
                &format!("{at}.{list}[{index}]"),
                &known,
                &mut seen,
                &mut errors,
            );
        }
    }
    errors
}

fn check_container<'a>(
    container: &'a Value,
    at: &str,
    volumes: &[&str],
    seen: &mut Vec<&'a str>,
    errors: &mut Vec<FieldError>,
) {
    let name = container.name_field();
    if name.is_empty() {
        errors.push(FieldError::required(format!("{at}.name"), ""));
    } else if let Some(why) = names::label(name) {
        errors.push(FieldError::invalid(format!("{at}.name"), &json!(name), &why));
    } else if seen.contains(&name) {
        errors.push(FieldError::duplicate(format!("{at}.name"), &json!(name)));
    }
    seen.push(name);
    if container.text("/image").is_empty() {
        errors.push(FieldError::required(format!("{at}.image"), ""));
    }
    for (index, variable) in container.items("/env").iter().enumerate() {
        if variable.name_field().is_empty() {
            errors.push(FieldError::required(format!("{at}.env[{index}].name"), ""));
        }
    }
    check_mounts(
        container.items("/volumeMounts"),
        &format!("{at}.volumeMounts"),
        volumes,
        errors,
    );
}

fn check_mounts(mounts: &[Value], at: &str, volumes: &[&str], errors: &mut Vec<FieldError>) {
    let mut seen = Vec::new();
    for (index, mount) in mounts.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let (name, path) = (mount.name_field(), mount.text("/mountPath"));
        if name.is_empty() {
            errors.push(FieldError::required(format!("{at}.name"), ""));
        }
        if path.is_empty() {
            errors.push(FieldError::required(format!("{at}.mountPath"), ""));
        }
        if !volumes.contains(&name) {
            errors.push(FieldError::not_found(format!("{at}.name"), &json!(name)));
        }
        if seen.contains(&path) {
            errors.push(FieldError::invalid(
                format!("{at}.mountPath"),
                &json!(path),
                "must be unique",
            ));
        }
        seen.push(path);
        let sub_path = mount.text("/subPath");
        if sub_path.starts_with('/') {
            errors.push(FieldError::invalid(
                format!("{at}.subPath"),
                &json!(sub_path),
                "must be a relative path",
            ));
        } else if volumes::climbs(sub_path) {
            errors.push(FieldError::invalid(
                format!("{at}.subPath"),
                &json!(sub_path),
                "must not contain '..'",
            ));
        }
    }
}

/// `name` of a part of an object.
pub(super) trait Named {
    fn name_field(&self) -> &str;
}

impl Named for Value {
    fn name_field(&self) -> &str {
        self.text("/name")
    }
}
