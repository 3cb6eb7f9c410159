//! Answers: the JSON envelope that all but streams have.

use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::CONTENT_TYPE;
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::fmt::Display;
use tokio::sync::mpsc;

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// A good answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The result, ready.
    Sync(Value),
    /// As `Sync`, but with another status than 200.
    SyncWith(StatusCode, Value),
    /// As `Sync`, without a `result` member.
    Empty,
    /// A change that goes on, and a result.
    Async { change: String, result: Value },
    /// Something that has no envelope.
    Raw(Response<Body>),
}

/// A refusal, as the envelope shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
    kind: Option<Kind>,
}

/// What a client can tell refusals apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    LoginRequired,
    NoDefaultServices,
    NotFound,
    PermissionDenied,
    GenericFileError,
}

impl Reply {
    /// A result that can be written as JSON.
    ///
    /// # Errors
    /// When it cannot.
    pub(crate) fn of(result: impl Serialize) -> Result<Self, Refusal> {
        serde_json::to_value(result)
            .map(Self::Sync)
            .map_err(|error| Refusal::internal(&error))
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        match self {
            Self::Sync(result) => envelope(StatusCode::OK, "sync", Some(&result), None),
            Self::SyncWith(status, result) => envelope(status, "sync", Some(&result), None),
            Self::Empty => envelope(StatusCode::OK, "sync", None, None),
            Self::Async { change, result } => {
                envelope(StatusCode::ACCEPTED, "async", Some(&result), Some(&change))
            }
            Self::Raw(response) => response,
        }
    }
}

impl Refusal {
    fn new(status: StatusCode, message: impl Display) -> Self {
        Self {
            status,
            message: message.to_string(),
            kind: None,
        }
    }

    pub(crate) fn bad(message: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn not_found(message: impl Display) -> Self {
        Self {
            kind: Some(Kind::NotFound),
            ..Self::new(StatusCode::NOT_FOUND, message)
        }
    }

    pub(crate) fn forbidden(message: impl Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn no_access() -> Self {
        Self {
            kind: Some(Kind::LoginRequired),
            ..Self::new(StatusCode::UNAUTHORIZED, "access denied")
        }
    }

    pub(crate) fn method(method: impl Display) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format_args!("method \"{method}\" not allowed"),
        )
    }

    pub(crate) fn internal(message: impl Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    pub(crate) fn timeout(message: impl Display) -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, message)
    }

    pub(crate) fn with_kind(self, kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }

    /// For refusals that clients cannot tell apart.
    pub(crate) fn without_kind(self) -> Self {
        Self { kind: None, ..self }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut result = json!({ "message": self.message });
        if let (Some(kind), Some(result)) = (self.kind, result.as_object_mut()) {
            result.insert("kind".to_owned(), json!(kind));
        }
        envelope(self.status, "error", Some(&result), None)
    }
}

/// The whole answer as JSON text; also the last part of a multipart answer.
pub(crate) fn envelope_text(
    status: StatusCode,
    kind: &str,
    result: Option<&Value>,
    change: Option<&str>,
) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    struct Envelope<'a> {
        #[serde(rename = "type")]
        kind: &'a str,
        status_code: u16,
        status: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        change: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<&'a Value>,
    }
    let text = status.canonical_reason().unwrap_or_default();
    let envelope = Envelope {
        kind,
        status_code: status.as_u16(),
        status: text,
        change,
        result,
    };
    serde_json::to_string(&envelope).unwrap_or_default()
}

fn envelope(status: StatusCode, kind: &str, result: Option<&Value>, change: Option<&str>) -> Response<Body> {
    let mut response = Response::new(body_of(envelope_text(status, kind, result, change)));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("application/json"),
    );
    response
}

/// A body that is ready.
pub(crate) fn body_of(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).boxed_unsync()
}

/// A body that comes piece by piece.
pub(crate) fn stream_body(pieces: mpsc::Receiver<Bytes>) -> Body {
    let next = |mut pieces: mpsc::Receiver<Bytes>| async { pieces.recv().await.map(|piece| (piece, pieces)) };
    let frames = stream::unfold(pieces, next).map(|piece| Ok(Frame::data(piece)));
    StreamBody::new(frames).boxed_unsync()
}
