//! Hooks and actions as values. Leaves: their names as Juju spells them.

use crate::names::{
    ActionId, ActionName, AppName, ContainerName, EndpointName, RelationId, StorageId, UnitName,
};
use crate::notice::Notice;
use crate::secret::SecretId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing an agent runs the charm for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hook {
    /// First of all, once.
    Install,
    /// After the first `config-changed`, and after every start of the agent.
    Start,
    /// Options, trust or the unit's address changed, or the agent is new.
    ConfigChanged,
    /// The charm was unpacked anew: a new revision, or a new pod.
    UpgradeCharm,
    /// The timer.
    UpdateStatus,
    /// The pod or the unit goes.
    Stop,
    /// The unit goes, last of all.
    Remove,
    /// This unit is now the leader.
    LeaderElected,
    /// This unit is not, or no longer, the leader (Juju 3).
    LeaderSettingsChanged,
    /// Something about a relation.
    Relation(RelationHook),
    /// The Pebble of a container has (re)started.
    PebbleReady {
        /// Which container.
        container: ContainerName,
    },
    /// The Pebble of a container told of something.
    PebbleNotice {
        /// Which container.
        container: ContainerName,
        /// Of what.
        notice: Notice,
    },
    /// A storage has come.
    StorageAttached(StorageId),
    /// A storage goes.
    StorageDetaching(StorageId),
    /// A secret that the unit reads has a new revision.
    SecretChanged {
        /// Which.
        id: SecretId,
        /// What the unit calls it; may be empty.
        label: String,
        /// The new revision.
        revision: u32,
    },
    /// Nobody follows an old revision of a secret of the unit any more.
    SecretRemove {
        /// Which.
        id: SecretId,
        /// What its owner calls it; may be empty.
        label: String,
        /// The old revision.
        revision: u32,
    },
    /// The content of a secret of the unit is to change.
    SecretRotate {
        /// Which.
        id: SecretId,
        /// What its owner calls it; may be empty.
        label: String,
    },
    /// A revision of a secret of the unit is no longer good.
    SecretExpired {
        /// Which.
        id: SecretId,
        /// What its owner calls it; may be empty.
        label: String,
        /// The revision.
        revision: u32,
    },
    /// An action.
    Action {
        /// Its number.
        id: ActionId,
        /// Its name.
        name: ActionName,
    },
}

/// A hook of a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationHook {
    /// Which relation.
    pub id: RelationId,
    /// The unit's own endpoint.
    pub endpoint: EndpointName,
    /// What happened.
    pub change: RelationChange,
    /// The other application. `None` only in `broken` after the agent was restarted, where Juju forgets it.
    pub remote_app: Option<AppName>,
    /// The other unit, where it is about one.
    pub remote_unit: Option<UnitName>,
}

/// What happened to a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationChange {
    /// It is there; nobody has been seen yet.
    Created,
    /// A remote unit came.
    Joined,
    /// A remote unit's or the remote application's settings changed.
    Changed,
    /// A remote unit went.
    Departed {
        /// The unit that leaves: the remote one, or this very unit.
        departing: UnitName,
    },
    /// It is over.
    Broken,
}

impl RelationChange {
    fn word(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Joined => "joined",
            Self::Changed => "changed",
            Self::Departed { .. } => "departed",
            Self::Broken => "broken",
        }
    }
}

impl Hook {
    /// The relation, when it is about one.
    pub fn relation(&self) -> Option<&RelationHook> {
        if let Self::Relation(hook) = self {
            Some(hook)
        } else {
            None
        }
    }

    /// The action's number, when it is one.
    pub fn action(&self) -> Option<ActionId> {
        if let Self::Action { id, .. } = self {
            Some(*id)
        } else {
            None
        }
    }

    /// The container whose Pebble has (re)started, when it is about that.
    pub(crate) fn ready_container(&self) -> Option<&ContainerName> {
        if let Self::PebbleReady { container } = self {
            Some(container)
        } else {
            None
        }
    }

    /// The secret that is to rotate, when it is about one.
    pub(crate) fn rotating(&self) -> Option<&SecretId> {
        if let Self::SecretRotate { id, .. } = self {
            Some(id)
        } else {
            None
        }
    }

    /// The storage, when it is about one.
    pub fn storage(&self) -> Option<&StorageId> {
        if let Self::StorageAttached(id) | Self::StorageDetaching(id) = self {
            Some(id)
        } else {
            None
        }
    }

    /// `hooks/<name>` or `actions/<name>`: the file a charm without `dispatch` has for it, and `JUJU_DISPATCH_PATH`.
    pub fn dispatch_path(&self) -> String {
        let folder = if self.action().is_some() {
            "actions"
        } else {
            "hooks"
        };
        format!("{folder}/{self}")
    }
}

/// The name as Juju spells it: `config-changed`, `db-relation-changed`, an action's own name.
impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Install => f.write_str("install"),
            Self::Start => f.write_str("start"),
            Self::ConfigChanged => f.write_str("config-changed"),
            Self::UpgradeCharm => f.write_str("upgrade-charm"),
            Self::UpdateStatus => f.write_str("update-status"),
            Self::Stop => f.write_str("stop"),
            Self::Remove => f.write_str("remove"),
            Self::LeaderElected => f.write_str("leader-elected"),
            Self::LeaderSettingsChanged => f.write_str("leader-settings-changed"),
            Self::Relation(hook) => write!(f, "{}-relation-{}", hook.endpoint, hook.change.word()),
            Self::PebbleReady { container } => write!(f, "{container}-pebble-ready"),
            Self::PebbleNotice { container, notice } => {
                write!(f, "{container}-pebble-{}", notice.news.word())
            }
            Self::StorageAttached(id) => write!(f, "{}-storage-attached", id.name),
            Self::StorageDetaching(id) => write!(f, "{}-storage-detaching", id.name),
            Self::SecretChanged { .. } => f.write_str("secret-changed"),
            Self::SecretRemove { .. } => f.write_str("secret-remove"),
            Self::SecretRotate { .. } => f.write_str("secret-rotate"),
            Self::SecretExpired { .. } => f.write_str("secret-expired"),
            Self::Action { name, .. } => name.fmt(f),
        }
    }
}
