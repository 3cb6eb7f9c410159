//! What one look at the world found: plain data, which every decision is taken on.

use std::collections::BTreeMap;

use charmarr_lib::{
    PvcName,
    claim::{LiveClaim, LiveVolume, Ownership},
    interfaces::media_storage::MediaStorageProviderData,
};
use juju_ops::{RelationId, Status};

use crate::{
    memory::{InUse, Memory, Remembered},
    options::Wanted,
};

/// The gates, in the order in which they open. Nothing is read before its gate is open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Observed {
    /// The unit is going away.
    Leaving(Leaving),
    /// An option is missing or wrong.
    Invalid(Status),
    /// The options are right and another unit leads.
    Standby,
    /// This unit leads.
    Leader(Box<Facts>),
}

/// What a unit that goes away may still have to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Leaving {
    /// The pod stops; the unit may come back.
    Stopping,
    /// The unit is removed, and nothing is to be removed with it.
    Keeping,
    /// The last unit is removed, and a person asked for the claim to go with the application.
    Last(Box<Estate>),
}

/// What the last unit leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Estate {
    /// What is remembered; nothing else is ever deleted.
    pub(crate) memory: Memory,
    /// All claims.
    pub(crate) claims: Vec<LiveClaim>,
    /// The uid of the application's `StatefulSet`.
    pub(crate) application: Option<String>,
}

/// What the leader sees.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    pub(crate) wanted: Wanted,
    /// The claim that this unit remembers.
    pub(crate) remembered: Option<Remembered>,
    pub(crate) cluster: Seen,
    pub(crate) consumers: Vec<Consumer>,
    /// The consumers that the last dispatch knew: relation number to name.
    pub(crate) noted: BTreeMap<u32, String>,
    /// Nothing happened: Juju asks how things are. What was to happen by itself had its time.
    pub(crate) idle: bool,
}

/// What Kubernetes says, or why it says nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    /// This is there.
    Read(Box<Read>),
    /// The charm may not do this: no `--trust`.
    Forbidden { verb: String, resource: String },
    /// It does not answer.
    Unavailable,
    /// It refused what the charm wanted, with this text.
    Refused(String),
}

/// The objects that matter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Read {
    /// The claim that the application has in use, there or not.
    pub(crate) in_use: InUse,
    /// That claim if it is there; otherwise the one of the configured name.
    pub(crate) claim: Option<LiveClaim>,
    /// The volume of a static claim.
    pub(crate) volume: Option<LiveVolume>,
    /// The name of that volume.
    pub(crate) volume_name: Option<String>,
    /// Our claim is not there, and one that the original charm makes is.
    pub(crate) original: bool,
    /// The claim in use is there, under a name that is not the configured one: this one is.
    pub(crate) renamed_to: Option<PvcName>,
}

/// One related application.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Consumer {
    pub(crate) id: RelationId,
    /// What it calls itself; the application's name as long as it says nothing that can be used.
    pub(crate) name: String,
    pub(crate) published: Option<MediaStorageProviderData>,
}

impl Estate {
    /// The claim that goes with the application and the uid of what it goes with, or why it is kept.
    pub(crate) fn going(&self) -> Result<(&LiveClaim, &str), String> {
        let remembered = match &self.memory {
            Memory::Claim(remembered) => remembered,
            Memory::Nothing => return Err("no claim was in use".to_owned()),
            Memory::Unreadable => return Err("the note of the claim in use cannot be read".to_owned()),
        };
        let name = &remembered.name;
        let claim = remembered
            .find(&self.claims)
            .ok_or_else(|| format!("claim `{name}` is not the one that was in use any more"))?;
        if claim.ownership == Ownership::Foreign {
            return Err(format!("claim `{name}` belongs to someone else"));
        }
        let application = self.application.as_deref();
        Ok((claim, application.ok_or("the application has no StatefulSet")?))
    }
}
