//! All cases on one subject or two, many at once.

use std::{
    collections::BTreeSet,
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    case::Case,
    play::{Played, play},
    script::indented,
    subject::{Error, Subject},
};
use crate::{Difference, Report};

/// What runs, and how.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The cases to run.
    pub cases: Vec<Case>,
    /// How many run at once.
    pub at_once: NonZero<usize>,
}

/// Two subjects, and where they differ from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Of each subject by itself, then of both together.
    pub reports: Vec<Report>,
    /// The version differences that were met: case and reason.
    pub known: Vec<(String, String)>,
    /// The cases that the real agent played twice.
    pub played_again: Vec<String>,
}

impl Suite {
    /// Runs every case on the sandbox's `embedded` model alone.
    pub fn run(&self, embedded: &dyn Subject) -> Report {
        self.report(embedded, &self.play_all(embedded, false))
    }

    /// Runs every case on both; what both saw must be the same but for the differences that a case tells of.
    pub fn compare(&self, embedded: &dyn Subject, real: &dyn Subject) -> Compared {
        let ours = self.play_all(embedded, false);
        let mut theirs = self.play_all(real, true);
        let played_again = self.play_again(&ours, &mut theirs, real);
        let mut differences = Vec::new();
        let mut known = Vec::new();
        for ((case, ours), theirs) in self.cases.iter().zip(&ours).zip(&theirs) {
            let (Ok(ours), Ok(theirs)) = (ours, theirs) else {
                continue;
            };
            differences.extend(
                first_difference(&ours.transcript, &theirs.transcript)
                    .into_iter()
                    .chain(never_met(case, &theirs.met))
                    .map(|what| difference(case, what)),
            );
            let met = case
                .versions
                .iter()
                .enumerate()
                .filter(|(index, _)| theirs.met.contains(index));
            known.extend(met.map(|(_, version)| (case.name.clone(), version.why.clone())));
        }
        let both = Report {
            engine: "juju",
            subject: format!("{} and {} side by side", embedded.name(), real.name()),
            cases: self.cases.len(),
            differences,
        };
        Compared {
            reports: vec![self.report(embedded, &ours), self.report(real, &theirs), both],
            known,
            played_again,
        }
    }

    /// Plays each case alone once more whose transcripts differ: an agent of a busy machine can be seen too early. What is
    /// a difference stays one.
    fn play_again(
        &self,
        ours: &[Result<Played, Error>],
        theirs: &mut [Result<Played, Error>],
        real: &dyn Subject,
    ) -> Vec<String> {
        let mut again = Vec::new();
        for ((case, ours), theirs) in self.cases.iter().zip(ours).zip(theirs) {
            let agree = match (ours, &*theirs) {
                (Ok(ours), Ok(theirs)) => {
                    theirs.differences.is_empty() && ours.transcript == theirs.transcript
                }
                _ => false,
            };
            if !agree {
                *theirs = play(case, real, true);
                again.push(case.name.clone());
            }
        }
        again
    }

    fn report(&self, subject: &dyn Subject, played: &[Result<Played, Error>]) -> Report {
        let what = |played: &Result<Played, Error>| match played {
            Ok(played) => played.differences.clone(),
            Err(error) => vec![error.to_string()],
        };
        let differences = self
            .cases
            .iter()
            .zip(played)
            .filter_map(|(case, played)| {
                let what = what(played);
                (!what.is_empty()).then(|| difference(case, what.join("\n")))
            })
            .collect();
        Report {
            engine: "juju",
            subject: subject.name().to_owned(),
            cases: self.cases.len(),
            differences,
        }
    }

    fn play_all(&self, subject: &dyn Subject, older: bool) -> Vec<Result<Played, Error>> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        let work = || {
            while let Some((index, case)) = {
                let index = next.fetch_add(1, Ordering::Relaxed);
                self.cases.get(index).map(|case| (index, case))
            } {
                let played = play(case, subject, older);
                done.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((index, played));
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.at_once.get() {
                scope.spawn(work);
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, played)| played).collect()
    }
}

fn difference(case: &Case, what: String) -> Difference {
    Difference {
        case: case.name.clone(),
        what,
    }
}

/// A version difference that the real agent no longer shows is none.
fn never_met(case: &Case, met: &BTreeSet<usize>) -> Vec<String> {
    let versions = case.versions.iter().enumerate();
    versions
        .filter(|(index, _)| !met.contains(index))
        .map(|(_, version)| format!("the real agent nowhere answers `{}`", version.real))
        .collect()
}

/// The first line that differs, with what is above it, up to the hook or step it belongs to.
fn first_difference(ours: &str, theirs: &str) -> Option<String> {
    let our_lines: Vec<&str> = ours.lines().collect();
    let their_lines: Vec<&str> = theirs.lines().collect();
    let at = (0..our_lines.len().max(their_lines.len()))
        .find(|line| our_lines.get(*line) != their_lines.get(*line))?;
    let heads = ["step ", "unit ", "hook "];
    let context: Vec<&str> = heads
        .iter()
        .filter_map(|head| {
            let above = our_lines.get(..at)?;
            above.iter().rev().find(|line| line.starts_with(head)).copied()
        })
        .collect();
    let some = |lines: &[&str]| indented(lines.iter().skip(at).take(6).copied());
    Some(format!(
        "after {}\nembedded:\n{}real:\n{}",
        context.join(", "),
        some(&our_lines),
        some(&their_lines)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_told_with_where_it_stands() {
        let ours = "step 1\nunit tea/0\nhook install\n  $ is-leader\n  | True\n";
        assert_eq!(first_difference(ours, ours), None);
        let theirs = ours.replace("True", "False");
        insta::assert_snapshot!(first_difference(ours, &theirs).unwrap(), @r"
        after step 1, unit tea/0, hook install
        embedded:
              | True
        real:
              | False
        ");
        assert!(first_difference(ours, "step 1\n").is_some(), "one ends early");
    }
}
