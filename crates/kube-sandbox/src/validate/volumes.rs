//! Volumes of pods, and persistent volumes.

use serde_json::{Value, json};

use super::pods::Named;
use super::{FieldError, claims, names};
use crate::object::Object;

const HOST_PATH_TYPES: &[&str] = &[
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
];

/// The members of a `PersistentVolume`'s spec that are not its source.
const NOT_SOURCES: &[&str] = &[
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// The names of the volumes that can be mounted; those with a mistake cannot.
pub(super) fn of_pod<'a>(list: &'a [Value], at: &str, errors: &mut Vec<FieldError>) -> Vec<&'a str> {
    let mut known: Vec<&str> = Vec::new();
    for (index, volume) in list.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let name = volume.name_field();
        let mut mistakes = source(volume, &["name"], &at, "may not specify more than 1 volume type");
        if name.is_empty() {
            mistakes.push(FieldError::required(format!("{at}.name"), ""));
        } else if let Some(why) = names::label(name) {
            mistakes.push(FieldError::invalid(format!("{at}.name"), &json!(name), &why));
        }
        if known.contains(&name) {
            mistakes.push(FieldError::duplicate(format!("{at}.name"), &json!(name)));
        }
        if mistakes.is_empty() {
            known.push(name);
        }
        errors.extend(mistakes);
    }
    known
}

/// Exactly one source, and that a good one.
fn source(volume: &Value, others: &[&str], at: &str, too_many: &str) -> Vec<FieldError> {
    let members = volume.as_object().into_iter().flatten();
    let sources: Vec<(&String, &Value)> = members
        .filter(|(key, _)| !others.contains(&key.as_str()))
        .collect();
    let mut errors: Vec<FieldError> = in_go_order(&sources)
        .iter()
        .skip(1)
        .map(|key| FieldError::forbidden(format!("{at}.{key}"), too_many))
        .collect();
    for (key, source) in sources {
        let at = format!("{at}.{key}");
        let required = |field: &str| {
            source
                .text(&format!("/{field}"))
                .is_empty()
                .then(|| FieldError::required(format!("{at}.{field}"), ""))
        };
        match key.as_str() {
            "persistentVolumeClaim" => errors.extend(required("claimName")),
            "secret" => errors.extend(required("secretName")),
            "hostPath" => errors.extend(host_path(source, &at)),
            "nfs" => errors.extend(nfs(source, &at)),
            _ => {}
        }
    }
    errors
}

/// The first source in the order in which the API server looks is the one that counts.
fn in_go_order<'a>(sources: &[(&'a String, &Value)]) -> Vec<&'a str> {
    const ORDER: &[&str] = &[
        "emptyDir",
        "hostPath",
        "gitRepo",
        "secret",
        "nfs",
        "persistentVolumeClaim",
        "configMap",
        "projected",
    ];
    let mut names: Vec<&str> = sources.iter().map(|(key, _)| key.as_str()).collect();
    names.sort_by_key(|name| ORDER.iter().position(|have| have == name).unwrap_or(ORDER.len()));
    names
}

fn host_path(source: &Value, at: &str) -> Vec<FieldError> {
    let path = source.text("/path");
    let mut errors = Vec::new();
    if path.is_empty() {
        errors.push(FieldError::required(format!("{at}.path"), ""));
    } else if climbs(path) {
        errors.push(FieldError::invalid(
            format!("{at}.path"),
            &json!(path),
            "must not contain '..'",
        ));
    }
    let ty = source.text("/type");
    if !HOST_PATH_TYPES.contains(&ty) {
        errors.push(FieldError::not_supported(
            format!("{at}.type"),
            &json!(ty),
            HOST_PATH_TYPES,
        ));
    }
    errors
}

fn nfs(source: &Value, at: &str) -> Vec<FieldError> {
    let path = source.text("/path");
    let mut errors = Vec::new();
    if source.text("/server").is_empty() {
        errors.push(FieldError::required(format!("{at}.server"), ""));
    }
    if path.is_empty() {
        errors.push(FieldError::required(format!("{at}.path"), ""));
    } else if !path.starts_with('/') {
        errors.push(FieldError::invalid(
            format!("{at}.path"),
            &json!(path),
            "must be an absolute path",
        ));
    }
    errors
}

/// True if a path has a step upwards.
pub(super) fn climbs(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

/// A persistent volume: its source may not change.
pub(super) fn persistent_volume(old: Option<&Value>, new: &Value) -> Vec<FieldError> {
    let spec = new.get("spec").unwrap_or(&Value::Null);
    let mut errors = claims::access_modes(spec, "spec");
    if spec
        .pointer("/capacity")
        .and_then(Value::as_object)
        .is_none_or(serde_json::Map::is_empty)
    {
        errors.push(FieldError::required("spec.capacity", ""));
    }
    let sources = source_of(spec);
    if sources.is_empty() {
        errors.push(FieldError::required("spec", "must specify a volume type"));
    }
    errors.extend(source(
        spec,
        NOT_SOURCES,
        "spec",
        "may not specify more than 1 volume type",
    ));
    let Some(before) = old.and_then(|old| old.get("spec")) else {
        return errors;
    };
    let same = source_of(before) == sources;
    if !same {
        let detail = format!(
            "spec.persistentvolumesource is immutable after creation\n{}",
            claims::diff(
                "PersistentVolumeSource",
                &Value::from_iter(source_of(before)),
                &Value::from_iter(sources)
            )
        );
        errors.push(FieldError::forbidden("spec.persistentvolumesource", &detail));
    }
    if let (Some(was), now) = (before.get("nodeAffinity"), spec.get("nodeAffinity"))
        && Some(was) != now
    {
        let now = now.cloned().unwrap_or_default();
        errors.push(FieldError::invalid(
            "nodeAffinity",
            &now,
            "field is immutable, except for updating from beta label to GA",
        ));
    }
    errors
}

fn source_of(spec: &Value) -> Vec<(String, Value)> {
    let members = spec.as_object().into_iter().flatten();
    members
        .filter(|(key, _)| !NOT_SOURCES.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
