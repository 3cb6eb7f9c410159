//! Leadership as a token: only who holds one can write the application's databags.

use crate::databag::Settings;
use crate::endpoint::{Endpoint, check_endpoint, encode};
use crate::error::Error;
use crate::name::RelationId;
use crate::unit::Unit;

/// Proof that this unit leads its application, from [`Unit::leader`]. Juju checks again when the hook ends: leadership
/// lost meanwhile fails the hook, and nothing is written.
#[derive(Clone, Copy)]
pub struct Leader<'u> {
    unit: &'u Unit,
}

/// What came of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The data was written; the other side sees it when the hook succeeds.
    Written,
    /// The data was already there: nothing was written.
    Unchanged,
    /// Juju refused, because the relation or the unit goes away: nothing was written, and nobody is there to read it.
    Refused,
}

impl<'u> Leader<'u> {
    pub(crate) fn new(unit: &'u Unit) -> Self {
        Self { unit }
    }

    /// Makes our application's bag of one relation say `data`. Only keys that differ are written; keys that are there
    /// and not in `data` are deleted.
    ///
    /// # Errors
    /// A hook command failed, `data` has no form in settings, or `id` is a relation of another endpoint.
    pub fn publish<E: Endpoint>(&self, at: &E, id: &RelationId, data: &E::Local) -> Result<Published, Error> {
        self.write(at.name(), id, encode(at.name(), data)?)
    }

    /// Empties our application's bag of one relation.
    ///
    /// # Errors
    /// A hook command failed, or `id` is a relation of another endpoint.
    pub fn withdraw<E: Endpoint>(&self, at: &E, id: &RelationId) -> Result<Published, Error> {
        self.write(at.name(), id, Settings::new())
    }

    fn write(self, endpoint: &str, id: &RelationId, settings: Settings) -> Result<Published, Error> {
        check_endpoint(endpoint, id)?;
        let (facts, source) = (self.unit.relation_facts(), self.unit.source());
        match facts.publish(source, id, &settings) {
            Ok(true) => {
                facts.remember(source, endpoint, true)?;
                Ok(Published::Written)
            }
            Ok(false) => Ok(Published::Unchanged),
            Err(error) if self.unit.is_refused_in_teardown(id, &error) => {
                facts.refused(id, settings);
                Ok(Published::Refused)
            }
            Err(error) => Err(error),
        }
    }
}
