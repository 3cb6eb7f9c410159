//! One turn of an agent: a hook begins and is committed, fails, or is interrupted. Enters: the hook, what it changed, how
//! it ended. Leaves: the world after it.

use crate::changes::{Changes, FlushRefused};
use crate::hook::{Hook, RelationHook};
use crate::names::UnitName;
use crate::run::HookRun;
use crate::status::{AgentStatus, Seconds, Status, StatusKind};
use crate::unit::{Failed, Running};
use crate::world::World;

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
        self.acknowledge(unit, &running);
        self.end_turn(unit);
        self.line_up();
        Ok(())
    }

    /// The hook failed: nothing of its changes is kept, and it is tried again later. An action is not.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all hooks but those of Pebbles fail alike"
    )]
    pub fn fail(&mut self, unit: &UnitName, hook: &Hook, why: impl Into<String>) {
        let (now, why) = (self.now, why.into());
        if let Some(action) = hook.action().and_then(|id| self.actions.get_mut(&id)) {
            action.fail(why);
            self.end_turn(unit);
            return;
        }
        if let Some(found) = self.unit_mut(unit) {
            let agent = &mut found.agent;
            let before = match hook {
                Hook::PebbleReady { container } => agent.unready.remove(container),
                Hook::PebbleNotice { container, .. } => agent.unnoticed.remove(container),
                _ => agent.failed.take().filter(|failed| failed.hook == *hook),
            };
            let attempts = before.map_or(0, |failed| failed.attempts) + 1;
            let wait = match hook {
                Hook::PebbleReady { .. } => POLL,
                Hook::PebbleNotice { .. } => RESTART,
                _ => back_off(attempts),
            };
            let failed = Failed {
                hook: hook.clone(),
                attempts,
                retry_at: now + wait,
                why,
            };
            match hook {
                Hook::PebbleReady { container } => {
                    agent.unready.insert(container.clone(), failed);
                }
                Hook::PebbleNotice { container, .. } => {
                    agent.start_anew();
                    agent.queue_for_start(false);
                    agent.unnoticed.insert(container.clone(), failed);
                }
                _ => agent.failed = Some(failed),
            }
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
            .ready_container()
            .and_then(|container| unit.agent.boots.get(container).cloned());
        let version = hook
            .relation()
            .and_then(|hook| self.version(name, hook))
            .unwrap_or_default();
        Some(Running {
            hook: hook.clone(),
            config: self.config_now(name)?,
            version,
            revision: hook.rotating().and_then(|id| Some(self.secrets.get(id)?.latest)),
            boot,
            update_status: unit.agent.update_status,
        })
    }

    fn version(&self, unit: &UnitName, hook: &RelationHook) -> Option<u64> {
        let side = self.relations.get(&hook.id)?.remote(unit.app())?;
        match &hook.remote_unit {
            Some(remote) => side.units.get(remote).map(|bag| bag.version),
            None => Some(side.bag.version),
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

/// How often an agent asks a Pebble for its boot.
const POLL: Seconds = 5;

/// How long until an agent that ended by itself starts again (Juju: the engine of its workers).
const RESTART: Seconds = 3;

/// 5 s, doubled with each attempt, at most 5 min (Juju's retry strategy, without its jitter).
pub(crate) fn back_off(attempts: u32) -> Seconds {
    let doublings = attempts.saturating_sub(1).min(6);
    (5 << doublings).min(300)
}
