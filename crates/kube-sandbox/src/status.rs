//! An error as the API tells it: the `Status` object of apimachinery's `meta/v1`.

use serde_json::{Map, Value, json};

/// An error answer: HTTP code, machine-readable reason, text, details.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StatusError {
    /// The HTTP code.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, …; empty where Kubernetes has none (an internal error).
    pub reason: String,
    /// The text.
    pub message: String,
    /// `details` of the `Status` object: `name`, `group`, `kind`, `uid`, `causes`. `continue` stands in its `metadata`: how to
    /// get the rest of a list whose version is forgotten.
    pub details: Option<Value>,
}

/// One member of `details.causes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) field: String,
}

impl StatusError {
    /// The whole `Status` object.
    pub fn to_status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message, "code": self.code,
        });
        if let Some(object) = status.as_object_mut() {
            if !self.reason.is_empty() {
                object.insert("reason".into(), json!(self.reason));
            }
            match self
                .details
                .as_ref()
                .map(|details| (details, details.get("continue")))
            {
                Some((_, Some(token))) => {
                    object.insert("metadata".into(), json!({ "continue": token }));
                }
                Some((details, None)) => {
                    object.insert("details".into(), details.clone());
                }
                None => {}
            }
        }
        status
    }

    /// An error without details.
    pub(crate) fn plain(code: u16, reason: &str, message: impl Into<String>) -> Self {
        StatusError {
            code,
            reason: reason.to_owned(),
            message: message.into(),
            details: None,
        }
    }

    /// 400.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::plain(400, "BadRequest", message)
    }

    /// 500; Kubernetes gives such answers no reason.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::plain(500, "", message)
    }

    /// 410 for a watch from a version whose later changes are forgotten. Events are watched without a cache in between,
    /// which tells it in other words.
    pub(crate) fn expired(kind: &str, revision: u64, oldest: u64) -> Self {
        let message = match kind {
            "Event" => "The resourceVersion for the provided watch is too old.".to_owned(),
            _ => format!("too old resource version: {revision} ({oldest})"),
        };
        Self::plain(410, "Expired", message)
    }

    /// 401.
    pub(crate) fn unauthorized() -> Self {
        Self::plain(401, "Unauthorized", "Unauthorized")
    }

    /// 404 for a path that names no resource of this server.
    pub(crate) fn no_such_path() -> Self {
        let mut error = Self::plain(
            404,
            "NotFound",
            "the server could not find the requested resource",
        );
        error.details = Some(json!({}));
        error
    }

    /// The same error with `details` about an object.
    pub(crate) fn about(mut self, group: &str, kind: &str, name: &str) -> Self {
        let mut details = Map::new();
        for (key, value) in [("name", name), ("group", group), ("kind", kind)] {
            if !value.is_empty() {
                details.insert(key.into(), json!(value));
            }
        }
        self.details = Some(Value::Object(details));
        self
    }

    /// The same error with causes added to its details.
    pub(crate) fn because(mut self, causes: &[Cause]) -> Self {
        let causes: Vec<Value> = causes
            .iter()
            .map(|cause| json!({ "reason": cause.reason, "message": cause.message, "field": cause.field }))
            .collect();
        let mut details = self.details.take().unwrap_or_else(|| json!({}));
        if let Some(object) = details.as_object_mut() {
            object.insert("causes".into(), Value::Array(causes));
        }
        self.details = Some(details);
        self
    }
}
