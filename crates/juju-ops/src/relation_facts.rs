//! What is known of each relation, read from Juju at most once per dispatch and written through.
//!
//! An endpoint's name enters, ids and settings leave. Who is at the other side and what our application published is
//! kept in the charm state, which Juju writes together with the relation data, so the two agree: a steady dispatch
//! reads neither again. Without a memory, or with an unreadable one, both are read from Juju; where another unit may
//! have led meanwhile, what is published. Nothing here knows the types of an interface.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::context::JujuContext;
use crate::databag::Settings;
use crate::error::Error;
use crate::event::Event;
use crate::hookcmds::{self, Bag, OwnBag};
use crate::name::{AppName, RelationId, UnitName};
use crate::store::{LONGEST_VALUE, Store};
use crate::transport::Transport;

/// The keys that Juju itself writes into the bag of a unit.
const JUJUS_OWN: [&str; 3] = ["egress-subnets", "ingress-address", "private-address"];

/// The facts of one dispatch.
#[derive(Debug, Default)]
pub(crate) struct RelationFacts {
    ids: RefCell<BTreeMap<String, Vec<RelationId>>>,
    facts: RefCell<BTreeMap<RelationId, Facts>>,
    recalled: RefCell<BTreeSet<String>>,
}

/// What is known of one relation. The first two are kept in the charm state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Facts {
    /// The application at the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<AppName>,
    /// What our application's bag holds; kept by a leader only, for only the leader can write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published: Option<Settings>,
    /// What the other application's bag holds.
    #[serde(skip)]
    remote: Option<Settings>,
    /// What the bags of the units at the other side hold; none where Juju denies it.
    #[serde(skip)]
    remote_units: Option<BTreeMap<UnitName, Option<Settings>>>,
    /// What this unit's bag holds.
    #[serde(skip)]
    own_unit: Option<Settings>,
    /// What Juju refused to write in this dispatch.
    #[serde(skip)]
    refused: Option<Settings>,
}

/// Where relation facts come from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) context: &'a JujuContext,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) store: &'a Store,
}

impl RelationFacts {
    /// The relations at an endpoint, without the one whose `relation-broken` is running.
    pub(crate) fn ids(&self, from: Source<'_>, endpoint: &str) -> Result<Vec<RelationId>, Error> {
        if let Some(ids) = self.ids.borrow().get(endpoint) {
            return Ok(ids.clone());
        }
        let mut ids = hookcmds::relation_ids(from.transport, endpoint)?;
        // Some releases of Juju list it inside its own broken hook, others do not.
        ids.retain(|id| from.context.event().broken_relation() != Some(id));
        ids.sort();
        self.ids.borrow_mut().insert(endpoint.to_owned(), ids.clone());
        Ok(ids)
    }

    /// The application at the other side.
    pub(crate) fn app(&self, from: Source<'_>, id: &RelationId) -> Result<AppName, Error> {
        self.recall(from, id.endpoint().as_str())?;
        if let Some(app) = self.known(id, |facts| facts.app.clone()) {
            return Ok(app);
        }
        let in_event = from.context.event().as_relation().filter(|event| event.id == *id);
        let app = match in_event.and_then(|event| event.remote_app.clone()) {
            Some(app) => app,
            None => hookcmds::relation_remote_app(from.transport, id)?,
        };
        self.learn(id, |facts| facts.app = Some(app.clone()));
        Ok(app)
    }

    /// What the other application's bag holds.
    pub(crate) fn remote(&self, from: Source<'_>, id: &RelationId, app: &AppName) -> Result<Settings, Error> {
        if let Some(settings) = self.known(id, |facts| facts.remote.clone()) {
            return Ok(settings);
        }
        let settings = hookcmds::relation_get(from.transport, id, Bag::App(app))?;
        self.learn(id, |facts| facts.remote = Some(settings.clone()));
        Ok(settings)
    }

