//! All cases: read from a folder, run on a subject.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Error;
use super::case::{Case, CaseFile};
use super::play::play;
use super::subject::Subject;
use crate::{Difference, Report};

/// The cases of every `.yaml` file of the folder, file by file in the order of their names.
///
/// # Errors
/// When a file cannot be read or is no case file, or two cases have one name.
pub fn load(folder: &Path) -> Result<Vec<Case>, Error> {
    let entries = fs_err::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();

    let mut cases = Vec::new();
    for path in paths {
        let text = fs_err::read_to_string(&path)?;
        let file: CaseFile = serde_saphyr::from_str(&text).map_err(|source| Error::CaseFile {
            path,
            source: Box::new(source),
        })?;
        cases.extend(file.cases.into_iter().map(|case| Case {
            steps: file.given.iter().cloned().chain(case.steps).collect(),
            ..case
        }));
    }
    let mut names = BTreeSet::new();
    match cases.iter().find(|case| !names.insert(case.name.as_str())) {
        Some(case) => Err(Error::SameName(case.name.clone())),
        None => Ok(cases),
    }
}

/// Plays every case, each in a namespace of its own whose name begins with `prefix`, which no other run on this cluster
/// may use at the same time. A case that cannot be played to its end counts as a difference.
pub fn run(subject: &dyn Subject, cases: &[Case], prefix: &str) -> Report {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else { break };
            let what = match play(case, &format!("{prefix}-{index}"), subject) {
                Ok(None) => continue,
                Ok(Some(what)) => what,
                Err(error) => error.to_string(),
            };
            let difference = Difference {
                case: case.name.clone(),
                what,
            };
            found
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push((index, difference));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..subject.at_once() {
            scope.spawn(work);
        }
    });
    let mut found = found
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    found.sort_by_key(|(index, _)| *index);
    Report {
        engine: "kubernetes",
        subject: subject.name().to_owned(),
        cases: cases.len(),
        differences: found.into_iter().map(|(_, difference)| difference).collect(),
    }
}
