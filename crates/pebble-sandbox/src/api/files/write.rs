//! Writing files: a multipart request with the metadata first, then the content of each file; every file is written
//! beside its place and then moved there.

use super::super::Answer;
use super::{FileError, ItemResult, WantedOwner, absolute, dirs, give_to, permissions};
use crate::daemon::Daemon;
use crate::random;
use crate::server::{Refusal, Reply, Request, decode};
use http_body_util::BodyDataStream;
use multer::{Field, Multipart};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    action: String,
    files: Vec<Item>,
}

/// One file to write.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Item {
    path: String,
    #[serde(default)]
    make_dirs: bool,
    #[serde(default)]
    permissions: Option<String>,
    #[serde(flatten)]
    owner: WantedOwner,
}

pub(super) async fn write(daemon: &Daemon, request: Request, boundary: String) -> Answer {
    let mut parts = Multipart::new(BodyDataStream::new(request.body), boundary);
    let items = read_metadata(&mut parts).await?;
    let mut outcomes: BTreeMap<String, Result<(), FileError>> = BTreeMap::new();
    for index in 0.. {
        let part = parts.next_field().await;
        let part =
            part.map_err(|error| Refusal::bad(format_args!("cannot read file part {index}: {error}")))?;
        let Some(part) = part else { break };
        let name = part.name().unwrap_or_default();
        if name != "files" {
            return Err(Refusal::bad(format_args!(
                "field name must be \"files\", got {name:?}"
            )));
        }
        let path = part.file_name().unwrap_or_default().to_owned();
        let item = items.iter().rfind(|item| item.path == path);
        let item = item.ok_or_else(|| Refusal::bad(format_args!("no metadata for path {path:?}")))?;
        let outcome = write_file(daemon, item, part).await?;
        outcomes.insert(path, outcome);
    }
    let missing = |path: &str| Err(FileError::generic(format!("no file content for path {path:?}")));
    let result = |item: &Item| {
        let outcome = outcomes.remove(&item.path).unwrap_or_else(|| missing(&item.path));
        ItemResult::of(&item.path, outcome)
    };
    Reply::of(items.iter().map(result).collect::<Vec<ItemResult>>())
}

async fn read_metadata(parts: &mut Multipart<'_>) -> Result<Vec<Item>, Refusal> {
    let unreadable = |reason: String| Refusal::bad(format_args!("cannot read request metadata: {reason}"));
    let part = parts
        .next_field()
        .await
        .map_err(|error| unreadable(error.to_string()))?;
    let part = part.ok_or_else(|| unreadable("EOF".to_owned()))?;
    let name = part.name().unwrap_or_default();
    if name != "request" {
        return Err(Refusal::bad(format_args!(
            "metadata field name must be \"request\", got {name:?}"
        )));
    }
    let text = part
        .bytes()
        .await
        .map_err(|error| unreadable(error.to_string()))?;
    let metadata = decode(&text);
    let Metadata { action, files } =
        metadata.map_err(|error| Refusal::bad(format_args!("cannot decode request metadata: {error}")))?;
    if action != "write" {
        return Err(Refusal::bad(format_args!(
            "multipart action must be \"write\", got {action:?}"
        )));
    }
    if files.is_empty() {
        return Err(Refusal::bad("must specify one or more files"));
    }
    Ok(files)
}

/// The outer error is about the request as a whole: its body broke off.
async fn write_file(
    daemon: &Daemon,
    item: &Item,
    mut part: Field<'_>,
) -> Result<Result<(), FileError>, Refusal> {
    let mut draft = Draft::begin(daemon, item);
    loop {
        let chunk = part.chunk().await;
        let chunk = chunk.map_err(|error| Refusal::bad(format_args!("cannot read file content: {error}")))?;
        let Some(chunk) = chunk else { break };
        draft = draft.and_then(|draft| draft.write(&chunk));
    }
    Ok(draft.and_then(Draft::publish))
}

/// A file that is being written beside its place; removed again unless it is published.
struct Draft {
    file: File,
    beside: PathBuf,
    place: PathBuf,
    published: bool,
}

impl Draft {
    fn begin(daemon: &Daemon, item: &Item) -> Result<Self, FileError> {
        // A symbolic link there is replaced, not followed.
        let place = absolute(&item.path)?.to_owned();
        let owner = item.owner.look_up(daemon)?;
        if let Some(parent) = place.parent().filter(|_| item.make_dirs) {
            dirs::make_all(parent, 0o755, owner).map_err(|error| error.during("cannot create directory"))?;
        }
        let mode = permissions(item.permissions.as_deref(), 0o644)?;
        let beside = beside(&place)?;
        let open = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&beside);
        let file = open.map_err(|error| FileError::io("open", &beside, &error))?;
        let draft = Self {
            file,
            beside,
            place,
            published: false,
        };
        // The umask had a say so far.
        let exact = draft.file.set_permissions(Permissions::from_mode(mode));
        exact.map_err(|error| FileError::io("chmod", &draft.beside, &error))?;
        give_to(&draft.beside, owner)?;
        Ok(draft)
    }

    fn write(mut self, chunk: &[u8]) -> Result<Self, FileError> {
        self.file
            .write_all(chunk)
            .map_err(|error| FileError::io("write", &self.beside, &error))?;
        Ok(self)
    }

    fn publish(mut self) -> Result<(), FileError> {
        self.file
            .sync_all()
            .map_err(|error| FileError::io("sync", &self.beside, &error))?;
        if self.place.is_dir() {
            let (from, to) = (self.beside.display(), self.place.display());
            return Err(FileError::generic(format!("rename {from} {to}: file exists")));
        }
        let to = format!("rename {}", self.beside.display());
        std::fs::rename(&self.beside, &self.place)
            .map_err(|error| FileError::io(&to, &self.place, &error))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // Nothing more can be done about it.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

/// `a.txt.<random>~`.
fn beside(place: &Path) -> Result<PathBuf, FileError> {
    let random = random::uuid().map_err(|error| FileError::generic(error.to_string()))?;
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(
        ".{}~",
        random.replace('-', "").get(..12).unwrap_or_default()
    ));
    Ok(place.with_file_name(name))
}
