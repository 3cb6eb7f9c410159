//! Which version of the store a list or a watch is about: as asked, or why it cannot be had.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Call, Query, options};
use crate::object::Object;
use crate::status::StatusError;
use crate::store::Store;
use crate::validate::FieldError;

const MATCH: &str = "resourceVersionMatch";

/// Which objects of a list are asked for.
pub(super) struct Piece {
    /// The resource version as of which the list is.
    pub(super) revision: u64,
    /// Namespace and name of the last object of the piece before.
    pub(super) after: Option<(String, String)>,
}

/// What a list asks for.
pub(super) fn piece(store: &Store, call: Call<'_>) -> Result<Piece, StatusError> {
    let query = &call.request.query;
    options::refuse("ListOptions", list_options(query).as_slice())?;
    let has_version = !matches!(query.resource_version.as_str(), "" | "0");
    if !query.continue_token.is_empty() {
        if has_version {
            return Err(StatusError::bad_request(
                "specifying resource version is not allowed when using continue",
            ));
        }
        return rest(
            store,
            &query.continue_token,
            call.kind.namespaced && call.request.namespace.is_none(),
        );
    }
    let asked = query
        .revision()
        .map_err(|why| StatusError::bad_request(format!("invalid resource version: {}", why.message)))?;
    if asked > store.revision() {
        return Err(not_there_yet(store, asked));
    }
    // a piece as of a version is of that very version, as before there was a choice
    let exact = query.version_match == "Exact"
        || (query.version_match.is_empty() && query.limit.is_some_and(|limit| limit > 0));
    let revision = if exact && has_version {
        asked
    } else {
        store.revision()
    };
    if revision < store.oldest() {
        return Err(too_old());
    }
    Ok(Piece {
        revision,
        after: None,
    })
}

/// 410 for a list as of a version whose later changes are forgotten.
pub(super) fn too_old() -> StatusError {
    StatusError::plain(
        410,
        "Expired",
        "The resourceVersion for the provided list is too old.",
    )
}

/// Refuses a watch that cannot be.
pub(super) fn check_watch(query: &Query) -> Result<(), StatusError> {
    let mut errors = Vec::new();
    let not_older = query.version_match == "NotOlderThan";
    match query.send_initial_events {
        None if !query.version_match.is_empty() => {
            let why = format!("{MATCH} is forbidden for watch unless sendInitialEvents is provided");
            errors.push(FieldError::forbidden(MATCH, &why));
        }
        Some(_) if query.version_match.is_empty() => {
            let why = format!("sendInitialEvents requires setting {MATCH} to NotOlderThan");
            errors.push(FieldError::forbidden(MATCH, &why));
        }
        _ => {}
    }
    if !(not_older || query.version_match.is_empty()) {
        errors.push(FieldError::not_supported(
            MATCH,
            &json!(query.version_match),
            &["NotOlderThan"],
        ));
    }
    options::refuse("ListOptions", &errors)?;
    query.revision().map(drop)
}

fn list_options(query: &Query) -> Option<FieldError> {
    let forbidden = |why: &str| Some(FieldError::forbidden(MATCH, why));
    match (query.version_match.as_str(), query.resource_version.as_str()) {
        ("", _) => None,
        (_, "") => forbidden(&format!(
            "{MATCH} is forbidden unless resourceVersion is provided"
        )),
        ("Exact", "0") => forbidden(&format!(
            "{MATCH} \"exact\" is forbidden for resourceVersion \"0\""
        )),
        ("Exact" | "NotOlderThan", _) => None,
        (other, _) => Some(FieldError::not_supported(
            MATCH,
            &json!(other),
            &["Exact", "NotOlderThan", ""],
        )),
    }
}

fn not_there_yet(store: &Store, asked: u64) -> StatusError {
    let current = store.revision();
    let message = format!("Timeout: Too large resource version: {asked}, current: {current}");
    let mut error = StatusError::plain(504, "Timeout", message);
    let cause = json!({ "reason": "ResourceVersionTooLarge", "message": "Too large resource version" });
    error.details = Some(json!({ "causes": [cause], "retryAfterSeconds": 1 }));
    error
}

/// What a client gives back to get the next piece: the version and the place behind the last object.
pub(super) fn token(revision: u64, last: &(String, String), across_namespaces: bool) -> String {
    let (namespace, name) = last;
    let start = if across_namespaces {
        format!("/{namespace}/{name}\0")
    } else {
        format!("/{name}\0")
    };
    write_token(&json!(revision), &start)
}

fn write_token(revision: &Value, start: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "v": "meta.k8s.io/v1", "rv": revision, "start": start }).to_string())
}

/// The piece that a token asks for. A version below zero stands for the newest: a client takes it that would rather have
/// an inconsistent list than none.
fn rest(store: &Store, token: &str, across_namespaces: bool) -> Result<Piece, StatusError> {
    let invalid = |why: &str| {
        StatusError::bad_request(format!(
            "invalid continue token: continue key is not valid: {why}"
        ))
    };
    let bytes = URL_SAFE_NO_PAD
        .decode(token)
        .map_err(|why| invalid(&why.to_string()))?;
    let content: Value = serde_json::from_slice(&bytes).map_err(|why| invalid(&why.to_string()))?;
    let start = content.text("/start");
    let place = start.trim_start_matches('/').trim_end_matches('\0');
    let after = match place.split_once('/') {
        Some((namespace, name)) if across_namespaces => (namespace.to_owned(), name.to_owned()),
        _ => (String::new(), place.to_owned()),
    };
    let revision = match content.number("/rv") {
        Some(revision) if revision < 0 => store.revision(),
        Some(revision) => revision.unsigned_abs(),
        None => return Err(invalid("no version")),
    };
    if revision < store.oldest() {
        let token = write_token(&json!(-1), start);
        return Err(StatusError {
            details: Some(json!({ "continue": token })),
            ..StatusError::plain(410, "Expired", TOO_OLD)
        });
    }
    Ok(Piece {
        revision,
        after: Some(after),
    })
}

const TOO_OLD: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
