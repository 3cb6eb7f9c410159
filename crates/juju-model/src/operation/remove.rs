//! `juju remove-application`, and what removal means for units and relations: they die now and are gone when their
//! agents have run what is owed.

use super::{Outcome, Reason};
use crate::names::{AppName, RelationId, UnitName};
use crate::relation::Life;
use crate::world::World;

impl World {
    pub(super) fn remove_application(&mut self, app: &AppName) -> Result<Outcome, Vec<Reason>> {
        let Some(application) = self.applications.get_mut(app) else {
            return Err(vec![Reason::NoApplication(app.clone())]);
        };
        application.life = Life::Dying;
        application.scale = 0;
        for unit in self.unit_names().into_iter().filter(|unit| unit.app() == app) {
            self.destroy(&unit);
        }
        let related: Vec<_> = self
            .relations_of(app)
            .filter(|relation| !relation.is_peer())
            .map(|relation| relation.id)
            .collect();
        for id in related {
            self.destroy_relation(id);
        }
        Ok(Outcome::Done)
    }

    pub(super) fn destroy(&mut self, unit: &UnitName) {
        if let Some(unit) = self.unit_mut(unit) {
            unit.life = Life::Dying;
        }
    }

    pub(super) fn destroy_relation(&mut self, id: RelationId) {
        if let Some(relation) = self.relations.get_mut(&id) {
            relation.life = Life::Dying;
        }
    }
}
