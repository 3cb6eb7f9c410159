//! The decision: gates first, then the stages in order. Pure.

use std::ops::ControlFlow;

use juju_ops::{Decision, Status};

use crate::{
    facts::{Estate, Facts, Leaving, Observed},
    stage::{self, Step, Target},
};

pub(crate) fn decide(observed: &Observed) -> Decision<Step> {
    match observed {
        Observed::Leaving(leaving) => leave(leaving),
        Observed::Invalid(status) => Decision::Settled(status.clone()),
        Observed::Standby => Decision::Settled(Status::active("Standby (leader manages storage)")),
        Observed::Leader(facts) => match stages(facts) {
            ControlFlow::Break(decision) => decision,
            ControlFlow::Continue(()) => Decision::Settled(stage::settle::status(facts)),
        },
    }
}

fn stages(facts: &Facts) -> ControlFlow<Decision<Step>> {
    stage::claim::decide(facts)?;
    stage::publish::decide(facts)
}

fn leave(leaving: &Leaving) -> Decision<Step> {
    match leaving {
        Leaving::Stopping => Decision::Settled(Status::maintenance("Stopping")),
        Leaving::Keeping => Decision::Settled(Status::maintenance("The claim and its data are kept")),
        Leaving::Last(estate) => bequeath(estate),
    }
}

/// The claim is not deleted here: whether the application goes or is only scaled to 0, a unit cannot tell. It is handed over to
/// what stays in the one case and goes in the other.
fn bequeath(estate: &Estate) -> Decision<Step> {
    match estate.going() {
        Err(_) => Decision::Settled(Status::maintenance("The claim and its data are kept")),
        Ok((claim, application)) if claim.deleting || claim.goes_with.as_deref() == Some(application) => {
            let name = &claim.name;
            Decision::Settled(Status::maintenance(format!(
                "Claim {name} goes with the application"
            )))
        }
        Ok((claim, application)) => Decision::Do(Step::HandOver {
            claim: Target::of(claim),
            application: application.to_owned(),
        }),
    }
}

#[cfg(test)]
pub(crate) mod tests;
