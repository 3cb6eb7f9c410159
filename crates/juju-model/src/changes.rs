//! What a hook wants to change when it succeeds. Plain data: filled by the hook commands, carried out by
//! [`crate::World::commit`], dropped when the hook fails.

use crate::names::{RelationId, UnitName};
use crate::relation::Settings;
use crate::secret::{SecretChanges, SecretRefused};
use crate::unit::Port;
use std::collections::{BTreeMap, BTreeSet};

/// The buffered changes of one hook. Each is the whole new content, as the hook sees it: that is what Juju's agent
/// sends, and why a hook reads its own writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The unit's own bags.
    pub unit_bags: BTreeMap<RelationId, Settings>,
    /// The application's own bags.
    pub app_bags: BTreeMap<RelationId, Settings>,
    /// The charm's state.
    pub state: Option<BTreeMap<String, String>>,
    /// The opened ports.
    pub ports: Option<BTreeSet<Port>>,
    /// Secrets.
    pub secrets: SecretChanges,
}

impl Changes {
    /// Whether there is nothing to carry out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why the controller refused the changes. The hook has then failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlushRefused {
    /// Leadership went while the hook ran.
    #[error("cannot write settings of application in relation `{relation}`: `{unit}` is not the leader")]
    NotLeader {
        /// Who wanted to write.
        unit: UnitName,
        /// Where.
        relation: RelationId,
    },
    /// The relation, or this unit's part in it, is over.
    #[error("cannot write settings in relation `{relation}`: relation not found")]
    NoRelation {
        /// Which.
        relation: RelationId,
    },
    /// A bag or the state is too big.
    #[error("cannot write {what}: {size} bytes exceed the limit of {limit}")]
    TooBig {
        /// `relation settings`, `charm state key`, ….
        what: &'static str,
        /// How many bytes it would have.
        size: usize,
        /// How many it may have.
        limit: usize,
    },
    /// A secret cannot be made, changed, shared or removed so.
    #[error(transparent)]
    Secret(#[from] SecretRefused),
    /// The hook is not one that runs.
    #[error("cannot commit `{hook}`: it is not running on `{unit}`")]
    NotRunning {
        /// Where.
        unit: UnitName,
        /// Which.
        hook: String,
    },
}
