//! Stage `claim`: the claim is there and usable, or the decision says what stands in the way.
//!
//! What cannot be changed any more (see [`Difference`]) does not stop this stage: applications that have their data keep it,
//! and new ones get it. It is said at the end, by the stage `settle`.
//!
//! [`Difference`]: charmarr_lib::claim::Difference

use std::ops::ControlFlow;

use charmarr_lib::claim::{self, BackendKind, LiveClaim, ORIGINAL_CLAIM_NAME, Ownership, Phase};
use juju_ops::{Decision, Status};

use super::{Target, publish, volume};
use crate::{
    application,
    facts::{Facts, Read, Seen},
    memory::{InUse, Remembered},
};

/// One change to the claim or its volume.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    ApplyVolume(claim::Wanted),
    ApplyClaim(claim::Wanted),
    /// Frees our volume of the claim of this uid, which is gone, for the next one of that name.
    Reclaim {
        volume: String,
        uid: String,
    },
    /// The application is there again: its claim goes with nobody, least of all with this `StatefulSet`.
    TakeBack {
        claim: Target,
        application: String,
    },
    /// Keep in mind, for the whole application, that this claim is in use.
    Remember(Remembered),
}

pub(super) type Decided = ControlFlow<Decision<super::Step>>;

pub(crate) fn decide(facts: &Facts) -> Decided {
    let read = match &facts.cluster {
        Seen::Read(read) => read,
        Seen::Forbidden { verb, resource } => {
            let app = &facts.wanted.claim.app;
            return blocked(format!(
                "Not allowed to {verb} {resource}: run `juju trust {app} --scope=cluster`"
            ));
        }
        Seen::Unavailable => {
            return ControlFlow::Break(Decision::wait(Status::waiting("Waiting for the Kubernetes API")));
        }
        Seen::Refused(why) => return blocked(why.clone()),
    };
    let app = &facts.wanted.claim.app;
    match &read.in_use {
        InUse::Nothing | InUse::Claim(_) => {}
        InUse::Several(names) => {
            return blocked(format!(
                "Found claims {}. Set claim-name to the one to go on with",
                names.join(", ")
            ));
        }
        InUse::Unreadable => {
            return blocked(format!(
                "Cannot read which claim was in use. If none was: `kubectl annotate statefulset {app} {}-`",
                application::NOTE
            ));
        }
    }
    match &read.claim {
        Some(claim) => there(facts, read, claim),
        None => absent(facts, read),
    }
}

fn absent(facts: &Facts, read: &Read) -> Decided {
    let wanted = &facts.wanted;
    let name = &wanted.claim.name;
    if read.in_use.claim().is_some_and(|in_use| in_use.name == *name) {
        publish::withdraw(facts)?;
        return blocked(format!(
            "Claim {name} is gone. Restore it, or set claim-name to another name to start an empty one"
        ));
    }
    if read.original && !wanted.named {
        return blocked(format!(
            "Found claim {ORIGINAL_CLAIM_NAME}. Set claim-name={ORIGINAL_CLAIM_NAME} to go on with it, or another name to start an empty one"
        ));
    }
    if wanted.claim.backend.kind().is_static() {
        volume::decide(facts, read, None)?;
    }
    step(Step::ApplyClaim(wanted.claim.clone()))
}

fn there(facts: &Facts, read: &Read, claim: &LiveClaim) -> Decided {
    let name = &facts.wanted.claim.name;
    let backend = facts.wanted.claim.backend.kind();
    if claim.deleting {
        publish::withdraw(facts)?;
        return blocked(format!(
            "Claim {name} is being deleted: it goes when no application mounts it any more"
        ));
    }
    if let (Some(application), true) = (&claim.goes_with, claim.ownership != Ownership::Foreign) {
        return step(Step::TakeBack {
            claim: Target::of(claim),
            application: application.clone(),
        });
    }
    if claim.phase == Phase::Lost {
        publish::withdraw(facts)?;
        return blocked(format!("PVC lost. Check {} backend", label(backend)));
    }
    if claim.ownership == Ownership::Foreign && !facts.wanted.named {
        return blocked(format!(
            "Claim {name} belongs to someone else. Set claim-name={name} to use it as it is, or another name"
        ));
    }
    if claim.is_static() {
        volume::decide(facts, read, Some(claim))?;
    }
    let remembered = Remembered {
        name: name.clone(),
        uid: claim.uid.clone(),
    };
    if facts.remembered.as_ref() != Some(&remembered) {
        return step(Step::Remember(remembered));
    }
    ControlFlow::Continue(())
}

/// What a status calls a backend.
pub(super) fn label(backend: BackendKind) -> &'static str {
    match backend {
        BackendKind::StorageClass => "storage",
        BackendKind::NativeNfs => "NFS",
        BackendKind::HostPath => "hostPath",
    }
}

pub(super) fn step(step: Step) -> Decided {
    ControlFlow::Break(Decision::Do(super::Step::Claim(step)))
}

pub(super) fn blocked(why: String) -> Decided {
    ControlFlow::Break(Decision::Settled(Status::Blocked(why)))
}
