//! Why Juju woke the charm. Plain data, made by [`crate::JujuContext`] from the hook's environment.
//!
//! An event wakes; it does not steer. What a charm does follows from what it observes, so most charms look at the
//! event only to run an action or to log. Juju adds hooks and variables in minor releases, so the types here grow: they
//! are made by this crate alone, and a `match` outside has an arm for what is not known yet.

use crate::name::{
    ActionName, AppName, ContainerName, EndpointName, RelationId, SecretId, StorageId, StorageName, UnitName,
};

/// What happened. Hooks this version does not know are [`Event::Other`]: Juju adds hooks in minor releases, and a
/// charm must take them as a reason to look again, nothing more.
///
/// See Juju's [list of hooks](https://documentation.ubuntu.com/juju/3.6/reference/hook/).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The first hook of a unit.
    Install,
    /// The unit agent started: after `install`, and again after every restart of the pod.
    Start,
    /// Options, trust or the address may have changed; also once after every start of the agent.
    ConfigChanged,
    /// The charm was deployed anew: a refresh, a new resource, or a new pod.
    UpgradeCharm,
    /// The regular look, every five minutes by default.
    UpdateStatus,
    /// The pod stops. The unit may come back.
    Stop,
    /// The last hook: the unit is gone.
    Remove,
    /// This unit was made the leader.
    LeaderElected,
    /// Something about a relation.
    Relation(RelationEvent),
    /// Something about a workload container.
    Workload(WorkloadEvent),
    /// Something about a secret.
    Secret(SecretEvent),
    /// Something about a storage.
    Storage(StorageEvent),
    /// An operator runs an action.
    Action(ActionEvent),
    /// A hook this version does not know, by its name.
    Other(String),
}

impl Event {
    /// Whether a relation, or the whole unit, is going away, so that Juju may refuse what it lists.
    pub(crate) fn is_teardown_of(&self, relation: &RelationId) -> bool {
        match self {
            Self::Stop | Self::Remove => true,
            Self::Relation(event) => match event.change {
                RelationChange::Departed { .. } | RelationChange::Broken => event.id == *relation,
                RelationChange::Created | RelationChange::Joined | RelationChange::Changed => false,
            },
            Self::Install
            | Self::Start
            | Self::ConfigChanged
            | Self::UpgradeCharm
            | Self::UpdateStatus
            | Self::LeaderElected
            | Self::Workload(_)
            | Self::Secret(_)
            | Self::Storage(_)
            | Self::Action(_)
            | Self::Other(_) => false,
        }
    }

    /// The relation whose `relation-broken` this is.
    pub(crate) fn broken_relation(&self) -> Option<&RelationId> {
        self.as_relation()
            .filter(|event| event.change == RelationChange::Broken)
            .map(|event| &event.id)
    }

    /// The relation event, if it is one.
    pub fn as_relation(&self) -> Option<&RelationEvent> {
        if let Self::Relation(event) = self {
            Some(event)
        } else {
            None
        }
    }
}

/// A relation hook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelationEvent {
    /// The local endpoint.
    pub endpoint: EndpointName,
    /// The relation.
    pub id: RelationId,
    /// The application at the other side. Juju may not know it in `relation-broken` after an agent restart.
    pub remote_app: Option<AppName>,
    /// The remote unit it is about; none where it is about the application.
    pub remote_unit: Option<UnitName>,
    /// What happened to the relation.
    pub change: RelationChange,
}

/// What happened to a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelationChange {
    /// The relation exists; no remote unit has been seen yet.
    Created,
    /// A remote unit came; exactly one `Changed` for it follows.
    Joined,
    /// Data changed: of the remote unit, or of the remote application where no unit is named.
    Changed,
    /// A remote unit left, or this unit is leaving.
    Departed {
        /// Who leaves: the remote unit, or this unit itself.
        departing_unit: Option<UnitName>,
    },
    /// The relation is gone for this unit.
    Broken,
}

/// A hook about a workload container.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkloadEvent {
    /// The container.
    pub container: ContainerName,
    /// What happened in it.
    pub change: WorkloadChange,
}

/// What Pebble in a workload container had to say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkloadChange {
    /// Pebble answers, after a start or restart: its plan may be empty.
    Ready,
    /// Someone in the container ran `pebble notify`.
    CustomNotice {
        /// Pebble's id of the notice.
        id: String,
        /// The kind, `custom`.
        kind: String,
        /// The key, `example.com/backup-done`.
        key: String,
    },
    /// A health check failed as often as its threshold.
    CheckFailed {
        /// The name of the check.
        check: String,
    },
    /// A failed health check passed again.
    CheckRecovered {
        /// The name of the check.
        check: String,
    },
}

/// A hook about a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretEvent {
    /// The secret.
    pub id: SecretId,
    /// The label this charm gave it.
    pub label: Option<String>,
    /// What happened to it.
    pub change: SecretChange,
}

/// What happened to a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretChange {
    /// A secret of someone else has a new revision.
    Changed,
    /// A secret of ours is due for rotation.
    Rotate,
    /// A revision of ours expired.
    Expired {
        /// The revision.
        revision: u64,
    },
    /// Nobody tracks a revision of ours any more.
    Remove {
        /// The revision.
        revision: u64,
    },
}

/// A hook about a storage instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageEvent {
    /// The storage.
    pub name: StorageName,
    /// The instance.
    pub id: StorageId,
    /// Where it is mounted in the charm's container.
    pub location: Option<String>,
    /// What happened to it.
    pub change: StorageChange,
}

/// What happened to a storage instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageChange {
    /// It can be used.
    Attached,
    /// It is about to go.
    Detaching,
}

/// A running action. Its parameters, results and progress are read and written through it: see the methods.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionEvent {
    /// The action, as named in `charmcraft.yaml`.
    pub name: ActionName,
    /// Juju's id of this run.
    pub id: String,
}
