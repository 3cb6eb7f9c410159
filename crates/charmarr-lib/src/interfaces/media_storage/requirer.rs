//! An application's side.

use juju_ops::{
    AppName, Endpoint as _, Error, Event, Leader, Published, Relation, RelationChange, RelationId, Requires,
    Unit,
};

use super::data::{MediaStorage, MediaStorageProviderData, MediaStorageRequirerData};
use super::offer::Offer;

/// Finds the shared volume and says who mounts it.
#[derive(Debug, Clone, Copy)]
pub struct MediaStorageRequirer {
    endpoint: Requires<MediaStorage>,
}

/// What the storage side says may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaStorageChangedEvent {
    /// The relation it was said on.
    pub id: RelationId,
    /// The application at the other side, where Juju names it.
    pub app: Option<AppName>,
    /// The relation is gone.
    pub broken: bool,
}

impl MediaStorageRequirer {
    /// The requirer at this endpoint of `charmcraft.yaml`, usually [`super::ENDPOINT`].
    pub const fn new(endpoint: &'static str) -> Self {
        Self {
            endpoint: Requires::new(endpoint),
        }
    }

    /// Whether this event is `relation-changed` or `relation-broken` of our endpoint. Pure: for charms that act on
    /// events; one that looks at the world in every dispatch does not need it.
    pub fn changed(&self, event: &Event) -> Option<MediaStorageChangedEvent> {
        let Event::Relation(event) = event else {
            return None;
        };
        let broken = event.change == RelationChange::Broken;
        let is_change = broken || event.change == RelationChange::Changed;
        (is_change && event.endpoint == *self.endpoint.name()).then(|| MediaStorageChangedEvent {
            id: event.id.clone(),
            app: event.remote_app.clone(),
            broken,
        })
    }

    /// Every relation: what the storage side says and, on the leader, what we said.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn relations(&self, unit: &Unit) -> Result<Vec<Relation<Requires<MediaStorage>>>, Error> {
        unit.relations(&self.endpoint)
    }

    /// Says who we are on every relation. Where it is said already no call is made. Leaves the relations that were
    /// written to.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn publish_data(
        &self,
        unit: &Unit,
        leader: Leader<'_>,
        data: &MediaStorageRequirerData,
    ) -> Result<Vec<RelationId>, Error> {
        let mut written = Vec::new();
        for id in unit.relation_ids(self.endpoint.name())? {
            if leader.publish(&self.endpoint, &id, data)? == Published::Written {
                written.push(id);
            }
        }
        Ok(written)
    }

    /// The volume of the one provider; nothing where there is none, more than one, or one whose data cannot be used.
    /// [`Offer::of`] tells these apart.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn get_provider_data(&self, unit: &Unit) -> Result<Option<MediaStorageProviderData>, Error> {
        Ok(Offer::of(&self.relations(unit)?).ready().cloned())
    }

    /// Whether we have said who we are and the provider has said what to mount. Only the leader can know: on another
    /// unit this is false, and asks nothing about relations.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn is_ready(&self, unit: &Unit) -> Result<bool, Error> {
        if unit.leader()?.is_none() {
            return Ok(false);
        }
        let relations = self.relations(unit)?;
        let said = relations.iter().all(|relation| relation.published.is_some());
        Ok(said && Offer::of(&relations).ready().is_some())
    }
}
