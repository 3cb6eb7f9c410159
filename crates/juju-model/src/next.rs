//! Which hook is next: a pure function of the world and a unit. Enters: the world. Leaves: a hook, or nothing to do.
//! The order is that of the resolvers of Juju's unit agent.

use crate::action::ActionStatus;
use crate::hook::{Hook, RelationChange, RelationHook};
use crate::names::UnitName;
use crate::relation::{Life, Relation, Side};
use crate::unit::{LeadershipTold, Process, RelationSeen, Stage, Unit};
use crate::world::World;
use std::collections::BTreeMap;

impl World {
    /// The hook or action the agent of `unit` runs next. `None`: its agent is down, is running one, or has nothing to
    /// do until something changes (or, after a failure, until time passes).
    pub fn next_hook(&self, unit: &UnitName) -> Option<Hook> {
        Asked {
            world: self,
            name: unit,
            unit: self.unit(unit)?,
        }
        .next()
    }

    /// Whether the agent of `unit` was told to end and has nothing more to run first.
    pub fn agent_done(&self, unit: &UnitName) -> bool {
        let stopping = |unit: &Unit| unit.agent.process == Process::Stopping && unit.agent.running.is_none();
        self.unit(unit).is_none_or(stopping) && self.next_hook(unit).is_none()
    }
}

/// A unit about which the question is asked.
#[derive(Clone, Copy)]
struct Asked<'a> {
    world: &'a World,
    name: &'a UnitName,
    unit: &'a Unit,
}

