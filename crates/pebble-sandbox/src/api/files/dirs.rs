//! Making directories.

use super::{FileError, ItemResult, WantedOwner, absolute, give_to, permissions};
use crate::daemon::Daemon;
use crate::process::Owner;
use nix::libc::{EEXIST, ENOTDIR};
use serde::Deserialize;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// One directory to make.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Dir {
    path: String,
    #[serde(default)]
    make_parents: bool,
    #[serde(default)]
    permissions: Option<String>,
    #[serde(flatten)]
    owner: WantedOwner,
}

pub(super) fn make(daemon: &Daemon, dirs: &[Dir]) -> Vec<ItemResult> {
    dirs.iter()
        .map(|dir| ItemResult::of(&dir.path, make_one(daemon, dir)))
        .collect()
}

fn make_one(daemon: &Daemon, dir: &Dir) -> Result<(), FileError> {
    let path = clean(absolute(&dir.path)?);
    let mode = permissions(dir.permissions.as_deref(), 0o755)?;
    let owner = dir.owner.look_up(daemon)?;
    match path.metadata() {
        Ok(found) if !found.is_dir() => Err(failure(&path, ENOTDIR)),
        Ok(_) if dir.make_parents => Ok(()),
        Ok(_) => Err(failure(&path, EEXIST)),
        Err(_) if dir.make_parents => make_all(&path, mode, owner),
        Err(_) => make_leaf(&path, mode, owner),
    }
}

/// Makes a directory and its parents, all with the same mode and owner; existing ones are left as they are.
pub(super) fn make_all(path: &Path, mode: u32, owner: Option<Owner>) -> Result<(), FileError> {
    match path.metadata() {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => return Err(failure(path, ENOTDIR)),
        Err(_) => {}
    }
    if let Some(parent) = path.parent() {
        make_all(parent, mode, owner)?;
    }
    match make_leaf(path, mode, owner) {
        // Somebody else was faster.
        Err(_) if path.is_dir() => Ok(()),
        outcome => outcome,
    }
}

/// Made under another name, so that nobody sees it before it has its mode and owner.
fn make_leaf(path: &Path, mode: u32, owner: Option<Owner>) -> Result<(), FileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".mkdir-new");
    let new = path.with_file_name(name);
    DirBuilder::new()
        .create(&new)
        .map_err(|error| FileError::io("mkdir", &new, &error))?;
    let finish = || {
        std::fs::set_permissions(&new, Permissions::from_mode(mode))
            .map_err(|error| FileError::io("chmod", &new, &error))?;
        give_to(&new, owner)?;
        std::fs::rename(&new, path).map_err(|error| FileError::io("rename", &new, &error))
    };
    finish().inspect_err(|_| {
        // It stays only if even this fails; the first error tells more.
        let _ = std::fs::remove_dir(&new);
    })
}

/// Without `.`, `..` and a slash at the end.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => {
                clean.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    clean
}

fn failure(path: &Path, number: i32) -> FileError {
    FileError::io("mkdir", path, &io::Error::from_raw_os_error(number))
}
