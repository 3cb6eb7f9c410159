//! The cases about Pebble: its HTTP API on a Unix socket, as a container's workload and the charm see it.
//!
//! What enters is a [`Subject`], a program that behaves as `pebble run`, and the files below `cases/pebble`; what leaves
//! is a [`Report`]. Each case has a daemon and a folder of its own, so a case may do what it likes and the name of
//! a differing case says all. Many run at once: most of their time is waiting.
//!
//! | file | what it holds |
//! |---|---|
//! | `case` | the shape of a case file |
//! | `daemon` | one started subject |
//! | `http`, `form` | the requests and answers on the wire |
//! | `play`, `envelope` | one case, step by step; what an answer must be |
//! | `exec` | the step that runs a command with its streams |
//!
//! None of this is shared with a client or a server of this project: they are what is tried here.

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

mod case;
mod daemon;
mod envelope;
mod exec;
mod form;
mod http;
mod play;
mod relay;

pub use case::{Case, CaseError};
pub use relay::relay;

use crate::{Difference, Report, pattern};

/// A program that is tried.
#[derive(Debug, Clone)]
pub struct Subject {
    /// How the report names it, such as `the real Pebble`.
    pub name: String,
    /// The program, started with the arguments of `pebble`: `run --create-dirs …`.
    pub program: PathBuf,
}

/// What of the suite runs, and how.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The cases to run.
    pub cases: Vec<Case>,
    /// A program that calls [`relay`] when its first argument is `relay`. It asks as another user; without one,
    /// or where this process may not become another user, the cases that need one are left out.
    pub relay: Option<PathBuf>,
    /// How many cases run at once.
    pub at_once: NonZero<usize>,
}

impl Suite {
    /// The names of the cases that [`Suite::run`] leaves out here.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let all = self.relay.is_some() && nix::unistd::geteuid().is_root();
        self.cases
            .iter()
            .filter(move |case| !all && case.needs_users())
            .map(|case| case.name.as_str())
    }

    /// Runs every case on `subject` and tells each that differs.
    pub fn run(&self, subject: &Subject) -> Report {
        let left_out: Vec<&str> = self.left_out().collect();
        let cases: Vec<&Case> = self
            .cases
            .iter()
            .filter(|case| !left_out.contains(&case.name.as_str()))
            .collect();
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::new());
        let work = || {
            let take = || next.fetch_add(1, Ordering::Relaxed);
            while let Some((index, case)) = Some(take()).and_then(|index| Some((index, *cases.get(index)?))) {
                if let Err(what) = play::play(case, subject, self.relay.as_deref()) {
                    let difference = Difference {
                        case: case.name.clone(),
                        what: what.to_string(),
                    };
                    found
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((index, difference));
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.at_once.get() {
                scope.spawn(work);
            }
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(index, _)| *index);
        Report {
            engine: "pebble",
            subject: subject.name.clone(),
            cases: cases.len(),
            differences: found.into_iter().map(|(_, difference)| difference).collect(),
        }
    }
}

/// The folder of the case files.
#[must_use]
pub fn case_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/pebble")
}
