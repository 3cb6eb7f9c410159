//! What can go wrong, told apart as far as a caller can act on it.

use std::{error::Error as StdError, fmt, io, path::PathBuf, time::Duration};

use serde::Deserialize;

use crate::changes::{Change, ChangeId};

/// Why a request failed. `request` is the method and path, such as `GET /v1/plan`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no socket: the container's Pebble has not started yet.
    #[error("cannot find Pebble's socket `{path}`")]
    SocketNotFound {
        /// The socket.
        path: PathBuf,
    },
    /// There is a socket, but nobody listens: Pebble has ended.
    #[error("cannot connect to Pebble's socket `{path}`: connection refused")]
    ConnectionRefused {
        /// The socket.
        path: PathBuf,
    },
    /// The socket cannot be used, for instance for want of permission.
    #[error("cannot connect to Pebble's socket `{path}`")]
    Connect {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The connection ended before the answer was complete: Pebble is going down.
    #[error("cannot complete `{request}`: the connection broke")]
    Disconnected {
        /// The request.
        request: String,
        /// Why.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// No answer, or no more of it, in time.
    #[error("cannot complete `{request}`: no answer for {} s", after.as_secs_f64())]
    TimedOut {
        /// The request.
        request: String,
        /// How long it took.
        after: Duration,
    },
    /// Pebble refuses the request.
    #[error("cannot complete `{request}`: {message}")]
    Api {
        /// The request.
        request: String,
        /// The HTTP status.
        status: u16,
        /// Pebble's word for it, if it has one.
        kind: Option<ErrorKind>,
        /// Pebble's text.
        message: String,
    },
    /// The answer is not what Pebble's API reference says.
    #[error("cannot read the answer to `{request}`")]
    Answer {
        /// The request.
        request: String,
        /// Why.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Pebble carried out a file request, but not for this path.
    #[error("cannot {operation} `{path}`: {message}")]
    File {
        /// What was wanted: `read`, `write`, `make directory`, `remove`.
        operation: &'static str,
        /// The path in the container.
        path: String,
        /// Pebble's word for it, if it has one.
        kind: Option<ErrorKind>,
        /// Pebble's text.
        message: String,
    },
    /// A file or an output is larger than this client takes.
    #[error("cannot read `{what}`: it is larger than {limit} bytes")]
    TooLarge {
        /// The path or the command.
        what: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// A change ended badly.
    #[error("cannot complete change {} ({}): {}", .0.id, .0.kind, .0.failure())]
    ChangeFailed(Box<Change>),
    /// A change is still going on when the caller's time is over.
    #[error("cannot see the end of change {id}: still going on after {} s", after.as_secs_f64())]
    ChangeNotReady {
        /// The change.
        id: ChangeId,
        /// How long it was waited for.
        after: Duration,
    },
    /// The request cannot be sent as it is.
    #[error("cannot send `{request}`: {why}")]
    Request {
        /// The request.
        request: String,
        /// What is wrong with it.
        why: String,
    },
    /// The private runtime could not be made.
    #[error("cannot start the client")]
    Start(#[source] io::Error),
    /// A blocking method was called from asynchronous code.
    #[error("cannot block inside an asynchronous runtime")]
    InsideRuntime,
}

/// Pebble's words for errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The user has no access.
    LoginRequired,
    /// No service is enabled.
    NoDefaultServices,
    /// There is no such thing.
    NotFound,
    /// A file may not be touched.
    PermissionDenied,
    /// Something else about a file.
    GenericFileError,
    /// The system is about to restart.
    SystemRestart,
    /// Pebble is about to restart.
    DaemonRestart,
    /// A word this client does not know.
    #[serde(other)]
    Other,
}

impl Error {
    /// Whether Pebble did not answer: not started yet, gone, or too busy. Looking again later helps, and nothing else
    /// does. Whether it did what was asked is not known.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::SocketNotFound { .. }
                | Self::ConnectionRefused { .. }
                | Self::Connect { .. }
                | Self::Disconnected { .. }
                | Self::TimedOut { .. }
        )
    }

    /// Whether the thing asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self,
            Self::Api { status: 404, .. }
                | Self::Api {
                    kind: Some(ErrorKind::NotFound),
                    ..
                }
                | Self::File {
                    kind: Some(ErrorKind::NotFound),
                    ..
                }
        )
    }

    pub(crate) fn answer(
        request: impl fmt::Display,
        why: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Answer {
            request: request.to_string(),
            source: why.into(),
        }
    }

    pub(crate) fn disconnected(
        request: impl fmt::Display,
        why: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Disconnected {
            request: request.to_string(),
            source: why.into(),
        }
    }
}
