//! The decision: gates first, then the stages in order. Pure.

use std::ops::ControlFlow;

use charmarr_lib::{PvcName, claim::Ownership};
use juju_ops::{Decision, Status};

use crate::{
    facts::{Facts, Leaving, Observed, Read},
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
        Leaving::CleaningUp { claim, name } => match clean_up(claim, name) {
            Some(step) => Decision::Do(step),
            None => Decision::Settled(Status::maintenance("Nothing of ours is left to delete")),
        },
    }
}

/// Only what this very application made, or what the original charm made under the configured name.
fn clean_up(read: &Read, name: &PvcName) -> Option<Step> {
    let ours = |ownership, deleting: bool| ownership != Ownership::Foreign && !deleting;
    let claim = read
        .claim
        .as_ref()
        .filter(|claim| ours(claim.ownership, claim.deleting))
        .map(|claim| Target {
            name: name.to_string(),
            uid: claim.uid.clone(),
        });
    let volume = read
        .volume
        .as_ref()
        .filter(|volume| ours(volume.ownership, volume.deleting))
        .map(|volume| Target {
            name: volume.name.clone(),
            uid: volume.uid.clone(),
        });
    (claim.is_some() || volume.is_some()).then_some(Step::CleanUp { claim, volume })
}

#[cfg(test)]
mod tests;
