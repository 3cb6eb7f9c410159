//! What a charm says and asks at once, whether its hook succeeds or not: statuses, the workload's version, results of
//! actions, goals. Enters: what a hook command was given. Leaves: the world after it, or an answer.

use crate::action::Action;
use crate::names::{ActionId, EndpointName, UnitName};
use crate::relation::Life;
use crate::status::{AgentStatus, Seconds, Status, StatusKind};
use crate::world::World;
use serde_json::Value;
use std::collections::BTreeMap;

/// Only a leader may say or ask something of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this unit is not the leader")]
pub struct NotLeader;

/// How far something is that an application waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// A workload's status, `dying`, or `joined` of an application.
    pub status: String,
    /// Since when.
    pub since: Seconds,
}

/// Answer to `goal-state`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoalState {
    /// The application's units.
    pub units: BTreeMap<String, Goal>,
    /// Per endpoint, the related applications and their units; without peers.
    pub relations: BTreeMap<EndpointName, BTreeMap<String, Goal>>,
}

impl World {
    /// `status-set`
    pub fn set_unit_status(&mut self, unit: &UnitName, status: StatusKind, message: impl Into<String>) {
        let now = self.now;
        if let Some(unit) = self.unit_mut(unit) {
            unit.workload = Status::new(status, message, now);
            unit.agent.status_set = true;
        }
    }

    /// `status-set --application`
    ///
    /// # Errors
    /// When `unit` is not the leader.
    pub fn set_application_status(
        &mut self,
        unit: &UnitName,
        status: StatusKind,
        message: impl Into<String>,
    ) -> Result<(), NotLeader> {
        let now = self.now;
        let application = self.applications.get_mut(unit.app());
        let led = application.filter(|application| application.leader.as_ref() == Some(unit));
        led.ok_or(NotLeader)?.status = Some(Status::new(status, message, now));
        Ok(())
    }

    /// The status of an application: what its leader said, else the worst of its units.
    pub fn application_status(&self, app: &crate::AppName) -> Option<Status> {
        let application = self.applications.get(app)?;
        let numbers = application.units.keys();
        let units = numbers.filter_map(|number| self.workload_shown(&UnitName::new(app.clone(), *number)));
        // The first of equals: `max_by_key` would take the last.
        let worst = units.reduce(|worst, next| if next.status > worst.status { next } else { worst });
        application
            .status
            .clone()
            .or(worst)
            .or(Some(Status::new(StatusKind::Unknown, "", 0)))
    }

    /// The status of a workload as others see it: `error` while a hook of the unit has failed.
    pub fn workload_shown(&self, unit: &UnitName) -> Option<Status> {
        let unit = self.unit(unit)?;
        match &unit.agent.failed {
            Some(failed) if unit.agent_status == AgentStatus::Error => {
                let message = format!("hook failed: \"{}\"", failed.hook);
                Some(Status::new(StatusKind::Error, message, unit.agent_since))
            }
            Some(_) | None => Some(unit.workload.clone()),
        }
    }

    /// `application-version-set`
    pub fn set_workload_version(&mut self, unit: &UnitName, version: impl Into<String>) {
        if let Some(unit) = self.unit_mut(unit) {
            unit.workload_version = Some(version.into());
        }
    }

    /// `action-set`, one dotted key at a time.
    pub fn set_action_result(&mut self, id: ActionId, path: &[&str], value: &str) {
        self.with_action(id, |action| action.set_result(path, value));
    }

    /// `action-fail`
    pub fn set_action_failure(&mut self, id: ActionId, message: impl Into<String>) {
        self.with_action(id, |action| action.failure = Some(message.into()));
    }

    /// `action-log`
    pub fn log_action(&mut self, id: ActionId, message: impl Into<String>) {
        self.with_action(id, |action| action.log.push(message.into()));
    }

    /// What the agent adds to an action's results when its process has ended. Nothing of an empty output.
    pub fn set_action_output(&mut self, id: ActionId, code: i32, stdout: &str, stderr: &str) {
        self.with_action(id, |action| {
            action.results.insert("return-code".to_owned(), Value::from(code));
            for (key, text) in [("stdout", stdout), ("stderr", stderr)] {
                if !text.is_empty() {
                    action.results.insert(key.to_owned(), Value::from(text));
                }
            }
        });
    }

    fn with_action(&mut self, id: ActionId, change: impl FnOnce(&mut Action)) {
        if let Some(action) = self.actions.get_mut(&id) {
            change(action);
        }
    }

    /// `goal-state`
    pub fn goal_state(&self, unit: &UnitName) -> GoalState {
        let app = unit.app();
        let mut goals = GoalState {
            units: self.unit_goals(app),
            relations: BTreeMap::new(),
        };
        for relation in self.relations_of(app).filter(|relation| !relation.is_peer()) {
            let (Some(local), Some(remote)) = (relation.local(app), relation.remote(app)) else {
                continue;
            };
            let endpoint = goals.relations.entry(local.endpoint.clone()).or_default();
            endpoint.insert(
                remote.app.to_string(),
                Goal {
                    status: "joined".to_owned(),
                    since: 0,
                },
            );
            endpoint.extend(self.unit_goals(&remote.app));
        }
        goals
    }

    fn unit_goals(&self, app: &crate::AppName) -> BTreeMap<String, Goal> {
        let units = self.unit_names().into_iter().filter(|unit| unit.app() == app);
        let goal = |unit: UnitName| {
            let dying = self.unit(&unit)?.life == Life::Dying;
            let shown = self.workload_shown(&unit)?;
            let status = if dying {
                "dying".to_owned()
            } else {
                shown.status.to_string()
            };
            Some((
                unit.to_string(),
                Goal {
                    status,
                    since: shown.since,
                },
            ))
        };
        units.filter_map(goal).collect()
    }
}
