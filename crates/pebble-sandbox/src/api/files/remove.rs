//! Removing files and directories.

use super::{FileError, ItemResult, absolute};
use serde::Deserialize;
use std::io::{self, ErrorKind};
use std::path::Path;

/// One path to remove.
#[derive(Debug, Deserialize)]
pub(super) struct Item {
    path: String,
    #[serde(default)]
    recursive: bool,
}

pub(super) fn remove(items: &[Item]) -> Vec<ItemResult> {
    items
        .iter()
        .map(|item| ItemResult::of(&item.path, remove_one(item)))
        .collect()
}

fn remove_one(item: &Item) -> Result<(), FileError> {
    let path = absolute(&item.path)?;
    let outcome = if item.recursive {
        remove_all(path)
    } else {
        remove_entry(path)
    };
    outcome.map_err(|error| FileError::io("remove", path, &error))
}

/// A missing path is fine.
fn remove_all(path: &Path) -> io::Result<()> {
    let outcome = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match outcome {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn remove_entry(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_dir() {
        std::fs::remove_dir(path)
    } else {
        std::fs::remove_file(path)
    }
}
