//! What a write is refused for before its fields are looked at, in the API server's words.

use serde_json::{Value, json};

use super::{Call, PatchKind, Verb};
use crate::merge::PatchFailed;
use crate::object::Object;
use crate::schema::{Canonical, Undeclared};
use crate::status::{Cause, StatusError};

pub(super) fn exists(call: Call<'_>, live: &Value) -> StatusError {
    let name = live.name();
    let prefix = if live.is_terminating() {
        "object is being deleted: "
    } else {
        ""
    };
    let message = format!("{prefix}{} {} already exists", call.kind.resource(), json!(name));
    StatusError::plain(409, "AlreadyExists", message).about(call.kind.group, call.kind.plural, name)
}

pub(super) fn same_version(call: Call<'_>, live: Option<&Value>, new: &Value) -> Result<(), StatusError> {
    let sent = new.text("/metadata/resourceVersion");
    match live {
        Some(live) if !sent.is_empty() && sent != live.text("/metadata/resourceVersion") => Err(call.stale(
            live.name(),
            "the object has been modified; please apply your changes to the latest version and try again",
        )),
        _ => Ok(()),
    }
}

pub(super) fn check_identity(call: Call<'_>, body: &Value) -> Result<(), StatusError> {
    let (version, kind) = (body.text("/apiVersion"), body.text("/kind"));
    if kind.is_empty() {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        return Err(StatusError::bad_request(format!(
            "invalid object type: {group}/{version}, Kind={kind}"
        )));
    }
    let expected = call.kind.api_version();
    if version != expected {
        let why = format!(
            "no kind {} is registered for version {} in scheme \"pkg/runtime/scheme.go:110\"",
            json!(kind),
            json!(version)
        );
        return Err(cannot_be_handled(call, kind, version, &why));
    }
    if kind != call.kind.kind {
        let why = format!(
            "converting (v1.{kind}) to (core.{}): unknown conversion",
            call.kind.kind
        );
        return Err(cannot_be_handled(call, kind, version, &why));
    }
    let name = body.name();
    if !name.is_empty() && call.request.name.as_deref().is_some_and(|want| want != name) {
        return Err(StatusError::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            call.name()
        )));
    }
    let namespace = body.namespace();
    if call.kind.namespaced && !namespace.is_empty() && call.request.namespace.as_deref() != Some(namespace) {
        return Err(StatusError::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    Ok(())
}

pub(super) fn json_patch_error(why: PatchFailed) -> StatusError {
    match why {
        PatchFailed::Malformed(what) => StatusError::bad_request(format!(
            "error decoding patch: json: cannot unmarshal {what} into Go value of type []handlers.jsonPatchOp"
        )),
        PatchFailed::Refused => {
            let mut error = StatusError::plain(
                422,
                "Invalid",
                "the server rejected our request due to an error in our request",
            );
            error.details = Some(json!({}));
            error
        }
    }
}

/// How the errors of an apply name the object and its kind.
fn identity(call: Call<'_>, body: &Value) -> String {
    let version = if call.kind.group.is_empty() {
        "/v1".to_owned()
    } else {
        call.kind.api_version()
    };
    format!(
        "({}/{}; {version}, Kind={})",
        body.namespace(),
        call.name(),
        call.kind.kind
    )
}

pub(super) fn untyped(call: Call<'_>, body: &Value, why: &Undeclared) -> StatusError {
    StatusError::internal(format!(
        "failed to create typed patch object {}: {}",
        identity(call, body),
        why.0
    ))
}

pub(super) fn unconvertible(call: Call<'_>, object: &Value) -> StatusError {
    let identity = identity(call, object);
    StatusError::internal(format!(
        "failed to convert new object {identity} to proper version: unable to convert unstructured object from {}, Kind={}: {QUANTITIES}",
        call.kind.api_version(),
        call.kind.kind
    ))
}

const QUANTITIES: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

pub(super) fn unreadable(call: Call<'_>, object: &Value, found: &Canonical) -> Result<(), StatusError> {
    let why = match (found.wrong.first(), found.not_quantities.first()) {
        (Some(wrong), _) => format!("json: {wrong}"),
        (None, Some(_)) => QUANTITIES.to_owned(),
        (None, None) => return Ok(()),
    };
    Err(undecodable(call, object, &why))
}

/// A body that is no object of its kind: 400, or for a patch 422. A strategic merge patch is shown itself, as Go prints a
/// map; of the other kinds the patched object is shown.
pub(super) fn undecodable(call: Call<'_>, object: &Value, why: &str) -> StatusError {
    if let Verb::Patch(patch) = call.request.verb {
        let shown = match patch {
            PatchKind::Strategic => go_text(&call.request.body),
            PatchKind::Apply | PatchKind::Merge | PatchKind::Json => object.to_string(),
        };
        let message = format!("Invalid value: {}: {why}", json!(shown));
        let cause = Cause {
            reason: "FieldValueInvalid",
            message: message.clone(),
            field: "patch".to_owned(),
        };
        return StatusError::plain(422, "Invalid", format!(" \"\" is invalid: patch: {message}"))
            .because(&[cause]);
    }
    cannot_be_handled(call, call.kind.kind, call.kind.version, why)
}

fn cannot_be_handled(call: Call<'_>, kind: &str, version: &str, why: &str) -> StatusError {
    let (expected, version) = (call.kind.kind, json!(version));
    StatusError::bad_request(format!(
        "{kind} in version {version} cannot be handled as a {expected}: {why}"
    ))
}

/// A value as Go prints it: `map[a:1 b:[2 3]]`.
fn go_text(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let members: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}:{}", go_text(value)))
                .collect();
            format!("map[{}]", members.join(" "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_text).collect();
            format!("[{}]", items.join(" "))
        }
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
