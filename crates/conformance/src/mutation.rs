//! Rules of the embedded engines that are broken on purpose, and the cases that must see it: a test of the tests. The
//! file `mutations.yaml` enters, plain data leaves; `tests/mutations.rs` breaks the rules.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Report;

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// Whose rule: `kubernetes`, `pebble`.
    pub engine: String,
    /// What no longer holds, as a sentence.
    pub rule: String,
    /// The names of all cases that differ then.
    pub seen_by: BTreeSet<String>,
}

/// Why the file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MutationError {
    /// It is not there.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is no list of mutations.
    #[error("cannot read the mutations of `{}`", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The place and the reason.
        source: Box<serde_saphyr::Error>,
    },
}

impl Mutation {
    /// All of them.
    ///
    /// # Errors
    /// When the file is not there or is no list of mutations.
    pub fn read_all() -> Result<Vec<Self>, MutationError> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutations.yaml");
        let text = fs_err::read_to_string(&path)?;
        serde_saphyr::from_str(&text).map_err(|source| MutationError::Malformed {
            path,
            source: Box::new(source),
        })
    }

    /// Whether the cases that must see it are those that did.
    ///
    /// # Errors
    /// A text that lists the cases that missed it and those that saw what they should not.
    pub fn compare(&self, report: &Report) -> Result<(), String> {
        let seen: BTreeSet<String> = report
            .differences
            .iter()
            .map(|difference| difference.case.clone())
            .collect();
        let list = |title: &str, names: Vec<&String>| {
            let names = names.into_iter().map(|name| format!("\n  - {name}"));
            names.fold(title.to_owned(), |text, name| text + &name)
        };
        if seen == self.seen_by {
            return Ok(());
        }
        let missed = list("did not see it:", self.seen_by.difference(&seen).collect());
        let others = list("differ too:", seen.difference(&self.seen_by).collect());
        Err(format!("{missed}\n{others}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Difference;

    #[test]
    fn both_kinds_of_surprise_are_told() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mutation = Mutation {
            engine: "kubernetes".into(),
            rule: "a rule".into(),
            seen_by: names(&["one", "two"]),
        };
        let report = |cases: &[&str]| Report {
            engine: "kubernetes",
            subject: "a subject".into(),
            cases: 3,
            differences: cases
                .iter()
                .map(|case| Difference {
                    case: (*case).to_owned(),
                    what: String::new(),
                })
                .collect(),
        };
        assert_eq!(mutation.compare(&report(&["two", "one"])), Ok(()));
        assert_eq!(
            mutation.compare(&report(&["two", "three"])),
            Err("did not see it:\n  - one\ndiffer too:\n  - three".to_owned())
        );
    }

    #[test]
    fn every_mutation_is_seen_by_a_case() {
        for mutation in Mutation::read_all().unwrap() {
            assert!(!mutation.seen_by.is_empty(), "{}", mutation.rule);
        }
    }
}
