//! The folder of an unpacked charm: which files, with which modes.

use std::{fs::Permissions, io, os::unix::fs::PermissionsExt, path::Path};

use super::PackError;
use crate::{
    actions, charmcraft::Charmcraft, config, manifest, manifest::Architecture, metadata, problems::Problem,
    yaml,
};

/// Files that are not for Juju, carried from the source folder.
const CARRIED: [&str; 4] = ["LICENSE", "README.md", "icon.svg", "version"];

/// A file made from `charmcraft.yaml`: name and content.
pub(super) type Generated = (&'static str, String);

pub(super) fn generated(
    charmcraft: &Charmcraft,
    architecture: Option<Architecture>,
) -> Result<Vec<Generated>, Problem> {
    let mut files = vec![
        (
            metadata::FILE,
            yaml::print(metadata::FILE, &charmcraft.metadata())?,
        ),
        (
            manifest::FILE,
            yaml::print(manifest::FILE, &charmcraft.manifest(architecture)?)?,
        ),
    ];
    if let Some(config) = &charmcraft.config {
        files.push((config::FILE, yaml::print(config::FILE, config)?));
    }
    if let Some(actions) = &charmcraft.actions {
        files.push((actions::FILE, yaml::print(actions::FILE, actions)?));
    }
    Ok(files)
}

/// Lays everything out in `staging`, which is emptied first.
pub(super) fn write(
    staging: &Path,
    source_dir: &Path,
    dispatch: &Path,
    files: &[Generated],
) -> io::Result<()> {
    remove(staging)?;
    fs_err::create_dir(staging)?;
    for (name, content) in files {
        fs_err::write(staging.join(name), content)?;
        set_mode(&staging.join(name), 0o644)?;
    }
    for name in CARRIED {
        match fs_err::copy(source_dir.join(name), staging.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            copied => {
                copied?;
                set_mode(&staging.join(name), 0o644)?;
            }
        }
    }
    fs_err::copy(dispatch, staging.join("dispatch"))?;
    set_mode(&staging.join("dispatch"), 0o755)
}

/// Puts `staging` at `target`. A folder there is removed only if it is this charm, packed before.
pub(super) fn replace(staging: &Path, target: &Path, charm: &str) -> Result<(), PackError> {
    if target.exists() {
        let metadata = fs_err::read_to_string(target.join(metadata::FILE)).unwrap_or_default();
        if !metadata::Metadata::parse(&metadata).is_ok_and(|metadata| metadata.name == charm) {
            return Err(PackError::NotACharm(target.to_owned()));
        }
        remove(target)?;
    }
    Ok(fs_err::rename(staging, target)?)
}

fn remove(dir: &Path) -> io::Result<()> {
    match fs_err::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn set_mode(file: &Path, mode: u32) -> io::Result<()> {
    fs_err::set_permissions(file, Permissions::from_mode(mode))
}
