//! One turn of an agent: a hook begins and is committed, fails, or is interrupted. Enters: the hook, what it changed, how
//! it ended. Leaves: the world after it.

use crate::changes::{Changes, FlushRefused};
use crate::hook::{Hook, RelationChange, RelationHook};
use crate::names::{RelationId, UnitName};
use crate::relation::Settings;
use crate::run::HookRun;
use crate::status::{AgentStatus, Seconds, Status, StatusKind};
use crate::unit::{Failed, LeadershipTold, Network, Running, Stage};
use crate::world::World;

/// The limit of a databag (Juju: `MaxRelationSettingsSize`).
const MAX_SETTINGS: usize = 16 * 1024 * 1024;
/// The limits of the charm's state (Juju: `MaxCharmStateKeyLength`, `MaxCharmStateValueLength`).
const MAX_STATE_KEY: usize = 256;
const MAX_STATE_VALUE: usize = 64 * 1024;

/// A hook was begun that is not the unit's next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot run `{hook}` on `{unit}`: it is not the next hook")]
pub struct NotDue {
    /// Where.
    pub unit: UnitName,
    /// Which.
    pub hook: String,
}

impl World {
    /// Begins `hook` on `unit` and returns all it may see.
    ///
    /// # Errors
    /// When it is not what [`World::next_hook`] says.
    pub fn begin(&mut self, unit: &UnitName, hook: &Hook) -> Result<HookRun, NotDue> {
        let not_due = || NotDue {
            unit: unit.clone(),
            hook: hook.to_string(),
        };
        if self.next_hook(unit).as_ref() != Some(hook) {
            return Err(not_due());
        }
        let running = self.facts(unit, hook).ok_or_else(not_due)?;
        let now = self.now;
        self.hooks_begun += 1;
        if let Some(found) = self.unit_mut(unit) {
            found.agent.running = Some(running);
            found.set_agent_status(AgentStatus::Executing, now);
            if let Some(message) = message_before(hook) {
                found.workload = Status::new(StatusKind::Maintenance, message, now);
            }
        }
        if let Some(action) = hook.action().and_then(|id| self.actions.get_mut(&id)) {
            action.status = crate::ActionStatus::Running;
        }
        HookRun::of(self, unit, hook).ok_or_else(not_due)
    }

    /// Carries out what the hook changed and counts it as done. Also for an action that the charm called failed.
    ///
    /// # Errors
    /// When the controller refuses the changes. Nothing has happened then: the hook still counts as running, and is to
    /// [`World::fail`].
    pub fn commit(&mut self, unit: &UnitName, hook: &Hook, changes: Changes) -> Result<(), FlushRefused> {
        let not_running = || FlushRefused::NotRunning {
            unit: unit.clone(),
            hook: hook.to_string(),
        };
        let running = self.unit(unit).and_then(|unit| unit.agent.running.clone());
        let running = running
            .filter(|running| running.hook == *hook)
            .ok_or_else(not_running)?;
        self.check(unit, &changes)?;
        if *hook == Hook::ConfigChanged {
            self.publish_network(unit);
        }
        self.flush(unit, changes);
        self.end_turn(unit);
        self.acknowledge(unit, &running);
        self.line_up();
        Ok(())
    }

    /// The hook failed: nothing of its changes is kept, and it is tried again later. An action is not.
    pub fn fail(&mut self, unit: &UnitName, hook: &Hook, why: impl Into<String>) {
        let (now, why) = (self.now, why.into());
        if let Some(action) = hook.action().and_then(|id| self.actions.get_mut(&id)) {
            action.fail(why);
            self.end_turn(unit);
            return;
        }
        if let Some(found) = self.unit_mut(unit) {
            let before = found.agent.failed.take().filter(|failed| failed.hook == *hook);
            let attempts = before.map_or(0, |failed| failed.attempts) + 1;
            let retry_at = now + back_off(attempts);
            found.agent.failed = Some(Failed {
                hook: hook.clone(),
                attempts,
                retry_at,
                why,
            });
        }
        self.end_turn(unit);
    }

    /// The hook was killed because its pod stops: that is no failure, it is owed as before. An action is never run again.
    pub fn requeue(&mut self, unit: &UnitName, hook: &Hook) {
        if let Some(action) = hook.action().and_then(|id| self.actions.get_mut(&id)) {
            action.fail("action terminated");
        }
        self.end_turn(unit);
    }

    /// Whatever runs on `unit` is interrupted.
    pub(crate) fn interrupt(&mut self, unit: &UnitName) {
        let running = self.unit(unit).and_then(|unit| unit.agent.running.as_ref());
        if let Some(hook) = running.map(|running| running.hook.clone()) {
            self.requeue(unit, &hook);
        }
    }

