//! The workload status of a unit: what `juju status` shows beside its name.
//!
//! Only a [`crate::Decision`] sets it, and the dispatch writes it only where Juju shows another: in one line of at most
//! 1 KiB, for a message may quote what others wrote.

use std::fmt;

use crate::hookcmds::ReportedStatus;
use crate::text;

/// One of the four statuses a charm can set, with its line for a person.
///
/// See Juju's [status documentation](https://documentation.ubuntu.com/juju/3.6/reference/status/).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It works. The line may be empty.
    Active(String),
    /// Something else must happen first, and will.
    Waiting(String),
    /// The charm is working on it.
    Maintenance(String),
    /// A person must act: the line says how.
    Blocked(String),
}

impl Status {
    /// It works.
    pub fn active(message: impl fmt::Display) -> Self {
        Self::Active(message.to_string())
    }

    /// Something else must happen first, and will.
    pub fn waiting(message: impl fmt::Display) -> Self {
        Self::Waiting(message.to_string())
    }

    /// The charm is working on it.
    pub fn maintenance(message: impl fmt::Display) -> Self {
        Self::Maintenance(message.to_string())
    }

    /// A person must act: the line says how.
    pub fn blocked(message: impl fmt::Display) -> Self {
        Self::Blocked(message.to_string())
    }

    /// Juju's word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active(_) => "active",
            Self::Waiting(_) => "waiting",
            Self::Maintenance(_) => "maintenance",
            Self::Blocked(_) => "blocked",
        }
    }

    /// The line for a person.
    pub fn message(&self) -> &str {
        match self {
            Self::Active(message)
            | Self::Waiting(message)
            | Self::Maintenance(message)
            | Self::Blocked(message) => message,
        }
    }
}

impl Status {
    /// The same with a message that Juju takes and a person can read.
    pub(crate) fn in_one_line(&self) -> Self {
        let line = text::line(self.message());
        match self {
            Self::Active(_) => Self::Active(line),
            Self::Waiting(_) => Self::Waiting(line),
            Self::Maintenance(_) => Self::Maintenance(line),
            Self::Blocked(_) => Self::Blocked(line),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            "" => f.write_str(self.name()),
            message => write!(f, "{}: {message}", self.name()),
        }
    }
}

impl From<Status> for ReportedStatus {
    fn from(status: Status) -> Self {
        Self {
            status: status.name().to_owned(),
            message: status.message().to_owned(),
        }
    }
}

impl PartialEq<ReportedStatus> for Status {
    fn eq(&self, reported: &ReportedStatus) -> bool {
        self.name() == reported.status && self.message() == reported.message
    }
}
