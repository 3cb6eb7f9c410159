//! `juju refresh` and `juju attach-resource`: what an application is made of changes, and its pods are to be replaced.

use super::{Outcome, Reason, all_good};
use crate::charm::{CharmFacts, Role, StorageFacts};
use crate::names::{AppName, RelationId};
use crate::relation::{Life, Relation};
use crate::resource::Resource;
use crate::unit::{Process, Stage, Unit};
use crate::world::World;
use std::collections::BTreeMap;

impl World {
    /// Values whose option is gone or of another type are dropped. Peer relations follow the endpoints of the charm; other
    /// relations must still fit. All as Juju's `Application.SetCharm` (`state/application.go`). Pods see what they saw until they
    /// are replaced.
    pub(super) fn refresh(
        &mut self,
        app: &AppName,
        charm: CharmFacts,
        resources: BTreeMap<String, Resource>,
    ) -> Result<Outcome, Vec<Reason>> {
        let had = self.living(app)?.charm.clone();
        if had.name != charm.name {
            return Err(vec![Reason::OtherCharm {
                from: had.name,
                to: charm.name,
            }]);
        }
        let mut reasons = unstored(&had, &charm);
        reasons.extend(self.broken_by(app, &charm));
        reasons.extend(self.exceeded_by(app, &charm));
        all_good(reasons)?;
        self.relations
            .retain(|_, relation| !relation.is_peer() || fits(relation, app, &charm));
        self.add_peers(app, &charm);
        self.enter_new_peers(app, &had);
        let application = self.living(app)?;
        let before = application.seen_now();
        let there = |unit: &&mut Unit| unit.agent.process != Process::Down && unit.before_refresh.is_none();
        for unit in application.units.values_mut().filter(there) {
            unit.before_refresh = Some(before.clone());
        }
        application.config.retain(|name, value| {
            charm
                .options
                .get(name)
                .is_some_and(|option| option.kind.accepts(value))
        });
        application.charm = charm;
        application.resources.extend(resources);
        application.charm_modified_version += 1;
        Ok(Outcome::Done)
    }

    /// The agents of pods that are to be replaced enter the peer relations that are new to their charm, and count `created` as
    /// run without running it (seen in Juju 3.5): it never runs.
    fn enter_new_peers(&mut self, app: &AppName, had: &CharmFacts) {
        let is_new = |relation: &&Relation| {
            let side = relation.local(app);
            relation.is_peer() && side.is_some_and(|side| !had.endpoints.contains_key(&side.endpoint))
        };
        let new: Vec<RelationId> = self
            .relations
            .values()
            .filter(is_new)
            .map(|relation| relation.id)
            .collect();
        for name in self.unit_names().into_iter().filter(|unit| unit.app() == app) {
            let ready = |unit: &&Unit| {
                let agent = &unit.agent;
                unit.life == Life::Alive && agent.process == Process::Up && agent.stage != Stage::New
            };
            let Some(network) = self.unit(&name).filter(ready).map(|unit| unit.network) else {
                continue;
            };
            for id in &new {
                self.enter(&name, *id, network);
                let seen = self
                    .unit_mut(&name)
                    .and_then(|unit| unit.agent.relations.get_mut(id));
                if let Some(seen) = seen {
                    seen.created = true;
                }
            }
        }
    }

    /// The same content again changes nothing (Juju: `StagedResource.Activate`).
    pub(super) fn attach_resource(
        &mut self,
        app: &AppName,
        name: String,
        content: Vec<u8>,
    ) -> Result<Outcome, Vec<Reason>> {
        let application = self.living(app)?;
        let Some(resource) = application.resources.get_mut(&name) else {
            let app = app.clone();
            return Err(vec![Reason::NoResource { app, name }]);
        };
        if resource.content.as_ref() != Some(&content) {
            resource.content = Some(content);
            application.charm_modified_version += 1;
        }
        Ok(Outcome::Done)
    }

    /// The relations with other applications for which `charm` has no endpoint.
    fn broken_by(&self, app: &AppName, charm: &CharmFacts) -> Vec<Reason> {
        let lost = self
            .relations_of(app)
            .filter(|relation| !relation.is_peer() && !fits(relation, app, charm));
        lost.map(|relation| Reason::BreaksRelation(relation.key()))
            .collect()
    }

    /// The endpoints of `charm` that have more relations than it allows.
    fn exceeded_by(&self, app: &AppName, charm: &CharmFacts) -> Vec<Reason> {
        let exceeded = charm.endpoints.iter().filter_map(|(name, facts)| {
            let limit = facts.limit?;
            let established = self.established(app, name);
            let fits = usize::try_from(limit).is_ok_and(|limit| established <= limit);
            (!fits).then(|| Reason::LimitExceeded {
                app: app.clone(),
                endpoint: name.clone(),
                limit,
                established,
            })
        });
        exceeded.collect()
    }
}

/// The storages that `charm` does not leave as they are.
fn unstored(had: &CharmFacts, charm: &CharmFacts) -> Vec<Reason> {
    let location = |facts: &StorageFacts| facts.location.clone().unwrap_or_default();
    let changed = had.storage.iter().filter_map(|(name, before)| {
        let Some(after) = charm.storage.get(name) else {
            return Some(Reason::StorageRemoved(name.clone()));
        };
        (before.location != after.location).then(|| Reason::StorageMoved {
            storage: name.clone(),
            from: location(before),
            to: location(after),
        })
    });
    changed.collect()
}

/// Whether `charm` has the endpoint of `relation` at `app` (Juju: `Relation.ImplementedBy`).
fn fits(relation: &Relation, app: &AppName, charm: &CharmFacts) -> bool {
    let Some(side) = relation.local(app) else {
        return true;
    };
    let requires = relation.sides.first().is_some_and(|first| first.app == *app);
    let role = if relation.is_peer() {
        Role::Peer
    } else if requires {
        Role::Requires
    } else {
        Role::Provides
    };
    let facts = charm.endpoints.get(&side.endpoint);
    facts.is_some_and(|facts| facts.role == role && facts.interface == relation.interface)
}
