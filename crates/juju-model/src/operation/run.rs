//! `juju run`, `juju resolve`, and the timer of `update-status`.

use super::{Outcome, Reason, schema};
use crate::action::Action;
use crate::names::{ActionId, ActionName, UnitName};
use crate::world::World;
use serde_json::{Map, Value};

impl World {
    pub(super) fn run(
        &mut self,
        unit: &UnitName,
        action: &ActionName,
        params: Map<String, Value>,
    ) -> Result<Outcome, Vec<Reason>> {
        let Some(application) = self.applications.get(unit.app()) else {
            return Err(vec![Reason::NoReceiver(unit.clone())]);
        };
        let mut reasons = Vec::new();
        if !application.units.contains_key(&unit.number()) {
            reasons.push(Reason::NoReceiver(unit.clone()));
        }
        let Some(facts) = application.charm.actions.get(action) else {
            reasons.push(Reason::NoAction {
                action: action.clone(),
                unit: unit.clone(),
            });
            return Err(reasons);
        };
        let problems = schema::problems(facts, &params);
        if !problems.is_empty() {
            reasons.push(Reason::InvalidParameters(problems));
        }
        super::all_good(reasons)?;
        let params = schema::complete(facts, params);
        let id = ActionId(self.next_action);
        self.next_action += 1;
        self.actions
            .insert(id, Action::new(unit.clone(), action.clone(), params));
        Ok(Outcome::Queued(id))
    }

    pub(super) fn resolve(&mut self, unit: &UnitName, retry: bool) -> Result<Outcome, Vec<Reason>> {
        let now = self.now;
        let Some(found) = self.unit_mut(unit) else {
            return Err(vec![Reason::NoUnit(unit.clone())]);
        };
        match &mut found.agent.failed {
            Some(failed) if retry => failed.retry_at = now,
            Some(_) => self.skip_failed(unit),
            None => return Err(vec![Reason::NotInError(unit.clone())]),
        }
        Ok(Outcome::Done)
    }

    pub(super) fn ring_update_status(&mut self, unit: &UnitName) -> Result<Outcome, Vec<Reason>> {
        let found = self
            .unit_mut(unit)
            .ok_or_else(|| vec![Reason::NoUnit(unit.clone())])?;
        found.agent.update_status = true;
        Ok(Outcome::Done)
    }
}
