//! One relation as a charm observes it: plain data.

use std::fmt;

use crate::endpoint::Endpoint;
use crate::name::{AppName, RelationId};
use crate::typed::InvalidData;

/// A relation at endpoint `E`.
pub struct Relation<E: Endpoint> {
    /// Juju's id.
    pub id: RelationId,
    /// The application at the other side.
    pub app: AppName,
    /// What the other application published.
    pub remote: Remote<E::Remote>,
    /// What our application published, where this unit leads and what is there can be read. What Juju refused to write
    /// in this dispatch counts: trying again would not help.
    pub published: Option<E::Local>,
}

/// What the other side has said so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote<T> {
    /// Nothing yet.
    NotYet,
    /// Something that cannot be used, and why.
    Invalid(InvalidData),
    /// What it says Juju no longer tells this unit, because the relation or the unit goes away.
    Unreadable,
    /// This.
    Ready(T),
}

impl<T> Remote<T> {
    /// The data, if there is some that can be used.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(data) => Some(data),
            Self::NotYet | Self::Invalid(_) | Self::Unreadable => None,
        }
    }
}

impl<T> From<Result<Option<T>, InvalidData>> for Remote<T> {
    fn from(decoded: Result<Option<T>, InvalidData>) -> Self {
        match decoded {
            Ok(None) => Self::NotYet,
            Ok(Some(data)) => Self::Ready(data),
            Err(invalid) => Self::Invalid(invalid),
        }
    }
}

// Derived, these would ask the same of `E` itself.
impl<E: Endpoint> Clone for Relation<E> {
    fn clone(&self) -> Self {
        let Self {
            id,
            app,
            remote,
            published,
        } = self;
        Self {
            id: id.clone(),
            app: app.clone(),
            remote: remote.clone(),
            published: published.clone(),
        }
    }
}

impl<E: Endpoint> PartialEq for Relation<E> {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            id,
            app,
            remote,
            published,
        } = self;
        (id, app, remote, published) == (&other.id, &other.app, &other.remote, &other.published)
    }
}

impl<E: Endpoint> fmt::Debug for Relation<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            app,
            remote,
            published,
        } = self;
        f.debug_struct("Relation")
            .field("id", id)
            .field("app", app)
            .field("remote", remote)
            .field("published", published)
            .finish()
    }
}
