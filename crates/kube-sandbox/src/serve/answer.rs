//! Answers as HTTP.

use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, WARNING};
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::api::{Answer, Request};
use crate::status::StatusError;

/// A body that is whole, or goes on.
pub(super) type Body = Either<Full<Bytes>, Channel<Bytes>>;
pub(super) type WireResponse = Response<Body>;

/// What becomes of a request.
pub(super) enum Reply {
    Success(Answer),
    Failure(StatusError),
    /// Plain text.
    Text(u16, &'static str),
    /// A stream of changes from a resource version on.
    Watch(Box<Request>, u64),
    Closed,
}

impl Reply {
    /// The HTTP status; 0 for none.
    pub(super) fn code(&self) -> u16 {
        match self {
            Reply::Success(answer) => answer.code,
            Reply::Failure(error) => error.code,
            Reply::Text(code, _) => *code,
            Reply::Watch(..) => 200,
            Reply::Closed => 0,
        }
    }
}

pub(super) fn success(answer: &Answer) -> WireResponse {
    json(answer.code, &answer.body, &answer.warnings)
}

pub(super) fn failure(error: &StatusError) -> WireResponse {
    json(error.code, &error.to_status(), &[])
}

pub(super) fn text(code: u16, text: &'static str) -> WireResponse {
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(text))));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

fn json(code: u16, body: &Value, warnings: &[String]) -> WireResponse {
    let mut response = with_body(Either::Left(Full::new(Bytes::from(body.to_string()))));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for warning in warnings {
        let text = format!("299 - {}", Value::from(warning.as_str()));
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(WARNING, value);
        }
    }
    response
}

/// A success with a body of JSON.
pub(super) fn with_body(body: Body) -> WireResponse {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
