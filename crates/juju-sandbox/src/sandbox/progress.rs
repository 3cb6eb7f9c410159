//! What a person sees while the sandbox works, and what is left when it is quiet.

use crate::trace::HookOutcome;
use juju_model::{Hook, UnitName};

/// One thing that just happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A hook begins.
    HookStarted {
        /// Of this unit.
        unit: &'a UnitName,
        /// Which.
        hook: &'a Hook,
    },
    /// It ended.
    HookEnded {
        /// Of this unit.
        unit: &'a UnitName,
        /// Which.
        hook: &'a Hook,
        /// How.
        outcome: &'a HookOutcome,
    },
    /// The pod of a unit runs.
    PodStarted {
        /// The pod's name.
        pod: &'a str,
    },
    /// The pod of a unit is gone.
    PodGone {
        /// The pod's name.
        pod: &'a str,
    },
    /// Nothing is owed; simulated time passes.
    TimePasses {
        /// How many seconds.
        seconds: u64,
    },
    /// Everything waits for a workload to become ready; this takes real time.
    AwaitingWorkloads {
        /// The units that wait.
        units: &'a [UnitName],
    },
}

/// How far [`super::Sandbox::settle`] came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Nothing is owed any more. Otherwise a bound was reached first.
    pub quiet: bool,
    /// The units whose last hook failed, with the hook and why.
    pub failed: Vec<(UnitName, String)>,
    /// How many hooks and actions ran.
    pub dispatches: usize,
}
