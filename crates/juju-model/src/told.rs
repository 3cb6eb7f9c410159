//! What an agent was told. Enters: a hook that succeeded, with the facts it was begun on. Leaves: a world in which that is
//! no longer owed.

use crate::hook::{Hook, RelationChange, RelationHook};
use crate::names::UnitName;
use crate::status::{Seconds, Status, StatusKind};
use crate::unit::{LeadershipTold, Running, Stage, Unit};
use crate::world::World;

impl World {
    /// Counts a hook as told. What follows from facts is then no longer owed.
    pub(crate) fn acknowledge(&mut self, unit: &UnitName, running: &Running) {
        let now = self.now;
        let mut retried = false;
        if running.hook.action().is_none()
            && let Some(found) = self.unit_mut(unit)
        {
            retried = found.agent.failed.take().is_some();
            // Whatever hook ran, the next `update-status` waits for the next timer.
            found.agent.update_status &= !running.update_status;
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
        if let (Hook::SecretRotate { id, .. }, Some(revision)) = (&running.hook, running.revision) {
            self.rotated(id, revision);
        }
        if let Some(found) = self.unit_mut(unit) {
            found.acknowledge(running, retried, now);
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

impl Unit {
    /// A hook about a secret whose time has come is owed again when it succeeded only as it was `retried`: Juju's agent counts
    /// only the first attempt as the answer to what was due (seen in Juju 3.5).
    fn acknowledge(&mut self, running: &Running, retried: bool, now: Seconds) {
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
            Hook::Stop => {
                agent.stage = Stage::Installed;
                agent.queue.clear();
                self.workload = Status::new(StatusKind::Maintenance, "", now);
            }
            Hook::LeaderElected => {
                agent.leadership = LeadershipTold::Leader;
                agent.forget_due_secrets();
            }
            Hook::LeaderSettingsChanged => {
                agent.leadership = LeadershipTold::Follower;
                agent.forget_due_secrets();
            }
            Hook::PebbleReady { container } => {
                agent.unready.remove(container);
                agent.unnoticed.remove(container);
                if let Some(boot) = &running.boot {
                    agent.boots_seen.insert(container.clone(), boot.clone());
                }
            }
            Hook::PebbleNotice { container, notice } => {
                agent.unnoticed.remove(container);
                agent.notices_told.insert(container.clone(), notice.repeated);
            }
            Hook::StorageAttached(id) => {
                if let Some(storage) = self.storage.get_mut(id) {
                    storage.attached = true;
                }
            }
            Hook::StorageDetaching(id) => {
                self.storage.remove(id);
            }
            Hook::SecretChanged { id, revision, .. } => {
                agent.secrets_told.insert(id.clone(), *revision);
            }
            Hook::SecretRemove { id, revision, .. } => {
                agent.obsolete_told.insert((id.clone(), *revision));
            }
            Hook::SecretRotate { id, .. } if retried => {
                agent.rotate_again.insert(id.clone());
            }
            Hook::SecretRotate { id, .. } => {
                agent.rotate_again.remove(id);
            }
            Hook::SecretExpired { id, revision, .. } if !retried => {
                let told = agent.expired_told.entry(id.clone()).or_default();
                told.insert(*revision, now);
            }
            Hook::UpgradeCharm
            | Hook::UpdateStatus
            | Hook::Remove
            | Hook::SecretExpired { .. }
            | Hook::Relation(_)
            | Hook::Action { .. } => {}
        }
    }
}
