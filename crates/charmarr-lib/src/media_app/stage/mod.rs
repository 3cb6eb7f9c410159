//! The stages: each looks at its facts and either ends the decision or lets the next stage look at its own. Pure.

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

use super::facts::{Facts, Observed};

/// One change to the world.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Standby(standby::Step),
    Relation(relation::Step),
    Mount(mount::Step),
    Workload(workload::Step),
    Ready(ready::Step),
}

/// What a stage leaves: an end of the decision, or content.
pub(super) type Flow = ControlFlow<Decision<Step>>;

pub(super) fn decide(observed: &Observed) -> Decision<Step> {
    match observed {
        Observed::Standby(standby) => standby::decide(standby),
        Observed::Leader(facts) => match run(facts) {
            Break(decision) => decision,
            // All stages are content. What is wrong with the relation all the same is told last.
            Continue(()) => {
                let complaint = facts.relation.offer.complaint(true);
                Decision::Settled(complaint.unwrap_or_else(|| Status::active("")))
            }
        },
    }
}

/// The stages in their order. A gate that is still closed ends them: nothing is known behind it.
fn run(facts: &Facts) -> Flow {
    before_ready(facts)?;
    ready::decide(facts)
}

/// Whether the stages before the look at Kubernetes are content.
pub(super) fn before_mount(facts: &Facts) -> Flow {
    relation::decide(facts)
}

/// Whether the stages before the look at the pod are content.
pub(super) fn before_rollout(facts: &Facts) -> Flow {
    before_mount(facts)?;
    mount::decide(facts)
}

/// Whether the stages before the look into the container are content.
pub(super) fn before_workload(facts: &Facts) -> Flow {
    before_rollout(facts)?;
    rollout::decide(facts)
}

/// Whether the stages before the look at the application are content.
pub(super) fn before_ready(facts: &Facts) -> Flow {
    before_workload(facts)?;
    workload::decide(facts)
}

/// Ends the decision: the world must move first.
fn wait(status: Status) -> Flow {
    Break(Decision::wait(status))
}

/// Ends the decision: a person must act.
fn settle(status: Status) -> Flow {
    Break(Decision::Settled(status))
}
