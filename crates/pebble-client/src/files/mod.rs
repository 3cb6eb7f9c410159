//! `/v1/files`: files and folders of the container. Paths are absolute paths there.

mod folders;
mod pull;
mod push;

use serde::Deserialize;

use crate::error::{Error, ErrorKind};

pub use self::{
    folders::{FileInfo, FileType, MakeDir},
    pull::MAX_PULL,
    push::File,
};

/// Pebble's verdict on one path: errors of single paths come inside a good answer.
#[derive(Debug, Deserialize)]
struct Verdict {
    error: Option<PathError>,
}

#[derive(Debug, Deserialize)]
struct PathError {
    message: String,
    kind: Option<ErrorKind>,
}

/// The verdict on the one path that was asked for.
fn judge(operation: &'static str, path: &str, verdicts: Vec<Verdict>) -> Result<(), Error> {
    match verdicts.into_iter().next() {
        None => Err(Error::answer(
            format!("{operation} {path}"),
            "it says nothing of the path",
        )),
        Some(Verdict { error: None }) => Ok(()),
        Some(Verdict {
            error: Some(PathError { message, kind }),
        }) => Err(Error::File {
            operation,
            path: path.to_owned(),
            kind,
            message,
        }),
    }
}

/// Pebble takes permissions as three octal digits.
fn octal(mode: u32) -> String {
    format!("{mode:03o}")
}
