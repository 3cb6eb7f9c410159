//! Why a charm is refused: all reasons at once, each with the file it is about.

use std::fmt;

/// One thing that is wrong with one file of a charm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, relative to the charm's root, such as `metadata.yaml`.
    pub file: String,
    /// What is wrong, in Juju's words where Juju has words for it.
    pub message: String,
}

/// At least one [`Problem`]; displayed one per line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problem {
    pub(crate) fn new(file: &str, message: impl fmt::Display) -> Self {
        Self {
            file: file.to_owned(),
            message: message.to_string(),
        }
    }
}

impl Problems {
    /// The problems, in the order of the files `metadata`, `config`, `actions`, `manifest`, `dispatch`.
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    /// `Ok` with `value` when nothing was found.
    pub(crate) fn none_or<T>(found: Vec<Problem>, value: T) -> Result<T, Self> {
        if found.is_empty() {
            Ok(value)
        } else {
            Err(Self(found))
        }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
