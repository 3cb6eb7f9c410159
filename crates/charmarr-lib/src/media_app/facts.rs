//! What is known of the world: plain data, filled in gate by gate. What is `None` was not looked at.

use std::time::Duration;

use juju_ops::{AppName, InvalidConfig};
use pebble_client::{Current, FileInfo};

use super::desired::Desired;
use crate::interfaces::media_storage::{MediaStorageProviderData, Offer};
use crate::mount::{Mounted, SharedMount};

/// What a dispatch saw.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Observed {
    /// Of a unit that does not lead.
    Standby(Standby),
    /// Of the leader.
    Leader(Box<Facts>),
}

/// What a unit that does not lead sees.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standby {
    /// How many units there are to be beside this one.
    pub(super) beside: usize,
    /// Whether the workload runs here all the same.
    pub(super) running: bool,
}

/// What the leader sees.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facts {
    pub(super) app: AppName,
    /// The workload container, and its service.
    pub(super) container: &'static str,
    pub(super) port: u16,
    pub(super) relation: RelationFacts,
    /// What is mounted in the application's `StatefulSet`, if there is one.
    pub(super) stateful_set: Option<Kubernetes<Option<Mounted>>>,
    /// Why this dispatch could not change it.
    pub(super) refusal: Option<Refusal>,
    /// Whether this pod is of the newest template and stays.
    pub(super) pod_is_current: Option<Kubernetes<bool>>,
    /// What should be in the container, unless an option is wrong.
    pub(super) desired: Option<Result<Desired, InvalidConfig>>,
    pub(super) workload: Option<Container>,
    /// Whether its port was opened.
    pub(super) port_is_open: bool,
    pub(super) ready: Option<Ready>,
}

/// The relation with the storage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RelationFacts {
    pub(super) offer: Offer,
    /// Whether some relation was not told yet which application this is.
    pub(super) untold: bool,
    /// The last good data, mounted by this unit and not given up.
    pub(super) kept: Option<MediaStorageProviderData>,
}

/// What the API server said, or why it said nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kubernetes<T> {
    /// The application lacks the right.
    Untrusted,
    /// No answer.
    Unreachable,
    /// This.
    Said(T),
}

/// Why the API server refused a change, where a person must act.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    /// The application lacks the right.
    Untrusted,
    /// Something is in the way.
    InTheWay {
        /// Who put it there, where that is known.
        owner: Option<String>,
        /// What it is.
        what: String,
    },
}

/// The workload container.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Container {
    /// Pebble does not answer.
    Unreachable,
    /// The volume is not mounted in it.
    NoVolume,
    /// The volume is mounted and cannot be written to.
    ReadOnly,
    /// The volume is mounted.
    Seen(Workload),
}

/// What is in the container, and runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Workload {
    /// Folders that are not there.
    pub(super) missing: Vec<String>,
    /// Whether all settings were given to the workload's user, who can write them.
    pub(super) config_is_given: bool,
    /// Whether Pebble's plan is as desired and was acted on.
    pub(super) planned: bool,
    /// The service, if the plan has it.
    pub(super) service: Option<Current>,
    /// How long ago a step of this dispatch started it.
    pub(super) started: Option<Duration>,
    /// What could not be prepared by a step of this dispatch, or cannot be used.
    pub(super) unprepared: Option<Unprepared>,
}

/// What could not be prepared in the container, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unprepared {
    /// A folder on the volume.
    Folders(String),
    /// This folder on the volume the workload's user cannot use, or cannot make one in it; nor can root. What Pebble tells of
    /// it, if it may look.
    Denied {
        folder: String,
        found: Option<Box<FileInfo>>,
    },
    /// The settings.
    Config(String),
    /// The settings, for they are too many for one dispatch.
    ConfigInTime,
}

/// What is known to have been carried out to its end for what is desired now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    /// Pebble acted on the layer.
    pub(super) layer: bool,
    /// All settings were given to the workload's user.
    pub(super) config: bool,
}

/// How far the application works.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ready {
    /// Whether it answers.
    pub(super) answers: bool,
    /// Whether Pebble's readiness check knows of that.
    pub(super) known: bool,
    /// Whether Pebble asks it again and again, and tells Juju when a silent one answers.
    pub(super) watched: bool,
}

impl From<&MediaStorageProviderData> for SharedMount {
    fn from(data: &MediaStorageProviderData) -> Self {
        Self {
            claim: data.pvc_name.clone(),
            path: data.mount_path.clone(),
        }
    }
}
