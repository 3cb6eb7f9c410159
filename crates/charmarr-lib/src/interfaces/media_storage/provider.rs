//! The storage charm's side.

use juju_ops::{Endpoint as _, Error, Leader, Provides, Published, Relation, RelationId, Unit};

use super::data::{MediaStorage, MediaStorageProviderData};

/// Publishes the shared volume. It is passive: it takes no event and reacts to nobody; whoever joins later gets the
/// data when the charm publishes next, which it does in every dispatch.
#[derive(Debug, Clone, Copy)]
pub struct MediaStorageProvider {
    endpoint: Provides<MediaStorage>,
}

impl MediaStorageProvider {
    /// The provider at this endpoint of `charmcraft.yaml`, usually [`super::ENDPOINT`].
    pub const fn new(endpoint: &'static str) -> Self {
        Self {
            endpoint: Provides::new(endpoint),
        }
    }

    /// Every relation: the application at the other side, what it says of itself, and, on the leader, what is published
    /// to it.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn relations(&self, unit: &Unit) -> Result<Vec<Relation<Provides<MediaStorage>>>, Error> {
        unit.relations(&self.endpoint)
    }

    /// Publishes to all relations. Those that have the data already cost no call. Leaves the relations that were
    /// written to.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn publish_data(
        &self,
        unit: &Unit,
        leader: Leader<'_>,
        data: &MediaStorageProviderData,
    ) -> Result<Vec<RelationId>, Error> {
        self.write_all(unit, |id| leader.publish(&self.endpoint, id, data))
    }

    /// Takes the data back from all relations: only when the claim is gone. Leaves the relations that were written to.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn withdraw_data(&self, unit: &Unit, leader: Leader<'_>) -> Result<Vec<RelationId>, Error> {
        self.write_all(unit, |id| leader.withdraw(&self.endpoint, id))
    }

    fn write_all(
        &self,
        unit: &Unit,
        write: impl Fn(&RelationId) -> Result<Published, Error>,
    ) -> Result<Vec<RelationId>, Error> {
        let mut written = Vec::new();
        for id in unit.relation_ids(self.endpoint.name())? {
            if write(&id)? == Published::Written {
                written.push(id);
            }
        }
        Ok(written)
    }
}
