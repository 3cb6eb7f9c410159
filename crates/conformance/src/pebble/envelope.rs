//! The JSON envelope of an answer, as a step wants it.

use serde_json::{Map, Value};

use super::case::Step;

/// What an enveloped answer must be, as a pattern, and its HTTP status.
pub(super) fn wanted(step: &Step) -> (Value, u16) {
    let mut result = Map::new();
    let (kind, usual, result) = if let Some(message) = &step.error {
        result.insert("message".into(), message.as_str().into());
        result.extend(
            step.kind
                .iter()
                .map(|kind| ("kind".to_owned(), kind.as_str().into())),
        );
        ("error", 400, result.into())
    } else if let Some(result) = &step.sync {
        ("sync", 200, result.clone())
    } else {
        ("async", 202, step.r#async.clone().unwrap_or(Value::Null))
    };
    let status = step.status.unwrap_or(usual);
    let mut envelope = Map::from_iter([
        ("type".to_owned(), kind.into()),
        ("status-code".to_owned(), status.into()),
        ("status".to_owned(), reason(status).into()),
    ]);
    if result != "<absent>" {
        envelope.insert("result".into(), result);
    }
    if kind == "async" {
        envelope.insert("change".into(), "<id:change>".into());
    }
    (envelope.into(), status)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        504 => "Gateway Timeout",
        _ => "<any>",
    }
}
