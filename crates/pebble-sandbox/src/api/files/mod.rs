//! `/v1/files`: read, write, list, make directories, remove. Errors about one item are part of a good answer.

mod dirs;
mod error;
mod list;
mod read;
mod remove;
mod write;

use super::Answer;
use crate::daemon::Daemon;
use crate::plan::Context;
use crate::process::{Accounts, Owner};
use crate::server::{Refusal, Reply, Request};
use error::FileError;
use serde::{Deserialize, Serialize};
use std::os::unix::fs::chown;
use std::path::Path;

/// Shorter boundaries could occur in files.
const MIN_BOUNDARY: usize = 32;

/// What happened to one item.
#[derive(Debug, Serialize)]
struct ItemResult {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FileError>,
}

impl ItemResult {
    fn of(path: &str, outcome: Result<(), FileError>) -> Self {
        Self {
            path: path.to_owned(),
            error: outcome.err(),
        }
    }
}

/// Whom a new file or directory is to belong to.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct WantedOwner {
    user_id: Option<u32>,
    user: Option<String>,
    group_id: Option<u32>,
    group: Option<String>,
}

impl WantedOwner {
    /// The owner to set; `None` to leave it to the daemon's own user.
    fn look_up(&self, daemon: &Daemon) -> Result<Option<Owner>, FileError> {
        let wanted = Context {
            user_id: self.user_id,
            user: self.user.clone().unwrap_or_default(),
            group_id: self.group_id,
            group: self.group.clone().unwrap_or_default(),
            ..Context::default()
        };
        let owner = Accounts::read().owner(&wanted);
        let owner =
            owner.map_err(|reason| FileError::generic(format!("cannot look up user and group: {reason}")))?;
        Ok(daemon.powers.grant(owner, daemon.log))
    }
}

pub(super) fn get(request: &Request) -> Answer {
    match request.query.get("action") {
        "read" => read::read(request),
        "list" => list::list(&request.query),
        action => Err(Refusal::bad(format_args!("invalid action {action:?}"))),
    }
}

pub(super) async fn post(daemon: &Daemon, request: Request) -> Answer {
    let content_type = request.header("content-type").to_owned();
    let media_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match media_type.as_str() {
        "application/json" => act(daemon, request).await,
        "multipart/form-data" => match multer::parse_boundary(&content_type) {
            Ok(boundary) if boundary.len() >= MIN_BOUNDARY => write::write(daemon, request, boundary).await,
            Ok(boundary) => Err(Refusal::bad(format_args!("invalid boundary {boundary:?}"))),
            Err(_) => Err(Refusal::bad("invalid boundary \"\"")),
        },
        "" => Err(Refusal::bad(format_args!(
            "invalid Content-Type {content_type:?}"
        ))),
        _ => Err(Refusal::bad(format_args!("invalid media type {media_type:?}"))),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Act {
    action: String,
    dirs: Vec<dirs::Dir>,
    paths: Vec<remove::Item>,
}

async fn act(daemon: &Daemon, request: Request) -> Answer {
    let Act { action, dirs, paths } = request.json("cannot decode request body").await?;
    match action.as_str() {
        "make-dirs" => Reply::of(dirs::make(daemon, &dirs)),
        "remove" => Reply::of(remove::remove(&paths)),
        "write" => Err(Refusal::bad(r#"must use multipart with "write" action"#)),
        _ => Err(Refusal::bad(format_args!("invalid action {action:?}"))),
    }
}

fn absolute(path: &str) -> Result<&Path, FileError> {
    if path.starts_with('/') {
        return Ok(Path::new(path));
    }
    Err(FileError::generic(format!(
        "paths must be absolute, got {path:?}"
    )))
}

/// Reads `"640"`; an empty text is `default`.
fn permissions(text: Option<&str>, default: u32) -> Result<u32, FileError> {
    let text = match text {
        None | Some("") => return Ok(default),
        Some(text) => text,
    };
    let mode = u32::from_str_radix(text, 8)
        .ok()
        .filter(|_| text.len() == 3 && !text.starts_with('+'));
    mode.ok_or_else(|| {
        FileError::generic(format!(
            "permissions must be a 3-digit octal string, got {text:?}"
        ))
    })
}

fn give_to(path: &Path, owner: Option<Owner>) -> Result<(), FileError> {
    match owner {
        Some(Owner { uid, gid }) => {
            chown(path, Some(uid), Some(gid)).map_err(|error| FileError::io("chown", path, &error))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        let check = |text: Option<&str>, expect: Result<u32, &str>| {
            let seen = permissions(text, 0o644).map_err(|error| error.message);
            assert_eq!(seen, expect.map_err(str::to_owned), "{text:?}");
        };
        check(None, Ok(0o644));
        check(Some(""), Ok(0o644));
        check(Some("600"), Ok(0o600));
        check(
            Some("9"),
            Err("permissions must be a 3-digit octal string, got \"9\""),
        );
        check(
            Some("0755"),
            Err("permissions must be a 3-digit octal string, got \"0755\""),
        );
        check(
            Some("+75"),
            Err("permissions must be a 3-digit octal string, got \"+75\""),
        );
    }
}