    /// Learns at once what [`Self::remote`] would ask for one by one. What cannot be learned here is asked for there, and fails there.
    pub(crate) fn learn_remotes(&self, from: Source<'_>, ids: &[RelationId]) {
        let unknown: Vec<(&RelationId, AppName)> = ids
            .iter()
            .filter(|id| self.known(id, |facts| facts.remote.clone()).is_none())
            .filter_map(|id| Some((id, self.app(from, id).ok()?)))
            .collect();
        let bags: Vec<_> = unknown.iter().map(|(id, app)| (*id, Bag::App(app))).collect();
        for ((id, _), settings) in bags
            .iter()
            .zip(hookcmds::relation_get_each(from.transport, &bags))
        {
            if let Ok(settings) = settings {
                self.learn(id, |facts| facts.remote = Some(settings));
            }
        }
    }

    /// What our application's bag holds, or was refused to hold. Only a leader may ask.
    pub(crate) fn published(&self, from: Source<'_>, id: &RelationId) -> Result<Settings, Error> {
        if let Some(settings) = self.known(id, |facts| facts.refused.clone()) {
            return Ok(settings);
        }
        self.recall(from, id.endpoint().as_str())?;
        if self.is_peer(from, id) {
            return self.remote(from, id, &from.context.app());
        }
        if let Some(settings) = self.known(id, |facts| facts.published.clone()) {
            return Ok(settings);
        }
        let settings = hookcmds::relation_get(from.transport, id, Bag::App(&from.context.app()))?;
        self.learn(id, |facts| facts.published = Some(settings.clone()));
        Ok(settings)
    }

    /// Makes our application's bag hold exactly `wanted`; says whether anything had to be written. Only a leader may.
    pub(crate) fn publish(
        &self,
        from: Source<'_>,
        id: &RelationId,
        wanted: &Settings,
    ) -> Result<bool, Error> {
        let published = self.published(from, id)?;
        let changes = changes(&published, wanted);
        if changes.is_empty() {
            return Ok(false);
        }
        hookcmds::relation_set(from.transport, id, OwnBag::App, &changes)?;
        let is_peer = self.is_peer(from, id);
        self.learn(id, |facts| {
            let bag = if is_peer {
                &mut facts.remote
            } else {
                &mut facts.published
            };
            *bag = Some(wanted.clone());
        });
        Ok(true)
    }

    /// What the bags of the units at the other side hold: one `relation-list`, and one `relation-get` for each. None for
    /// a bag that Juju denies because the relation or this unit goes away.
    pub(crate) fn remote_units(
        &self,
        from: Source<'_>,
        id: &RelationId,
    ) -> Result<BTreeMap<UnitName, Option<Settings>>, Error> {
        if let Some(bags) = self.known(id, |facts| facts.remote_units.clone()) {
            return Ok(bags);
        }
        let units = hookcmds::relation_list(from.transport, id)?;
        let bags: Vec<_> = units.iter().map(|unit| (id, Bag::Unit(unit))).collect();
        let read = hookcmds::relation_get_each(from.transport, &bags);
        let goes_away = from.context.event().is_teardown_of(id);
        let bags = std::iter::zip(units, read)
            .map(|(unit, settings)| match settings {
                Err(error) if goes_away && error.is_denied() => Ok((unit, None)),
                settings => Ok((unit, Some(settings?))),
            })
            .collect::<Result<BTreeMap<_, _>, Error>>()?;
        self.learn(id, |facts| facts.remote_units = Some(bags.clone()));
        Ok(bags)
    }

    /// What this unit's bag holds.
    pub(crate) fn own_unit(&self, from: Source<'_>, id: &RelationId) -> Result<Settings, Error> {
        if let Some(settings) = self.known(id, |facts| facts.own_unit.clone()) {
            return Ok(settings);
        }
        let settings = hookcmds::relation_get(from.transport, id, Bag::Unit(from.context.unit()))?;
        self.learn(id, |facts| facts.own_unit = Some(settings.clone()));
        Ok(settings)
    }

    /// Makes this unit's bag hold `wanted` beside what Juju itself puts there; says whether anything had to be written.
    pub(crate) fn write_own_unit(
        &self,
        from: Source<'_>,
        id: &RelationId,
        wanted: &Settings,
    ) -> Result<bool, Error> {
        let held = self.own_unit(from, id)?;
        let mut wanted = wanted.clone();
        for key in JUJUS_OWN {
            if let Some(value) = held.get(key) {
                wanted.entry(key.to_owned()).or_insert_with(|| value.clone());
            }
        }
        let changes = changes(&held, &wanted);
        if changes.is_empty() {
            return Ok(false);
        }
        hookcmds::relation_set(from.transport, id, OwnBag::Unit, &changes)?;
        self.learn(id, |facts| facts.own_unit = Some(wanted));
        Ok(true)
    }