    /// Counts the failed hook of `unit` as done without running it.
    pub(crate) fn skip_failed(&mut self, unit: &UnitName) {
        let failed = self.unit(unit).and_then(|unit| unit.agent.failed.as_ref());
        let facts = failed.and_then(|failed| self.facts(unit, &failed.hook));
        if let Some(facts) = facts {
            self.acknowledge(unit, &facts);
            self.end_turn(unit);
        }
    }

    fn end_turn(&mut self, unit: &UnitName) {
        let now = self.now;
        if let Some(unit) = self.unit_mut(unit) {
            unit.agent.running = None;
            let status = if unit.agent.failed.is_some() {
                AgentStatus::Error
            } else {
                AgentStatus::Idle
            };
            unit.set_agent_status(status, now);
        }
    }

    /// The facts a hook is run on, by which it is later counted as told.
    fn facts(&self, name: &UnitName, hook: &Hook) -> Option<Running> {
        let unit = self.unit(name)?;
        let boot = hook
            .container()
            .and_then(|container| unit.agent.boots.get(container).cloned());
        let version = hook
            .relation()
            .and_then(|hook| self.version(name, hook))
            .unwrap_or_default();
        Some(Running {
            hook: hook.clone(),
            config: self.config_now(name)?,
            version,
            boot,
        })
    }

    fn version(&self, unit: &UnitName, hook: &RelationHook) -> Option<u64> {
        let side = self.relations.get(&hook.id)?.remote(unit.app())?;
        match &hook.remote_unit {
            Some(remote) => side.units.get(remote).map(|bag| bag.version),
            None => Some(side.bag.version),
        }
    }

    fn check(&self, unit: &UnitName, changes: &Changes) -> Result<(), FlushRefused> {
        let member = |id: &RelationId| {
            let side = self
                .relations
                .get(id)
                .and_then(|relation| relation.local(unit.app()));
            side.is_some_and(|side| side.members.contains(unit))
        };
        let bags = changes.unit_bags.iter().chain(&changes.app_bags);
        for (id, settings) in bags {
            if !member(id) {
                return Err(FlushRefused::NoRelation { relation: *id });
            }
            within("relation settings", size(settings), MAX_SETTINGS)?;
        }
        if let Some(relation) = changes.app_bags.keys().next().filter(|_| !self.is_leader(unit)) {
            return Err(FlushRefused::NotLeader {
                unit: unit.clone(),
                relation: *relation,
            });
        }
        for (key, value) in changes.state.iter().flatten() {
            within("charm state key", key.len(), MAX_STATE_KEY)?;
            within("charm state value", value.len(), MAX_STATE_VALUE)?;
        }
        Ok(())
    }

    /// Refreshes the addresses in the unit's bags: part of committing `config-changed`.
    fn publish_network(&mut self, unit: &UnitName) {
        let Some(network) = self.unit(unit).and_then(|unit| unit.network) else {
            return;
        };
        for relation in self.relations.values_mut() {
            let side = relation
                .local_mut(unit.app())
                .filter(|side| side.members.contains(unit));
            if let Some(bag) = side.and_then(|side| side.units.get_mut(unit)) {
                let mut settings = bag.settings.clone();
                settings.extend(Network::settings(network));
                bag.replace(settings);
            }
        }
    }

    fn flush(&mut self, unit: &UnitName, changes: Changes) {
        for (id, settings) in changes.unit_bags {
            let side = self
                .relations
                .get_mut(&id)
                .and_then(|relation| relation.local_mut(unit.app()));
            if let Some(bag) = side.and_then(|side| side.units.get_mut(unit)) {
                bag.replace(settings);
            }
        }
        for (id, settings) in changes.app_bags {
            self.flush_app_bag(unit, id, settings);
        }
        if let Some(found) = self.unit_mut(unit) {
            found.state = changes.state.unwrap_or_else(|| std::mem::take(&mut found.state));
            found.ports = changes.ports.unwrap_or_else(|| std::mem::take(&mut found.ports));
        }
    }

    /// In a peer relation the leader is not told of what it wrote itself.
    fn flush_app_bag(&mut self, unit: &UnitName, id: RelationId, settings: Settings) {
        let Some(relation) = self.relations.get_mut(&id) else {
            return;
        };
        let peer = relation.is_peer();
        let Some(side) = relation.local_mut(unit.app()) else {
            return;
        };
        let before = side.bag.version;
        side.bag.replace(settings);
        let after = side.bag.version;
        let seen = self
            .unit_mut(unit)
            .and_then(|unit| unit.agent.relations.get_mut(&id));
        if let Some(seen) = seen.filter(|seen| peer && seen.app_version == before) {
            seen.app_version = after;
        }
    }

