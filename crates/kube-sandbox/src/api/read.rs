//! `get` and `list`: the selected objects, whole or in pieces, as of now or of an earlier version.

use serde_json::{Value, json};

use super::versions::{check_watch, piece, token, too_old};
use super::{Answer, Api, Call};
use crate::object::Object;
use crate::schema::Kind;
use crate::selector::Selector;
use crate::status::StatusError;
use crate::store::Store;

/// The fields that a field selector may name beside the name and namespace.
const SELECTABLE: &[(&str, &[&str])] = &[
    (
        "Pod",
        &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "status.phase",
            "status.podIP",
        ],
    ),
    (
        "Event",
        &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
    ),
    ("Namespace", &["status.phase"]),
    ("Secret", &["type"]),
];

impl Api {
    pub(super) fn get(store: &Store, call: Call<'_>) -> Result<Answer, StatusError> {
        call.live(store).cloned().map(Answer::ok)
    }

    pub(super) fn list(store: &Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let piece = piece(store, call)?;
        let mut items = Self::selected_at(store, call, piece.revision)?;
        if let Some(after) = &piece.after {
            let across = call.request.namespace.is_none();
            items.retain(|item| {
                let (namespace, name) = position(item);
                (if across { namespace } else { String::new() }, name) > *after
            });
        }
        let mut metadata = json!({ "resourceVersion": piece.revision.to_string() });
        let limit = call
            .request
            .query
            .limit
            .filter(|limit| *limit > 0 && items.len() > *limit);
        if let Some(limit) = limit {
            let rest = items.split_off(limit);
            let last = items.last().map(position).unwrap_or_default();
            metadata.set(
                &["continue"],
                json!(token(piece.revision, &last, call.request.namespace.is_none())),
            );
            let query = &call.request.query;
            if query.label_selector.is_empty() && query.field_selector.is_empty() {
                metadata.set(&["remainingItemCount"], json!(rest.len()));
            }
        }
        Ok(Answer::ok(list_of(call.kind, &metadata, items)))
    }

    /// A watch that can be, answered as a list without items: its version is the one that the watch begins at.
    pub(super) fn watch(store: &Store, call: Call<'_>) -> Result<Answer, StatusError> {
        check_watch(&call.request.query)?;
        check_fields(call)?;
        let metadata = json!({ "resourceVersion": store.revision().to_string() });
        Ok(Answer::ok(list_of(call.kind, &metadata, Vec::new())))
    }

    /// The objects that the selectors of a request choose.
    pub(super) fn selected(store: &Store, call: Call<'_>) -> Result<Vec<Value>, StatusError> {
        Self::selected_at(store, call, store.revision())
    }

    fn selected_at(store: &Store, call: Call<'_>, revision: u64) -> Result<Vec<Value>, StatusError> {
        let (labels, fields) = check_fields(call)?;
        let mut objects = store
            .list_at(call.kind.kind, call.request.namespace.as_deref(), revision)
            .ok_or_else(too_old)?;
        objects.retain(|object| labels.fits_labels(object) && fields.fits_fields(object));
        Ok(objects)
    }
}

/// Both selectors, whose fields can be selected by.
fn check_fields(call: Call<'_>) -> Result<(Selector, Selector), StatusError> {
    let (labels, fields) = call.request.query.selectors()?;
    if let Some(field) = fields.keys().find(|key| !is_selectable(call.kind, key)) {
        return Err(StatusError::bad_request(no_selector(call.kind, field)));
    }
    Ok((labels, fields))
}

/// Kinds of the core group with selectable fields of their own say it in their own words.
fn no_selector(kind: &Kind, field: &str) -> String {
    match kind.kind {
        "Event" | "Namespace" | "Pod" | "Secret" | "Service" => format!("field label not supported: {field}"),
        _ => {
            let field = json!(field);
            format!("{field} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
        }
    }
}

/// A list object; its items carry no kind of their own.
pub(super) fn list_of(kind: &Kind, metadata: &Value, mut items: Vec<Value>) -> Value {
    for item in &mut items {
        item.unset(&["kind"]);
        item.unset(&["apiVersion"]);
    }
    json!({
        "kind": format!("{}List", kind.kind), "apiVersion": kind.api_version(), "metadata": metadata, "items": items,
    })
}

fn is_selectable(kind: &Kind, field: &str) -> bool {
    let common = matches!(field, "metadata.name" | "metadata.namespace");
    common
        || SELECTABLE
            .iter()
            .any(|(of, fields)| *of == kind.kind && fields.contains(&field))
}

fn position(object: &Value) -> (String, String) {
    (object.namespace().to_owned(), object.name().to_owned())
}
