//! Claims and storage classes.

use serde_json::{Map, Value, json};

use super::FieldError;
use crate::object::Object;
use crate::rules::{Rule, Rules};
use crate::schema::quantity;

const MODES: &[&str] = &[
    "ReadOnlyMany",
    "ReadWriteMany",
    "ReadWriteOnce",
    "ReadWriteOncePod",
];
const IMMUTABLE: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
const STORAGE: &str = "/spec/resources/requests/storage";

/// A claim: a bound one may ask for another size, all else stays.
pub(super) fn claim(old: Option<&Value>, new: &Value, rules: Rules) -> Vec<FieldError> {
    let spec = new.get("spec").unwrap_or(&Value::Null);
    let mut errors = access_modes(spec, "spec");
    errors.extend(requested_size(new));
    if let Some(old) = old {
        errors.extend(changes(old, new, rules));
    }
    errors
}

/// `accessModes`, of a claim or a volume.
pub(super) fn access_modes(spec: &Value, at: &str) -> Vec<FieldError> {
    let field = format!("{at}.accessModes");
    let modes = spec.items("/accessModes");
    if modes.is_empty() {
        return vec![FieldError::required(field, "at least 1 access mode is required")];
    }
    let unknown = modes
        .iter()
        .filter(|mode| !MODES.contains(&mode.as_str().unwrap_or_default()));
    let mut errors: Vec<FieldError> = unknown
        .map(|mode| FieldError::not_supported(&field, mode, MODES))
        .collect();
    if modes.len() > 1 && modes.contains(&json!("ReadWriteOncePod")) {
        errors.push(FieldError::forbidden(
            field,
            "may not use ReadWriteOncePod with other access modes",
        ));
    }
    errors
}

fn requested_size(claim: &Value) -> Option<FieldError> {
    let field = "spec.resources[storage]";
    let size = claim.pointer(STORAGE);
    match size.and_then(Value::as_str).and_then(quantity::parse) {
        None => Some(FieldError::required(field, "")),
        Some(value) if value <= 0 => Some(FieldError::invalid(
            field,
            &size.cloned().unwrap_or_default(),
            "must be greater than zero",
        )),
        Some(_) => None,
    }
}

fn changes(old: &Value, new: &Value, rules: Rules) -> Vec<FieldError> {
    let bound = old.text("/status/phase") == "Bound";
    let fixed = |claim: &Value| {
        let mut spec = claim.get("spec").cloned().unwrap_or_default();
        if bound {
            spec.unset(&["resources", "requests"]);
            spec.unset(&["volumeAttributesClassName"]);
        }
        if claim.text("/spec/volumeName").is_empty() || old.text("/spec/volumeName").is_empty() {
            spec.unset(&["volumeName"]);
        }
        // the class of a claim that has none yet may be filled in
        if old.pointer("/spec/storageClassName").is_none() {
            spec.unset(&["storageClassName"]);
        }
        spec
    };
    let (before, after) = (fixed(old), fixed(new));
    if before != after {
        let diff = diff("PersistentVolumeClaimSpec", &before, &after);
        return vec![FieldError::forbidden("spec", &format!("{IMMUTABLE}\n{diff}"))];
    }
    let shrinks = shrink(old, new).filter(|_| rules.keep(Rule::ClaimsKeepTheirSize));
    shrinks.into_iter().collect()
}

/// A claim may be made smaller as long as it stays above what it has.
fn shrink(old: &Value, new: &Value) -> Option<FieldError> {
    let size = |claim: &Value, pointer: &str| quantity::parse(claim.text(pointer));
    let (before, after) = (size(old, STORAGE)?, size(new, STORAGE)?);
    let capacity = size(old, "/status/capacity/storage")?;
    (after < before && after <= capacity).then(|| {
        FieldError::forbidden(
            "spec.resources.requests.storage",
            "field can not be less than status.capacity",
        )
    })
}

/// A storage class: what provisions cannot change.
pub(super) fn storage_class(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    if new.text("/provisioner").is_empty() {
        return vec![FieldError::required("provisioner", "")];
    }
    let Some(old) = old else { return Vec::new() };
    let changed = |field: &&str| old.get(*field) != new.get(*field);
    ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]
        .into_iter()
        .filter(changed)
        .map(|field| FieldError::forbidden(field, &format!("updates to {field} are forbidden.")))
        .collect()
}

/// The differing members, as an API server shows them: Go names, old lines with `-`, new ones with `+`.
pub(super) fn diff(ty: &str, old: &Value, new: &Value) -> String {
    let mut lines = Vec::new();
    collect_diff(old, new, &mut lines);
    format!("  core.{ty}{{\n{}\n  }}\n", lines.join("\n"))
}

fn collect_diff(old: &Value, new: &Value, lines: &mut Vec<String>) {
    let empty = Map::new();
    let (old, new) = (
        old.as_object().unwrap_or(&empty),
        new.as_object().unwrap_or(&empty),
    );
    let added = new.keys().filter(|key| !old.contains_key(*key));
    for key in old.keys().chain(added) {
        match (old.get(key), new.get(key)) {
            (before, after) if before == after => {}
            (Some(before @ Value::Object(_)), Some(after @ Value::Object(_))) => {
                collect_diff(before, after, lines);
            }
            (before, after) => {
                let go = go_name(key);
                lines.extend(before.map(|value| format!("-  \"{go}\": {value},")));
                lines.extend(after.map(|value| format!("+  \"{go}\": {value},")));
            }
        }
    }
}

fn go_name(key: &str) -> String {
    let mut chars = key.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
        .unwrap_or_default()
}