impl Asked<'_> {
    fn next(self) -> Option<Hook> {
        let agent = &self.unit.agent;
        if agent.process == Process::Down || agent.running.is_some() || self.starts_later() {
            return None;
        }
        if let Some(failed) = &agent.failed {
            let due = agent.process == Process::Up && failed.retry_at <= self.world.now;
            return self.action().or_else(|| due.then(|| failed.hook.clone()));
        }
        if agent.process == Process::Stopping {
            return (agent.stage == Stage::Started).then_some(Hook::Stop);
        }
        if agent.stage == Stage::New {
            return Some(Hook::Install);
        }
        if let Some(queued) = agent.queue.front() {
            return Some(queued.clone());
        }
        let urgent = self
            .created()
            .or_else(|| self.leadership())
            .or_else(|| self.notice())
            .or_else(|| self.workload())
            .or_else(|| self.secret())
            .or_else(|| self.action())
            .or_else(|| self.storage());
        if self.is_dying() {
            return urgent.or_else(|| self.relation()).or_else(|| Some(self.end()));
        }
        urgent
            .or_else(|| self.config_changed())
            .or_else(|| self.relation())
            .or_else(|| agent.update_status.then_some(Hook::UpdateStatus))
    }

    /// Whether the agent ended at a notice and has not started again.
    fn starts_later(self) -> bool {
        let mut ended = self.unit.agent.unnoticed.values();
        ended.any(|failed| failed.retry_at > self.world.now)
    }

    fn is_dying(self) -> bool {
        self.unit.life == Life::Dying
    }

    fn created(self) -> Option<Hook> {
        if self.is_dying() {
            return None;
        }
        let (relation, _) = self
            .entered()
            .find(|(relation, seen)| relation.life == Life::Alive && !seen.created)?;
        self.hook(relation, RelationChange::Created, None)
    }

    /// A dying unit neither takes up leadership nor hears of others taking it.
    fn leadership(self) -> Option<Hook> {
        if self.is_dying() {
            return None;
        }
        let (told, hook) = if self.world.is_leader(self.name) {
            (LeadershipTold::Leader, Hook::LeaderElected)
        } else {
            (LeadershipTold::Follower, Hook::LeaderSettingsChanged)
        };
        (self.unit.agent.leadership != told).then_some(hook)
    }

    /// Before `pebble-ready`, since Pebbles are asked for notices more often than for their boot.
    fn notice(self) -> Option<Hook> {
        let agent = &self.unit.agent;
        agent.notices.iter().find_map(|(container, notices)| {
            let told = agent.notices_told.get(container);
            let notice = notices
                .iter()
                .find(|notice| told.is_none_or(|told| notice.repeated > *told))?;
            Some(Hook::PebbleNotice {
                container: container.clone(),
                notice: notice.clone(),
            })
        })
    }

    fn workload(self) -> Option<Hook> {
        let agent = &self.unit.agent;
        let waits = |container| {
            let failed = agent.unready.get(container);
            failed.is_some_and(|failed| failed.retry_at > self.world.now)
        };
        let new = agent
            .boots
            .iter()
            .find(|(container, boot)| agent.boots_seen.get(*container) != Some(boot) && !waits(*container));
        new.map(|(container, _)| Hook::PebbleReady {
            container: container.clone(),
        })
    }

    fn secret(self) -> Option<Hook> {
        if self.is_dying() {
            return None;
        }
        self.world.secret_hook(self.name, &self.unit.agent)
    }

    fn action(self) -> Option<Hook> {
        let pending = self
            .world
            .actions
            .iter()
            .find(|(_, action)| action.unit == *self.name && action.status == ActionStatus::Pending);
        pending
            .filter(|_| self.unit.agent.stage != Stage::New)
            .map(|(id, action)| Hook::Action {
                id: *id,
                name: action.name.clone(),
            })
    }

    fn storage(self) -> Option<Hook> {
        let due = self
            .unit
            .storage
            .iter()
            .find(|(_, storage)| storage.attached == self.is_dying());
        due.map(|(id, _)| {
            if self.is_dying() {
                Hook::StorageDetaching(id.clone())
            } else {
                Hook::StorageAttached(id.clone())
            }
        })
    }

    fn config_changed(self) -> Option<Hook> {
        let now = self.world.config_now(self.name);
        (self.unit.agent.config != now).then_some(Hook::ConfigChanged)
    }

    fn end(self) -> Hook {
        if self.unit.agent.stage == Stage::Started {
            Hook::Stop
        } else {
            Hook::Remove
        }
    }

    fn relation(self) -> Option<Hook> {
        self.entered()
            .find_map(|(relation, seen)| self.of_relation(relation, seen))
    }

    /// The next hook of one relation, in Juju's order.
    fn of_relation(self, relation: &Relation, seen: &RelationSeen) -> Option<Hook> {
        if let Some(unit) = &seen.changed_owed {
            return self.hook(relation, RelationChange::Changed, Some(unit));
        }
        let over = self.is_dying() || relation.life == Life::Dying;
        let there = self.visible(relation);
        if let Some(unit) = seen.members.keys().find(|unit| !there.contains_key(unit)) {
            let departing = if self.is_dying() { self.name } else { unit }.clone();
            return self.hook(relation, RelationChange::Departed { departing }, Some(unit));
        }
        if over {
            let told = !relation.is_peer() || seen.restarted;
            return told
                .then(|| self.hook(relation, RelationChange::Broken, None))
                .flatten();
        }
        if !seen.created {
            return None;
        }
        let app_version = relation.remote(self.name.app()).map(|side| side.bag.version);
        if app_version != Some(seen.app_version) {
            return self.hook(relation, RelationChange::Changed, None);
        }
        if let Some(unit) = there.keys().find(|unit| !seen.members.contains_key(**unit)) {
            return self.hook(relation, RelationChange::Joined, Some(unit));
        }
        let (unit, _) = there
            .iter()
            .find(|(unit, version)| seen.members.get(**unit) != Some(version))?;
        self.hook(relation, RelationChange::Changed, Some(unit))
    }

    /// The remote units that are there for this one, with the versions of their bags. A unit or relation that dies is
    /// hidden at once.
    fn visible(self, relation: &Relation) -> BTreeMap<&UnitName, u64> {
        if self.is_dying() || relation.life == Life::Dying {
            return BTreeMap::new();
        }
        let version = |side: &Side, unit: &UnitName| side.units.get(unit).map_or(0, |bag| bag.version);
        let alive = |unit: &UnitName| self.world.unit(unit).is_some_and(|unit| unit.life == Life::Alive);
        let Some(side) = relation.remote(self.name.app()) else {
            return BTreeMap::new();
        };
        let others = side
            .members
            .iter()
            .filter(|unit| *unit != self.name && alive(unit));
        others.map(|unit| (unit, version(side, unit))).collect()
    }

    /// The relations the unit is in, by number.
    fn entered<'r>(self) -> impl Iterator<Item = (&'r Relation, &'r RelationSeen)>
    where
        Self: 'r,
    {
        let Asked { world, unit, .. } = self;
        unit.agent
            .relations
            .iter()
            .filter_map(move |(id, seen)| Some((world.relations.get(id)?, seen)))
    }

    fn hook(
        self,
        relation: &Relation,
        change: RelationChange,
        remote_unit: Option<&UnitName>,
    ) -> Option<Hook> {
        let app = self.name.app();
        let seen = self.unit.agent.relations.get(&relation.id)?;
        let forgotten = change == RelationChange::Broken && seen.restarted;
        let remote_app = relation
            .remote(app)
            .map(|side| side.app.clone())
            .filter(|_| !forgotten);
        Some(Hook::Relation(RelationHook {
            id: relation.id,
            endpoint: relation.local(app)?.endpoint.clone(),
            change,
            remote_app,
            remote_unit: remote_unit.cloned(),
        }))
    }
}
