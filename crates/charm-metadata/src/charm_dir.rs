//! An unpacked charm in a folder: ours or any other, in whatever language it is written.
//!
//! What enters: a folder. What leaves: its files as types, or all reasons why a controller or agent would refuse them.
//! Nothing is written, nothing is run.

use std::{
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{
    actions::{self, Actions},
    config::{self, Config},
    manifest::{self, Manifest},
    metadata::{self, Metadata},
    problems::{Problem, Problems},
};

/// An unpacked charm without problems.
#[derive(Debug, Clone, PartialEq)]
pub struct CharmDir {
    /// The folder.
    pub path: PathBuf,
    /// `metadata.yaml`
    pub metadata: Metadata,
    /// `config.yaml`; without the file no options.
    pub config: Config,
    /// `actions.yaml`; without the file no actions.
    pub actions: Actions,
    /// `manifest.yaml`
    pub manifest: Manifest,
    /// The first line of the file `version`, which `juju status` shows.
    pub version: Option<String>,
}

impl CharmDir {
    /// Reads and checks the charm in `dir`.
    ///
    /// # Errors
    /// Everything that a controller would refuse at deploy time, and a charm that could never run: no `dispatch`, or one
    /// that is not executable.
    pub fn read(dir: impl Into<PathBuf>) -> Result<Self, Problems> {
        let path = dir.into();
        let mut found = Vec::new();
        let metadata = read(&path, metadata::FILE, Metadata::parse, &mut found);
        if metadata.is_none() && found.is_empty() {
            found.push(Problem::new(metadata::FILE, "not found"));
        }
        let config = read(&path, config::FILE, Config::parse, &mut found).unwrap_or_default();
        let actions = read(&path, actions::FILE, Actions::parse, &mut found).unwrap_or_default();
        let manifest = read(&path, manifest::FILE, Manifest::parse, &mut found);
        let version = read(
            &path,
            "version",
            |text| Ok(text.lines().next().map(str::to_owned)),
            &mut found,
        );

        let mut add = |file: &str, messages: Vec<String>| {
            found.extend(messages.into_iter().map(|message| Problem::new(file, message)));
        };
        let metadata = metadata.unwrap_or_default();
        if !metadata.name.is_empty() {
            add(metadata::FILE, metadata.problems());
        }
        add(config::FILE, config.problems());
        add(actions::FILE, actions.problems(&metadata.name));
        let manifest = manifest.unwrap_or_default();
        add(manifest::FILE, manifest.problems(&metadata));
        add("dispatch", dispatch_problem(&path).into_iter().collect());
        found.dedup();
        Problems::none_or(
            found,
            Self {
                path,
                metadata,
                config,
                actions,
                manifest,
                version: version.flatten(),
            },
        )
    }

    /// The program Juju runs for every event.
    pub fn dispatch(&self) -> PathBuf {
        self.path.join("dispatch")
    }
}

/// The parsed file, or nothing if it isn't there or has a problem.
fn read<T>(
    dir: &Path,
    file: &str,
    parse: impl Fn(&str) -> Result<T, Problem>,
    found: &mut Vec<Problem>,
) -> Option<T> {
    let parsed = match fs_err::read_to_string(dir.join(file)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => Err(Problem::new(file, error)),
        Ok(text) => parse(&text),
    };
    parsed.map_err(|problem| found.push(problem)).ok()
}

/// Old charms have a file per event in `hooks/` instead.
fn dispatch_problem(dir: &Path) -> Option<String> {
    match fs_err::metadata(dir.join("dispatch")) {
        Err(_) if dir.join("hooks").is_dir() => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("not found".to_owned()),
        Err(error) => Some(error.to_string()),
        Ok(file) if !file.is_file() => Some("not a file".to_owned()),
        Ok(file) => {
            let mode = file.permissions().mode() & 0o777;
            (mode & 0o111 == 0).then(|| format!("not executable (mode {mode:04o})"))
        }
    }
}
