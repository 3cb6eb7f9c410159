//! The loop: observe, decide, apply, until the decision ends it.
//!
//! A charm enters and the status it ends with leaves. Guarantees: the same step is never taken twice in a row, there
//! are at most [`MOST_STEPS`] steps, and all polling together lasts at most [`LONGEST_POLL`]. The status is not set
//! here.

use std::fmt::Debug;
use std::time::Duration;

use crate::charm::Charm;
use crate::clock::Clock;
use crate::decision::Decision;
use crate::error::Error;
use crate::status::Status;
use crate::unit::Unit;

/// The most steps of one dispatch.
pub const MOST_STEPS: usize = 64;
/// The longest that one dispatch looks again and again for the world to move.
pub const LONGEST_POLL: Duration = Duration::from_secs(5);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) fn converge<C: Charm>(charm: &mut C, unit: &Unit, clock: &dyn Clock) -> Result<Status, C::Error> {
    let mut steps = Steps { last: None, taken: 0 };
    let mut patience = Patience { clock, since: None };
    loop {
        let observed = charm.observe(unit)?;
        match C::decide(&observed) {
            Decision::Do(step) => charm.apply(unit, steps.take(step)?)?,
            Decision::Settled(status) => return Ok(status),
            Decision::Wait { status, poll_for } => {
                if !patience.pause(poll_for) {
                    return Ok(status);
                }
            }
        }
    }
}

/// The steps of this dispatch so far.
struct Steps<S> {
    last: Option<S>,
    taken: usize,
}

impl<S: PartialEq + Debug> Steps<S> {
    /// Lets a step pass, or says why it would lead nowhere.
    fn take(&mut self, step: S) -> Result<&S, Error> {
        if self.last.as_ref() == Some(&step) {
            return Err(Error::StepRepeated { step: shown(&step) });
        }
        if self.taken == MOST_STEPS {
            return Err(Error::TooManySteps {
                limit: MOST_STEPS,
                step: shown(&step),
            });
        }
        self.taken += 1;
        Ok(self.last.insert(step))
    }
}

/// The beginning of what `Debug` writes: a step may hold whole files.
fn shown(step: &impl Debug) -> String {
    const LONGEST: usize = 200;
    let text = format!("{step:?}");
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain("…".chars()).collect()
}

/// The budget for polling.
struct Patience<'a> {
    clock: &'a dyn Clock,
    since: Option<Duration>,
}

impl Patience<'_> {
    /// Pauses before the next look; false if there is no time left for one.
    fn pause(&mut self, poll_for: Duration) -> bool {
        let now = self.clock.now();
        let waited = now.saturating_sub(*self.since.get_or_insert(now));
        let left = poll_for.min(LONGEST_POLL).saturating_sub(waited);
        if left.is_zero() {
            return false;
        }
        self.clock.sleep(left.min(PAUSE));
        true
    }
}
