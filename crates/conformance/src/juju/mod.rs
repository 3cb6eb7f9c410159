//! The cases about Juju: which hooks a unit runs, what each is given, what hook commands answer, and what is left of it.
//!
//! What enters is the files below `cases/juju` and one or two [`Subject`]s; what leaves is a [`Report`](crate::Report) for each, and one
//! of where their transcripts differ. Charms are real processes: a shell script that does what the case says and records
//! all it sees, the same for both subjects.
//!
//! | file | what it holds |
//! |---|---|
//! | `case`, `operation`, `script` | the shape of a case file |
//! | `charm`, `record` | the charm that is deployed, and what it recorded |
//! | `play` | one case, step by step |
//! | `normal` | what a transcript does not hold: ids, times, folders |
//! | `subject`, `embedded`, `real` | the two that are tried |

mod case;
mod charm;
mod embedded;
mod normal;
mod operation;
mod play;
mod real;
mod record;
mod script;
mod subject;
mod suite;

pub use case::{Case, CaseError, VersionDifference, case_files};
pub use embedded::Embedded;
pub use real::Real;
pub use subject::{Answer, End, Error, Happened, Model, Requested, Subject};
pub use suite::{Compared, Suite};
