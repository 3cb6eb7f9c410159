//! Stage `claim`: the claim is there and usable, or the decision says what stands in the way.
//!
//! What cannot be changed any more (see [`Difference`]) does not stop this stage: applications that have their data keep it,
//! and new ones get it. It is said at the end, by the stage `settle`.
//!
//! [`Difference`]: charmarr_lib::claim::Difference

use std::ops::ControlFlow;

use charmarr_lib::claim::{self, BackendKind, LiveClaim, ORIGINAL_CLAIM_NAME, Ownership, Phase};
use juju_ops::{Decision, Status};

use super::publish;
use crate::facts::{Facts, Read, Remembered, Seen};

/// One change to the claim or its volume.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    ApplyVolume(claim::Wanted),
    ApplyClaim(claim::Wanted),
    /// Keep in the charm state that this claim is ours.
    Remember(Remembered),
}

type Decided = ControlFlow<Decision<super::Step>>;

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
    match &read.claim {
        Some(claim) => there(facts, read, claim),
        None => absent(facts, read),
    }
}

fn absent(facts: &Facts, read: &Read) -> Decided {
    let wanted = &facts.wanted;
    let name = &wanted.claim.name;
    if let Some(remembered) = facts
        .remembered
        .as_ref()
        .filter(|remembered| remembered.name == *name)
    {
        publish::withdraw(facts)?;
        return blocked(format!(
            "Claim {} is gone. Restore it, or set claim-name to another name to start an empty one",
            remembered.name
        ));
    }
    if read.original && !wanted.named {
        return blocked(format!(
            "Found claim {ORIGINAL_CLAIM_NAME}. Set claim-name={ORIGINAL_CLAIM_NAME} to go on with it, or another name to start an empty one"
        ));
    }
    if wanted.claim.backend.kind().is_static() {
        match &read.volume {
            None => return step(Step::ApplyVolume(wanted.claim.clone())),
            Some(volume) if volume.ownership == Ownership::Foreign => {
                let volume = read.volume_name.as_deref().unwrap_or_default();
                return blocked(format!(
                    "Volume {volume} belongs to someone else. Set claim-name to another name"
                ));
            }
            Some(_) => {}
        }
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
    if claim.phase == Phase::Lost {
        publish::withdraw(facts)?;
        return blocked(format!("PVC lost. Check {} backend", label(backend)));
    }
    if claim.ownership == Ownership::Foreign && !facts.wanted.named {
        return blocked(format!(
            "Claim {name} belongs to someone else. Set claim-name={name} to use it as it is, or another name"
        ));
    }
    if let Some(volume) = &read.volume {
        if volume.phase == Phase::Failed {
            return blocked(format!("{} PV failed. Check storage backend", label(backend)));
        }
    } else if claim.ownership != Ownership::Foreign
        && claim.phase == Phase::Pending
        && claim.is_static()
        && backend.is_static()
    {
        return step(Step::ApplyVolume(facts.wanted.claim.clone()));
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
fn label(backend: BackendKind) -> &'static str {
    match backend {
        BackendKind::StorageClass => "storage",
        BackendKind::NativeNfs => "NFS",
        BackendKind::HostPath => "hostPath",
    }
}

fn step(step: Step) -> Decided {
    ControlFlow::Break(Decision::Do(super::Step::Claim(step)))
}

fn blocked(why: String) -> Decided {
    ControlFlow::Break(Decision::Settled(Status::Blocked(why)))
}
