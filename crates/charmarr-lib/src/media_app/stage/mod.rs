//! The stages: each ends the decision, asks for a look at what it needs, or lets the next stage go on. Pure.

pub(super) mod mount;
pub(super) mod ready;
pub(super) mod relation;
mod rollout;
pub(super) mod standby;
#[cfg(test)]
mod tests;
pub(super) mod workload;

use std::ops::ControlFlow::{self, Break, Continue};

use juju_ops::{Decision, Status};

use super::desired::Desired;
use super::facts::{Facts, Observed};
use super::words;
use crate::interfaces::media_storage::MediaStorageProviderData;

/// One change to the world.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Standby(standby::Step),
    Relation(relation::Step),
    Mount(mount::Step),
    Workload(workload::Step),
    Ready(ready::Step),
}

/// What must be looked at before more can be decided, and by what it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Gate {
    /// What is mounted in the application's `StatefulSet`.
    StatefulSet,
    /// Whether this pod is of the newest template.
    Pod,
    /// What the options and the storage's data want in the workload container.
    Desired(MediaStorageProviderData),
    /// The workload container.
    Container(Desired),
    /// The application itself.
    Application,
}

impl Gate {
    /// What is waited for as long as nobody looked.
    fn unopened(&self) -> Status {
        match self {
            Self::StatefulSet | Self::Pod => words::no_kubernetes(),
            Self::Desired(_) | Self::Container(_) | Self::Application => words::no_pebble(),
        }
    }
}

/// What ends the stages.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    /// Something is not known yet.
    Look(Gate),
    /// Enough is known.
    Decide(Decision<Step>),
}

/// What a stage leaves: an end, or what it hands to the next one.
pub(super) type Flow<T = ()> = ControlFlow<End, T>;

pub(super) fn decide(observed: &Observed) -> Decision<Step> {
    match observed {
        Observed::Standby(standby) => standby::decide(standby),
        Observed::Leader(facts) => match run(facts) {
            Break(End::Decide(decision)) => decision,
            // What observes looks as long as a gate is asked for.
            Break(End::Look(gate)) => Decision::wait(gate.unopened()),
            // All stages are content. What is wrong with the relation all the same is told last.
            Continue(()) => {
                let complaint = facts.relation.offer.complaint(true);
                Decision::Settled(complaint.unwrap_or_else(|| Status::active("")))
            }
        },
    }
}

/// What must be looked at before the stages can decide, if something must.
pub(super) fn gate(facts: &Facts) -> Option<Gate> {
    match run(facts) {
        Break(End::Look(gate)) => Some(gate),
        Break(End::Decide(_)) | Continue(()) => None,
    }
}

/// The stages in their order.
fn run(facts: &Facts) -> Flow {
    relation::decide(facts)?;
    let data = mount::decide(facts)?;
    rollout::decide(facts)?;
    let workload = workload::decide(facts, data)?;
    ready::decide(facts, workload)
}

/// A fact, or the look that brings it.
fn seen<T>(fact: Option<&T>, gate: impl FnOnce() -> Gate) -> Flow<&T> {
    fact.map_or_else(|| Break(End::Look(gate())), Continue)
}

/// Ends the decision with a change to the world.
fn step<T>(step: Step) -> Flow<T> {
    Break(End::Decide(Decision::Do(step)))
}

/// Ends the decision: the world must move first.
fn wait<T>(status: Status) -> Flow<T> {
    Break(End::Decide(Decision::wait(status)))
}

/// Ends the decision: a person must act.
fn settle<T>(status: Status) -> Flow<T> {
    Break(End::Decide(Decision::Settled(status)))
}