    /// Notes what Juju refused to write for this unit, as [`Self::refused`] does for the application.
    pub(crate) fn refused_own_unit(&self, id: &RelationId, wanted: Settings) {
        self.learn(id, |facts| facts.own_unit = Some(wanted));
    }

    /// Whether the other side is our own application, as far as is known: then there is one bag for both.
    fn is_peer(&self, from: Source<'_>, id: &RelationId) -> bool {
        self.known(id, |facts| facts.app.clone()) == Some(from.context.app())
    }

    /// Notes what Juju refused to write, so that it counts as done in this dispatch. It is not remembered.
    pub(crate) fn refused(&self, id: &RelationId, wanted: Settings) {
        self.learn(id, |facts| facts.refused = Some(wanted));
    }

    /// Puts what is known of an endpoint's relations into the charm state.
    pub(crate) fn remember(&self, from: Source<'_>, endpoint: &str, leads: bool) -> Result<(), Error> {
        let ids = self.ids(from, endpoint)?;
        let facts = self.facts.borrow();
        let memory: BTreeMap<&RelationId, Facts> = ids
            .iter()
            .filter_map(|id| facts.get(id).map(|facts| (id, facts.clone())))
            .map(|(id, facts)| {
                (
                    id,
                    Facts {
                        published: facts.published.filter(|_| leads),
                        ..facts
                    },
                )
            })
            .collect();
        match serde_json::to_string(&memory) {
            Ok(json) if !memory.is_empty() && json.len() <= LONGEST_VALUE => {
                from.store.set(from.transport, &memory_key(endpoint), json)
            }
            // Too much to keep is not an error: it is read from Juju each time.
            Ok(_) | Err(_) => from.store.unset(from.transport, &memory_key(endpoint)),
        }
    }

    /// Takes over what an earlier dispatch remembered, once.
    fn recall(&self, from: Source<'_>, endpoint: &str) -> Result<(), Error> {
        if !self.recalled.borrow_mut().insert(endpoint.to_owned()) {
            return Ok(());
        }
        let Some(json) = from.store.get(from.transport, &memory_key(endpoint))? else {
            return Ok(());
        };
        match serde_json::from_str::<BTreeMap<RelationId, Facts>>(&json) {
            Ok(mut memory) => {
                if another_may_have_led(from.context.event()) {
                    for facts in memory.values_mut() {
                        facts.published = None;
                    }
                }
                self.facts.borrow_mut().extend(memory);
            }
            Err(error) => {
                tracing::debug!("cannot recall the relations of `{endpoint}`, reading them again: {error}");
            }
        }
        Ok(())
    }

    fn known<T>(&self, id: &RelationId, read: impl FnOnce(&Facts) -> Option<T>) -> Option<T> {
        self.facts.borrow().get(id).and_then(read)
    }

    fn learn(&self, id: &RelationId, write: impl FnOnce(&mut Facts)) {
        write(self.facts.borrow_mut().entry(id.clone()).or_default());
    }
}

/// Whether another unit may have led, and written our application's bag, since this one last looked. An agent that was
/// away keeps its belief that it leads: leadership that came back meanwhile brings no `leader-elected`. But it runs
/// `start`, after `upgrade-charm` if its pod is new, before anything else.
fn another_may_have_led(event: &Event) -> bool {
    matches!(event, Event::LeaderElected | Event::Start | Event::UpgradeCharm)
}

fn memory_key(endpoint: &str) -> String {
    format!("juju-ops/relations/{endpoint}")
}

/// The keys to set, or to empty, which deletes them.
fn changes(published: &Settings, wanted: &Settings) -> Settings {
    let set = wanted
        .iter()
        .filter(|(key, value)| published.get(*key) != Some(*value));
    let deleted = published
        .keys()
        .filter(|key| !wanted.contains_key(*key))
        .map(|key| (key.clone(), String::new()));
    set.map(|(key, value)| (key.clone(), value.clone()))
        .chain(deleted)
        .collect()
}
