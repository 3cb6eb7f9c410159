//! The envelope around every JSON answer: `sync` with a result, `async` with a change, `error` with a message.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    changes::ChangeId,
    error::{Error, ErrorKind},
    transport::{Call, Pebble},
};

/// A good answer.
#[derive(Debug)]
pub(crate) struct Reply {
    call: String,
    result: Value,
    change: Option<ChangeId>,
}

impl Reply {
    /// Reads an envelope.
    pub(crate) fn parse(call: &str, status: u16, body: &[u8]) -> Result<Self, Error> {
        let envelope: Envelope = serde_json::from_slice(body).map_err(|why| Error::answer(call, why))?;
        let result = envelope.result.unwrap_or_default();
        if envelope.kind == Kind::Error {
            let Failure { message, kind } =
                serde_json::from_value(result).map_err(|why| Error::answer(call, why))?;
            return Err(Error::Api {
                request: call.to_owned(),
                status,
                kind,
                message,
            });
        }
        Ok(Self {
            call: call.to_owned(),
            result,
            change: envelope.change,
        })
    }

    /// The result as a type.
    pub(crate) fn result<T: DeserializeOwned>(self) -> Result<T, Error> {
        serde_json::from_value(self.result).map_err(|why| Error::answer(&self.call, why))
    }

    /// The change that was begun.
    pub(crate) fn change(&self) -> Result<ChangeId, Error> {
        self.change
            .clone()
            .ok_or_else(|| Error::answer(&self.call, "it names no change"))
    }
}

impl Pebble {
    /// Sends `call` and reads the envelope that comes back.
    pub(crate) fn call(&self, call: &Call) -> Result<Reply, Error> {
        self.block_on(self.call_async(call))
    }

    pub(crate) async fn call_async(&self, call: &Call) -> Result<Reply, Error> {
        self.call_within(call, self.timeout()).await
    }

    /// As [`Pebble::call_async`]; Pebble may be silent for `patience`.
    pub(crate) async fn call_within(&self, call: &Call, patience: Duration) -> Result<Reply, Error> {
        let answer = self.send(call, patience).await?;
        let status = answer.status();
        Reply::parse(&call.to_string(), status, &answer.body().await?)
    }

    pub(crate) fn post(&self, path: &str, body: &impl Serialize) -> Result<Reply, Error> {
        self.call(&json(path, body)?)
    }
}

/// A `POST` of JSON.
pub(crate) fn json(path: &str, body: &impl Serialize) -> Result<Call, Error> {
    let body = serde_json::to_vec(body).map_err(|why| Error::Request {
        request: format!("POST {path}"),
        why: why.to_string(),
    })?;
    Ok(Call::post(path, "application/json".to_owned(), body))
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: Kind,
    result: Option<Value>,
    change: Option<ChangeId>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Sync,
    Async,
    Error,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
    kind: Option<ErrorKind>,
}
