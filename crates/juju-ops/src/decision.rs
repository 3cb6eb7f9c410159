//! What a charm decides: the only thing a decision may return.

use std::time::Duration;

use crate::status::Status;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<S> {
    /// Take this step, then observe and decide again.
    Do(S),
    /// Nothing is left to do: the dispatch ends with this status.
    Settled(Status),
    /// The world must move first. The dispatch ends with this status, unless it moves while the charm looks again for
    /// `poll_for`: worth it only after a step of this very dispatch started something quick. Zero ends at once; all
    /// polling of a dispatch together lasts [`crate::LONGEST_POLL`] at most.
    Wait {
        /// What the world is waited for.
        status: Status,
        /// How long to look again.
        poll_for: Duration,
    },
}

impl<S> Decision<S> {
    /// Waiting that ends the dispatch at once: Juju, or the next `update-status`, wakes the charm again.
    pub fn wait(status: Status) -> Self {
        Self::Wait {
            status,
            poll_for: Duration::ZERO,
        }
    }
}
