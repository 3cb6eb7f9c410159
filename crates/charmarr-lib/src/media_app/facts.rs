//! What is known of the world: plain data, filled in gate by gate. What is `None` was not looked at.

use juju_ops::{AppName, InvalidConfig, Status};
use pebble_client::Current;

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
    /// Why the last step of this dispatch did not come about, where a person must know.
    pub(super) refusal: Option<Status>,
    pub(super) relation: RelationFacts,
    pub(super) kubernetes: Option<Kubernetes>,
    /// Whether this pod is of the newest template and stays.
    pub(super) pod_is_current: Option<bool>,
    /// What should be in the container, unless an option is wrong.
    pub(super) desired: Option<Result<Desired, InvalidConfig>>,
    pub(super) workload: Option<Container>,
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

/// The application's `StatefulSet`, or why it was not seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kubernetes {
    /// The application lacks the right.
    Untrusted,
    /// No answer.
    Unreachable,
    /// There is none.
    Absent,
    /// What is mounted in it.
    Found(Mounted),
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
    /// Whether the workload's user can write its settings.
    pub(super) config_is_writable: bool,
    /// Whether Pebble's plan is as desired and was acted on.
    pub(super) planned: bool,
    /// The service, if the plan has it.
    pub(super) service: Option<Current>,
    /// Whether a step of this dispatch started it.
    pub(super) started: bool,
}

/// How far the application works.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ready {
    /// Whether it answers.
    pub(super) answers: bool,
    /// Whether its port was opened.
    pub(super) port_is_open: bool,
}

impl RelationFacts {
    /// The data the workload runs with: what is offered, or what is still mounted.
    pub(super) fn data(&self) -> Option<&MediaStorageProviderData> {
        match &self.offer {
            Offer::Ready(data) => Some(data),
            Offer::NotRelated => None,
            Offer::NotYet { .. } | Offer::Invalid(_) | Offer::Several { .. } => self.kept.as_ref(),
        }
    }
}

impl From<&MediaStorageProviderData> for SharedMount {
    fn from(data: &MediaStorageProviderData) -> Self {
        Self {
            claim: data.pvc_name.clone(),
            path: data.mount_path.clone(),
        }
    }
}
