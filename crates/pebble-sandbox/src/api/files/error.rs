//! What went wrong with one file, in the words of Go's `os` package.

use crate::server::{Kind, Refusal};
use crate::text;
use hyper::StatusCode;
use serde::Serialize;
use std::io::{self, ErrorKind};
use std::path::Path;

/// A text and a kind, as item results show them.
#[derive(Debug, Serialize)]
pub(super) struct FileError {
    pub(super) message: String,
    pub(super) kind: Kind,
}

impl FileError {
    pub(super) fn generic(message: String) -> Self {
        Self {
            message,
            kind: Kind::GenericFileError,
        }
    }

    /// `open /srv/x: no such file or directory`.
    pub(super) fn io(operation: &str, path: &Path, error: &io::Error) -> Self {
        let message = format!("{operation} {}: {}", path.display(), text::errno(error));
        Self {
            message,
            kind: kind(error),
        }
    }

    /// The same, with more words before it.
    pub(super) fn during(self, what: &str) -> Self {
        Self {
            message: format!("{what}: {}", self.message),
            ..self
        }
    }

    /// As a refusal of the whole request.
    pub(super) fn into_refusal(self) -> Refusal {
        let status = match self.kind {
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::PermissionDenied => StatusCode::FORBIDDEN,
            Kind::GenericFileError | Kind::LoginRequired | Kind::NoDefaultServices => StatusCode::BAD_REQUEST,
        };
        Refusal::bad(self.message)
            .with_kind(self.kind)
            .with_status(status)
    }
}

fn kind(error: &io::Error) -> Kind {
    if error.kind() == ErrorKind::NotFound {
        Kind::NotFound
    } else if error.kind() == ErrorKind::PermissionDenied {
        Kind::PermissionDenied
    } else {
        Kind::GenericFileError
    }
}
