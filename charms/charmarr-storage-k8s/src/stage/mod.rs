//! The stages of a decision, one file each. Each looks at the facts and either decides or lets the next one look.

pub(crate) mod claim;
pub(crate) mod publish;
pub(crate) mod settle;
pub(crate) mod volume;

use charmarr_lib::claim::LiveClaim;

/// One change to the world.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Of the claim and its volume.
    Claim(claim::Step),
    /// Of what is published and noted.
    Publish(publish::Step),
    /// The claim goes with the application, as a person asked: this `StatefulSet`, by its uid, becomes an owner.
    HandOver { claim: Target, application: String },
}

/// A claim, and no other of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) uid: String,
}

impl Target {
    pub(crate) fn of(claim: &LiveClaim) -> Self {
        Self {
            name: claim.name.clone(),
            uid: claim.uid.clone(),
        }
    }
}
