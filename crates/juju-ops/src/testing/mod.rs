//! A Juju in memory, to test a charm without one.
//!
//! A [`State`] and a [`Trigger`] enter, one dispatch runs through the very code that [`crate::main`] runs, and an
//! [`Outcome`] leaves: the state after it, the exit code, and every hook command with its arguments. Juju's answers,
//! refusals and permissions are those of a real unit agent; what a hook writes is kept only if it succeeds. A state
//! that Juju cannot be in is refused with all reasons at once.
//!
//! ```
//! # use juju_ops::*;
//! use juju_ops::testing::{Context, Declaration, State, on};
//!
//! struct Idle;
//!
//! impl Charm for Idle {
//!     type Observed = ();
//!     type Step = ();
//!     type Error = Error;
//!     fn observe(&mut self, _unit: &Unit) -> Result<(), Error> { Ok(()) }
//!     fn decide((): &()) -> Decision<()> { Decision::Settled(Status::active("idle")) }
//!     fn apply(&mut self, _unit: &Unit, (): &()) -> Result<(), Error> { Ok(()) }
//! }
//!
//! # fn main() -> Result<(), juju_ops::testing::Inconsistent> {
//! let context = Context::new(Declaration::new("idle"));
//! let outcome = context.run(&mut Idle, &on::start(), &State::new("idle/0"))?;
//! assert_eq!(outcome.exit_code, 0);
//! assert_eq!(outcome.state.status, Status::active("idle").into());
//! assert_eq!(outcome.commands(), ["status-get", "status-set"]);
//! # Ok(()) }
//! ```
//!
//! Kubernetes, Pebble and other worlds a charm works on are not part of this: pass fakes of them to the charm.

mod args;
mod consistency;
mod declaration;
mod environment;
mod juju;
pub mod on;
mod rules;
mod state;
mod tools;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

pub use declaration::{Declaration, OptionType, ParameterType};
pub use juju::Call;
pub use on::Trigger;
pub use state::{RelationState, SecretState, State};

use crate::charm::Charm;
use crate::clock::Clock;
use crate::context::JujuContext;
use crate::dispatch::dispatch;
use crate::hookcmds::Level;
use crate::log::Log;
use crate::transport::{Output, Transport};
use crate::unit::Unit;

use juju::Juju;

/// A state, or a trigger in it, that Juju cannot be in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot run charm `{charm}`: {}", .reasons.join("; "))]
pub struct Inconsistent {
    /// The charm as declared.
    pub charm: String,
    /// All reasons.
    pub reasons: Vec<String>,
}

/// What came of a dispatch.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// 0, or 1 where Juju would try again.
    pub exit_code: u8,
    /// The state afterwards. After a failure only what Juju writes at once is different: status and version.
    pub state: State,
    /// Every hook command, in order.
    pub calls: Vec<Call>,
    /// Every message to Juju's log.
    pub log: Vec<(Level, String)>,
    /// What the action returned, if it was one.
    pub action: ActionOutcome,
    /// How long the dispatch waited, on a clock of its own: no test waits.
    pub waited: Duration,
}

/// What an action returned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActionOutcome {
    /// The results, under dotted keys.
    pub results: BTreeMap<String, String>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// The lines of progress.
    pub progress: Vec<String>,
}

impl Outcome {
    /// The names of the hook commands, in order.
    pub fn commands(&self) -> Vec<&str> {
        self.calls.iter().map(|call| call.command.as_str()).collect()
    }
}

/// Where dispatches of one charm are run.
#[derive(Debug, Clone)]
pub struct Context {
    declaration: Declaration,
    faults: BTreeMap<String, Output>,
}

impl Context {
    /// For a charm that declares this.
    pub fn new(declaration: Declaration) -> Self {
        Self {
            declaration,
            faults: BTreeMap::new(),
        }
    }

    /// Makes every call of a hook command fail.
    #[must_use]
    pub fn failing(mut self, command: impl Into<String>, code: i32, message: impl fmt::Display) -> Self {
        let stderr = format!("ERROR {message}\n").into_bytes();
        self.faults.insert(
            command.into(),
            Output {
                code,
                stdout: Vec::new(),
                stderr,
            },
        );
        self
    }

    /// Runs one dispatch of a charm, from the environment to the exit code.
    ///
    /// # Errors
    /// The state cannot be, or the trigger cannot happen in it.
    pub fn run<C: Charm>(
        &self,
        charm: &mut C,
        trigger: &Trigger,
        state: &State,
    ) -> Result<Outcome, Inconsistent> {
        let juju = self.juju(trigger, state)?;
        let clock = CountingClock::default();
        let transport: Rc<dyn Transport> = Rc::clone(&juju) as _;
        let exit_code = dispatch(
            charm,
            environment::of(trigger, state),
            &transport,
            &clock,
            &Log::default(),
        );
        Ok(juju.outcome(exit_code, clock.0.get()))
    }

    /// Runs `act` with the unit of one dispatch, to test what is below a charm. The dispatch succeeds.
    ///
    /// # Errors
    /// The state cannot be, or the trigger cannot happen in it.
    pub fn with_unit<T>(
        &self,
        trigger: &Trigger,
        state: &State,
        act: impl FnOnce(&Unit) -> T,
    ) -> Result<(T, Outcome), Inconsistent> {
        let juju = self.juju(trigger, state)?;
        let context = JujuContext::from_environ(environment::of(trigger, state))
            .map_err(|error| self.inconsistent(vec![crate::error::chain(&error)]))?;
        let unit = Unit::new(context, Rc::clone(&juju) as _);
        let value = act(&unit);
        let exit_code = u8::from(unit.flush().is_err());
        Ok((value, juju.outcome(exit_code, Duration::ZERO)))
    }

    fn inconsistent(&self, reasons: Vec<String>) -> Inconsistent {
        Inconsistent {
            charm: self.declaration.name.clone(),
            reasons,
        }
    }

    fn juju(&self, trigger: &Trigger, state: &State) -> Result<Rc<Juju>, Inconsistent> {
        let reasons = consistency::reasons(&self.declaration, trigger, state);
        if !reasons.is_empty() {
            return Err(self.inconsistent(reasons));
        }
        Ok(Rc::new(Juju::new(
            self.declaration.clone(),
            trigger.clone(),
            state.clone(),
            self.faults.clone(),
        )))
    }
}

/// A clock that only its own sleep moves.
#[derive(Default)]
struct CountingClock(Cell<Duration>);

impl Clock for CountingClock {
    fn now(&self) -> Duration {
        self.0.get()
    }

    fn sleep(&self, duration: Duration) {
        self.0.set(self.0.get() + duration);
    }
}