    /// Counts a hook as told. What follows from facts is then no longer owed.
    fn acknowledge(&mut self, unit: &UnitName, running: &Running) {
        let now = self.now;
        if running.hook.action().is_none()
            && let Some(found) = self.unit_mut(unit)
        {
            found.agent.failed = None;
            found.agent.queue.pop_front_if(|hook| *hook == running.hook);
        }
        if let Some(hook) = running.hook.relation() {
            self.acknowledge_relation(unit, hook, running.version);
            return;
        }
        if running.hook == Hook::Remove {
            self.remove_unit(unit);
            return;
        }
        if let Some(action) = running.hook.action().and_then(|id| self.actions.get_mut(&id)) {
            action.finish();
            return;
        }
        if let Some(found) = self.unit_mut(unit) {
            found.acknowledge(running, now);
        }
    }

    fn acknowledge_relation(&mut self, unit: &UnitName, hook: &RelationHook, version: u64) {
        let Some(agent) = self.unit_mut(unit).map(|unit| &mut unit.agent) else {
            return;
        };
        if hook.change == RelationChange::Broken {
            agent.relations.remove(&hook.id);
            let side = self
                .relations
                .get_mut(&hook.id)
                .and_then(|relation| relation.local_mut(unit.app()));
            if let Some(side) = side {
                side.members.remove(unit);
            }
            return;
        }
        let Some(seen) = agent.relations.get_mut(&hook.id) else {
            return;
        };
        match (&hook.change, hook.remote_unit.clone()) {
            (RelationChange::Created, _) => seen.created = true,
            (RelationChange::Joined, Some(remote)) => {
                seen.members.insert(remote.clone(), version);
                seen.changed_owed = Some(remote);
            }
            (RelationChange::Changed, Some(remote)) => {
                seen.changed_owed.take_if(|owed| *owed == remote);
                seen.members.insert(remote, version);
            }
            (RelationChange::Changed, None) => seen.app_version = version,
            (RelationChange::Departed { .. }, Some(remote)) => {
                seen.members.remove(&remote);
            }
            (RelationChange::Joined | RelationChange::Departed { .. }, None)
            | (RelationChange::Broken, _) => {}
        }
    }
}

impl crate::unit::Unit {
    fn acknowledge(&mut self, running: &Running, now: Seconds) {
        let agent = &mut self.agent;
        match &running.hook {
            Hook::Install => agent.stage = Stage::Installed,
            Hook::ConfigChanged => {
                agent.config = Some(running.config.clone());
                if agent.stage != Stage::Started && agent.queue.is_empty() {
                    agent.queue.push_back(Hook::Start);
                }
            }
            Hook::Start => {
                agent.stage = Stage::Started;
                if !agent.status_set {
                    self.workload = Status::new(StatusKind::Unknown, "", now);
                }
            }
            Hook::UpdateStatus => agent.update_status = false,
            Hook::Stop => {
                agent.stage = Stage::Installed;
                agent.queue.clear();
                self.workload = Status::new(StatusKind::Maintenance, "", now);
            }
            Hook::LeaderElected => {
                agent.leadership = LeadershipTold::Leader;
            }
            Hook::LeaderSettingsChanged => {
                agent.leadership = LeadershipTold::Follower;
            }
            Hook::PebbleReady { container } => {
                if let Some(boot) = &running.boot {
                    agent.boots_seen.insert(container.clone(), boot.clone());
                }
            }
            Hook::StorageAttached(id) => {
                if let Some(storage) = self.storage.get_mut(id) {
                    storage.attached = true;
                }
            }
            Hook::StorageDetaching(id) => {
                self.storage.remove(id);
            }
            Hook::UpgradeCharm | Hook::Remove | Hook::Relation(_) | Hook::Action { .. } => {}
        }
    }
}

/// What Juju itself says of the workload before some hooks.
fn message_before(hook: &Hook) -> Option<&'static str> {
    let messages = [
        (Hook::Install, "installing charm software"),
        (Hook::Stop, "stopping charm software"),
        (Hook::Remove, "cleaning up prior to charm deletion"),
    ];
    messages
        .into_iter()
        .find(|(before, _)| before == hook)
        .map(|(_, message)| message)
}

/// 5 s, doubled with each attempt, at most 5 min (Juju's retry strategy, without its jitter).
fn back_off(attempts: u32) -> Seconds {
    let doublings = attempts.saturating_sub(1).min(6);
    (5 << doublings).min(300)
}

fn size(settings: &Settings) -> usize {
    settings.iter().map(|(key, value)| key.len() + value.len()).sum()
}

fn within(what: &'static str, size: usize, limit: usize) -> Result<(), FlushRefused> {
    if size > limit {
        Err(FlushRefused::TooBig { what, size, limit })
    } else {
        Ok(())
    }
}
