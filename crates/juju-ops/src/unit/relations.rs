//! Relations as a unit sees them: what the other side says, and what this unit says for itself.

use std::collections::BTreeMap;

use super::Unit;
use crate::databag::{Databag, Settings};
use crate::endpoint::{Endpoint, UnitEndpoint, check_endpoint, encode};
use crate::error::Error;
use crate::leader::Published;
use crate::name::{RelationId, UnitName};
use crate::relation::{Relation, Remote};

impl Unit {
    /// The relations at an endpoint (one `relation-ids`). The one whose `relation-broken` is running is left out:
    /// for the charm it is gone.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn relation_ids(&self, endpoint: &str) -> Result<Vec<RelationId>, Error> {
        self.relations.ids(self.source(), endpoint)
    }

    /// The relations at an endpoint with what both applications say: one `relation-ids`, then one `relation-get` for
    /// each, some of them at once. Who is at the other side and, on the leader, what our side published is remembered in
    /// the charm state; without a memory each costs one more call. What is published is also read again in
    /// `leader-elected`, `start` and `upgrade-charm`: another unit may have led before.
    ///
    /// # Errors
    /// A hook command failed. While a relation or the unit goes away it is no error that Juju does not know the relation:
    /// it is left out; nor that this unit may not read it: [`Remote::Unreadable`].
    pub fn relations<E: Endpoint>(&self, at: &E) -> Result<Vec<Relation<E>>, Error> {
        let leads = self.leader()?.is_some();
        let mut relations = Vec::new();
        let ids = self.relation_ids(at.name())?;
        self.relations.learn_remotes(self.source(), &ids);
        for id in &ids {
            match self.relation::<E>(id, leads) {
                Ok(relation) => relations.push(relation),
                Err(error) if error.is_no_relation() && self.event().is_teardown_of(id) => {}
                Err(error) => return Err(error),
            }
        }
        self.relations.remember(self.source(), at.name(), leads)?;
        Ok(relations)
    }

    /// What the units at the other side of a relation say, each for itself; at a peer endpoint, the other units of our
    /// application. Read when asked for: one `relation-list`, then one `relation-get` for each unit, some of them at once.
    ///
    /// # Errors
    /// A hook command failed, or `id` is a relation of another endpoint. While the relation or this unit goes away it is
    /// no error that Juju does not know the relation: then there is no unit; nor that this unit may not read:
    /// [`Remote::Unreadable`].
    pub fn remote_units<E: UnitEndpoint>(
        &self,
        at: &E,
        id: &RelationId,
    ) -> Result<BTreeMap<UnitName, Remote<E::RemoteUnit>>, Error> {
        check_endpoint(at.name(), id)?;
        let bags = match self.relations.remote_units(self.source(), id) {
            Err(error) if error.is_no_relation() && self.event().is_teardown_of(id) => BTreeMap::new(),
            bags => bags?,
        };
        Ok(bags
            .into_iter()
            .map(|(unit, bag)| (unit, remote(bag.as_ref())))
            .collect())
    }

    /// What this unit says for itself in a relation, if that can be read (one `relation-get`). What Juju refused to write
    /// in this dispatch counts: trying again would not help.
    ///
    /// # Errors
    /// A hook command failed, or `id` is a relation of another endpoint.
    pub fn own_bag<E: UnitEndpoint>(&self, at: &E, id: &RelationId) -> Result<Option<E::LocalUnit>, Error> {
        check_endpoint(at.name(), id)?;
        let settings = self.unless_denied(id, self.relations.own_unit(self.source(), id))?;
        Ok(settings.and_then(|settings| E::LocalUnit::decode(&settings).ok().flatten()))
    }

    /// Makes this unit say `data` for itself in a relation. Only keys that differ are written; keys that are there and
    /// not in `data` are deleted, but for the addresses that Juju itself puts there.
    ///
    /// # Errors
    /// A hook command failed, `data` has no form in settings, or `id` is a relation of another endpoint.
    pub fn write_own_bag<E: UnitEndpoint>(
        &self,
        at: &E,
        id: &RelationId,
        data: &E::LocalUnit,
    ) -> Result<Published, Error> {
        check_endpoint(at.name(), id)?;
        let settings = encode(at.name(), data)?;
        match self.relations.write_own_unit(self.source(), id, &settings) {
            Ok(true) => Ok(Published::Written),
            Ok(false) => Ok(Published::Unchanged),
            Err(error) if self.is_refused_in_teardown(id, &error) => {
                self.relations.refused_own_unit(id, settings);
                Ok(Published::Refused)
            }
            Err(error) => Err(error),
        }
    }

    fn relation<E: Endpoint>(&self, id: &RelationId, leads: bool) -> Result<Relation<E>, Error> {
        let app = self.relations.app(self.source(), id)?;
        let bag = self.relations.remote(self.source(), id, &app);
        let bag = self.unless_denied(id, bag)?;
        let published = if leads {
            self.unless_denied(id, self.relations.published(self.source(), id))?
        } else {
            None
        };
        Ok(Relation {
            id: id.clone(),
            app,
            remote: remote(bag.as_ref()),
            // What cannot be decoded of our own is published anew, as if it were not there.
            published: published.and_then(|settings| E::Local::decode(&settings).ok().flatten()),
        })
    }

    /// A bag, or none where Juju denies it because the relation or the unit goes away.
    fn unless_denied(
        &self,
        id: &RelationId,
        bag: Result<Settings, Error>,
    ) -> Result<Option<Settings>, Error> {
        match bag {
            Err(error) if error.is_denied() && self.event().is_teardown_of(id) => Ok(None),
            bag => bag.map(Some),
        }
    }

    /// Whether Juju refused because the relation or the unit goes away.
    pub(crate) fn is_refused_in_teardown(&self, id: &RelationId, error: &Error) -> bool {
        self.event().is_teardown_of(id) && (error.is_no_relation() || error.is_denied())
    }
}

/// What a bag says; none is one that Juju denies.
fn remote<T: Databag>(bag: Option<&Settings>) -> Remote<T> {
    bag.map_or(Remote::Unreadable, |settings| Remote::from(T::decode(settings)))
}
