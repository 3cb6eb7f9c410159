//! From what went wrong to what helps: one table for every charm.

use crate::error::{ClusterError, Conflict};

/// What helps after a request that was not carried out. A charm decides by this alone, and tells the error's own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy<'a> {
    /// A person must give the service account a right; for a charm that is `juju trust`.
    Trust {
        /// The verb of the missing right, such as `patch`.
        verb: &'a str,
        /// Its resource, such as `statefulsets`.
        resource: &'a str,
    },
    /// A person must change what the error names: what was asked for, or what stands in its way.
    Person,
    /// Nothing but time. Nothing was changed by a read, so it can be left to the next event; a write is to be made again
    /// soon.
    Later,
    /// Looking again and deciding anew: the world is not as it was seen, or the pod is not as it should be.
    Again,
}

impl ClusterError {
    /// What helps.
    pub fn remedy(&self) -> Remedy<'_> {
        match self {
            Self::Forbidden { verb, resource, .. } => Remedy::Trust { verb, resource },
            Self::Refused { .. } | Self::Invalid { .. } | Self::Conflict(Conflict::Owner { .. }) => {
                Remedy::Person
            }
            // Kubernetes renews a pod's token in its files, where the next dispatch finds it.
            Self::Unavailable { .. } | Self::Unauthorized { .. } => Remedy::Later,
            Self::Conflict(Conflict::Stale { .. } | Conflict::Exists { .. })
            | Self::NotFound { .. }
            | Self::Configuration(_)
            | Self::InsideRuntime
            | Self::Unexpected { .. }
            | Self::Unreadable(_)
            | Self::Request(_) => Remedy::Again,
        }
    }
}
