//! What a charm is: three functions around its facts and its steps.

use std::fmt::Debug;

use crate::action::ActionError;
use crate::decision::Decision;
use crate::event::ActionEvent;
use crate::unit::Unit;

/// A charm. [`crate::main`] observes, decides and applies until the decision is to settle or to wait.
///
/// The event plays no part: whatever woke the charm, it looks at the world as it is and takes the next step towards
/// the world as wanted. So it works in any order of hooks, and after a crash at any point.
pub trait Charm {
    /// The facts a decision needs: plain data.
    type Observed;
    /// One change to the world: a closed enum.
    type Step: PartialEq + Debug;
    /// What ends a dispatch with exit code 1, so that Juju tries again.
    type Error: std::error::Error + From<crate::Error> + 'static;

    /// Reads the world. It writes nothing.
    ///
    /// # Errors
    /// What heals by itself: a hook command failed, a server does not answer.
    fn observe(&mut self, unit: &Unit) -> Result<Self::Observed, Self::Error>;

    /// The next step, or the status to end with. Pure: no I/O, no clock, no environment.
    fn decide(observed: &Self::Observed) -> Decision<Self::Step>;

    /// Takes one step. Doing it twice must be doing it once.
    ///
    /// # Errors
    /// As [`Charm::observe`].
    fn apply(&mut self, unit: &Unit, step: &Self::Step) -> Result<(), Self::Error>;

    /// Runs an action. The status is left alone: an action decides nothing.
    ///
    /// # Errors
    /// [`ActionError`] fails the action with its text; the unit is not in error by it.
    fn act(&mut self, unit: &Unit, action: &ActionEvent) -> Result<(), ActionError> {
        let _ = unit;
        Err(ActionError::unknown(action))
    }
}
