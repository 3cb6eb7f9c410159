//! What one look at the world found: plain data, which every decision is taken on.

use std::collections::BTreeMap;

use charmarr_lib::{
    PvcName,
    claim::{LiveClaim, LiveVolume},
    interfaces::media_storage::MediaStorageProviderData,
};
use juju_ops::{RelationId, Status};
use serde::{Deserialize, Serialize};

use crate::options::Wanted;

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
    /// The last unit is removed, and a person asked for the claim to go with it.
    CleaningUp {
        /// What there is to delete.
        claim: Box<Read>,
        /// Which claim that is.
        name: PvcName,
    },
}

/// What the leader sees.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    pub(crate) wanted: Wanted,
    /// The claim that this application has made or taken over, as remembered in the charm state.
    pub(crate) remembered: Option<Remembered>,
    pub(crate) cluster: Seen,
    pub(crate) consumers: Vec<Consumer>,
    /// The consumers that the last dispatch knew: relation number to name.
    pub(crate) noted: BTreeMap<u32, String>,
}

/// The claim of this application, kept in the charm state: a claim that was there once is never silently made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) name: PvcName,
    pub(crate) uid: String,
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
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Read {
    pub(crate) claim: Option<LiveClaim>,
    /// The volume of a static claim.
    pub(crate) volume: Option<LiveVolume>,
    /// The name of that volume.
    pub(crate) volume_name: Option<String>,
    /// Our claim is not there, and one that the original charm makes is.
    pub(crate) original: bool,
    /// The remembered claim is still there under a name that is no longer configured.
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
