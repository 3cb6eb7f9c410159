//! The status of tasks, and of a change as a whole.

/// Where a task or change stands. Pebble has more words (`Undo`, `Wait`…); nothing here undoes or waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    // In the order of weight: a change has the status of its weightiest task.
    Abort,
    Doing,
    Do,
    Error,
    Done,
    Hold,
}

impl Status {
    /// The status of a change with these tasks; without tasks it is done.
    pub(super) fn of_all(tasks: impl Iterator<Item = Self>) -> Self {
        tasks.min().unwrap_or(Self::Done)
    }

    pub(crate) fn is_ready(self) -> bool {
        matches!(self, Self::Done | Self::Hold | Self::Error)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Do => "Do",
            Self::Doing => "Doing",
            Self::Done => "Done",
            Self::Abort => "Abort",
            Self::Hold => "Hold",
            Self::Error => "Error",
        }
    }
}
