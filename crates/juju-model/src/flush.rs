//! The commit of a hook's changes: all of them, or none. Enters: buffered changes. Leaves: the controller's refusal, or
//! changed bags, state and ports.

use crate::changes::{Changes, FlushRefused};
use crate::names::{RelationId, UnitName};
use crate::relation::Settings;
use crate::unit::Network;
use crate::world::World;

/// The limit of a databag (Juju: `MaxRelationSettingsSize`).
const MAX_SETTINGS: usize = 16 * 1024 * 1024;
/// The limits of the charm's state (Juju: `MaxCharmStateKeyLength`, `MaxCharmStateValueLength`).
const MAX_STATE_KEY: usize = 256;
const MAX_STATE_VALUE: usize = 64 * 1024;

impl World {
    pub(crate) fn check(&self, unit: &UnitName, changes: &Changes) -> Result<(), FlushRefused> {
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
        Ok(self.check_secrets(unit, &changes.secrets)?)
    }

    /// Refreshes the addresses in the unit's bags: part of committing `config-changed`.
    pub(crate) fn publish_network(&mut self, unit: &UnitName) {
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

    pub(crate) fn flush(&mut self, unit: &UnitName, changes: Changes) {
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
            let side = self
                .relations
                .get_mut(&id)
                .and_then(|relation| relation.local_mut(unit.app()));
            if let Some(side) = side {
                side.bag.replace(settings);
            }
        }
        self.flush_secrets(unit, changes.secrets);
        if let Some(found) = self.unit_mut(unit) {
            found.state = changes.state.unwrap_or_else(|| std::mem::take(&mut found.state));
            found.ports = changes.ports.unwrap_or_else(|| std::mem::take(&mut found.ports));
        }
    }
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
