//! One request that was let in.

use super::{Query, Refusal, Standing};
use http_body_util::{BodyExt, Limited};
use hyper::HeaderMap;
use hyper::body::Incoming;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Unexpected};
use serde_json::Value;

/// No JSON body may be longer; layers and lists are far from it.
const JSON_BYTES: usize = 8 * 1024 * 1024;

/// A request, without what the server already used up.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) standing: Standing,
    pub(crate) body: Incoming,
    /// The way to a websocket.
    pub(crate) upgrade: hyper::upgrade::OnUpgrade,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Reads the body as a JSON object. As for Go's decoder, `null` members mean nothing, and text behind
    /// the object is not looked at.
    ///
    /// # Errors
    /// 400 with `complaint` and the reason.
    pub(crate) async fn json<T: DeserializeOwned>(self, complaint: &str) -> Result<T, Refusal> {
        let refuse = |reason: String| Refusal::bad(format_args!("{complaint}: {reason}"));
        let body = Limited::new(self.body, JSON_BYTES).collect().await;
        let body = body.map_err(|error| refuse(error.to_string()))?.to_bytes();
        if body.is_empty() {
            return Err(refuse("EOF".to_owned()));
        }
        decode(&body).map_err(|error| refuse(error.to_string()))
    }
}

/// Reads the first JSON value of a text.
///
/// # Errors
/// When it is none, or not of the shape of `T`.
pub(crate) fn decode<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let mut value = Value::deserialize(&mut serde_json::Deserializer::from_slice(text))?;
    match &mut value {
        Value::Object(members) => members.retain(|_, member| !member.is_null()),
        // To serde a list would be the members of the object, in their order.
        Value::Array(_) => return Err(de::Error::invalid_type(Unexpected::Seq, &"an object")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    serde_json::from_value(value)
}
