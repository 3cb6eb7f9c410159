//! Stage `volume`, for a static claim: its volume is there and waits for it, or the decision says what stands in the way.

use std::ops::ControlFlow;

use charmarr_lib::claim::{LiveClaim, LiveVolume, Ownership, Phase, ReservedFor};

use super::claim::{Decided, Step, blocked, label, step};
use crate::facts::{Facts, Read};

/// `claim`: the one that is to have the volume, if it is there already.
pub(super) fn decide(facts: &Facts, read: &Read, claim: Option<&LiveClaim>) -> Decided {
    if read
        .volume
        .as_ref()
        .is_some_and(|volume| volume.phase == Phase::Failed)
    {
        let backend = facts.wanted.claim.backend.kind();
        return blocked(format!("{} PV failed. Check storage backend", label(backend)));
    }
    let waits = |claim: &LiveClaim| claim.phase == Phase::Pending && claim.ownership != Ownership::Foreign;
    if !facts.wanted.claim.backend.kind().is_static() || !claim.is_none_or(waits) {
        return ControlFlow::Continue(());
    }
    match &read.volume {
        None => step(Step::ApplyVolume(facts.wanted.claim.clone())),
        Some(volume) => fits(facts, volume, claim),
    }
}

/// A claim binds to a volume that names it, and no other claim of its name.
fn fits(facts: &Facts, volume: &LiveVolume, claim: Option<&LiveClaim>) -> Decided {
    let name = &volume.name;
    if volume.ownership == Ownership::Foreign {
        return blocked(format!(
            "Volume {name} belongs to someone else. Set claim-name to another name"
        ));
    }
    if volume.deleting {
        return blocked(format!(
            "Volume {name} is being deleted: a new one is made when it is gone"
        ));
    }
    let Some(reserved) = &volume.claim else {
        return ControlFlow::Continue(());
    };
    let wanted = &facts.wanted.claim;
    let ReservedFor {
        namespace,
        name: of,
        uid,
    } = reserved;
    if *namespace != wanted.model || of != wanted.name.as_str() {
        return blocked(format!(
            "Volume {name} is for claim {namespace}/{of}. Set claim-name to another name"
        ));
    }
    match uid {
        Some(uid) if claim.is_none_or(|claim| claim.uid != *uid) => step(Step::Reclaim {
            volume: name.clone(),
            uid: uid.clone(),
        }),
        Some(_) | None => ControlFlow::Continue(()),
    }
}
