//! A unit that does not lead: it runs nothing.

use juju_ops::Decision;

use crate::media_app::facts::Standby;
use crate::media_app::words;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::media_app) enum Step {
    /// Stops the workload: another unit runs it.
    Stop,
}

/// An only unit that does not lead will lead soon, again or for the first time: it keeps what it runs.
pub(super) fn decide(seen: &Standby) -> Decision<super::Step> {
    match seen {
        Standby {
            beside: 0,
            running: _,
        } => Decision::wait(words::standby()),
        Standby {
            beside: _,
            running: true,
        } => Decision::Do(super::Step::Standby(Step::Stop)),
        Standby {
            beside: _,
            running: false,
        } => Decision::Settled(words::scaled()),
    }
}
