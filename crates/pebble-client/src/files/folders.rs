//! Listing, making and removing.

use serde::{Deserialize, Serialize};

use super::{Verdict, judge, octal};
use crate::{
    error::Error,
    transport::{Call, Pebble},
};

/// What Pebble tells about a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileInfo {
    /// Where it is.
    pub path: String,
    /// The last part of the path.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: FileType,
    /// In bytes; only of files.
    #[serde(default)]
    pub size: Option<u64>,
    /// Mode bits as three octal digits.
    pub permissions: String,
    /// RFC 3339.
    pub last_modified: String,
    /// Owner by number.
    #[serde(default)]
    pub user_id: Option<u32>,
    /// Owner by name, if the container knows one.
    #[serde(default)]
    pub user: Option<String>,
    /// Group by number.
    #[serde(default)]
    pub group_id: Option<u32>,
    /// Group by name, if the container knows one.
    #[serde(default)]
    pub group: Option<String>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileType {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link; it is not followed.
    Symlink,
    /// A unix socket.
    Socket,
    /// A FIFO.
    NamedPipe,
    /// A device.
    Device,
    /// Something else.
    #[serde(other)]
    Unknown,
}

/// A folder to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MakeDir {
    /// Where.
    pub path: String,
    /// Whether missing folders above are made too. Then a folder that is already there is no error.
    pub parents: bool,
    /// Mode bits, `0o755` by default.
    pub permissions: Option<u32>,
    /// Owner by number; Pebble's user by default.
    pub user_id: Option<u32>,
    /// Group by number.
    pub group_id: Option<u32>,
}

impl MakeDir {
    /// A folder, and what is missing above it.
    pub fn all(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            parents: true,
            ..Self::default()
        }
    }

    /// Sets the mode bits.
    #[must_use]
    pub fn permissions(mut self, mode: u32) -> Self {
        self.permissions = Some(mode);
        self
    }

    /// Sets owner and group by number.
    #[must_use]
    pub fn owner(mut self, user_id: u32, group_id: u32) -> Self {
        (self.user_id, self.group_id) = (Some(user_id), Some(group_id));
        self
    }
}

impl Pebble {
    /// What is in the folder at `path`, sorted by name; of a file the file itself.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::is_not_found`] if it is not there.
    pub fn list(&self, path: &str) -> Result<Vec<FileInfo>, Error> {
        self.call(&listing(path))?.result()
    }

    /// What is at `path` itself; none if nothing is there.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn file_info(&self, path: &str) -> Result<Option<FileInfo>, Error> {
        match self.call(&listing(path).query("itself", "true")) {
            Err(error) if error.is_not_found() => Ok(None),
            reply => Ok(reply?.result::<Vec<FileInfo>>()?.into_iter().next()),
        }
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be made, else see [`Error`].
    pub fn make_dir(&self, dir: &MakeDir) -> Result<(), Error> {
        let dirs = [Dir {
            path: &dir.path,
            make_parents: dir.parents,
            permissions: dir.permissions.map(octal),
            user_id: dir.user_id,
            group_id: dir.group_id,
        }];
        let verdicts = self
            .post(
                "/v1/files",
                &MakeDirs {
                    action: "make-dirs",
                    dirs,
                },
            )?
            .result::<Vec<Verdict>>()?;
        judge("make directory", &dir.path, verdicts)
    }

    /// Removes a file or an empty folder.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be removed or is not there, else see [`Error`].
    pub fn remove(&self, path: &str) -> Result<(), Error> {
        self.remove_with(path, false)
    }

    /// Removes whatever is at `path`, with all that is in it. Nothing there is no error.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be removed, else see [`Error`].
    pub fn remove_all(&self, path: &str) -> Result<(), Error> {
        self.remove_with(path, true)
    }

    fn remove_with(&self, path: &str, recursive: bool) -> Result<(), Error> {
        let remove = Remove {
            action: "remove",
            paths: [RemovePath { path, recursive }],
        };
        judge(
            "remove",
            path,
            self.post("/v1/files", &remove)?.result::<Vec<Verdict>>()?,
        )
    }
}

fn listing(path: &str) -> Call {
    Call::get("/v1/files").query("action", "list").query("path", path)
}

#[derive(Serialize)]
struct MakeDirs<'a> {
    action: &'static str,
    dirs: [Dir<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Dir<'a> {
    path: &'a str,
    make_parents: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<u32>,
}

#[derive(Serialize)]
struct Remove<'a> {
    action: &'static str,
    paths: [RemovePath<'a>; 1],
}

#[derive(Serialize)]
struct RemovePath<'a> {
    path: &'a str,
    recursive: bool,
}
