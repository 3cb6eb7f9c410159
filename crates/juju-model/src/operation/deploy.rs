//! `juju deploy`, `juju refresh`, `juju scale-application`.

use super::configure::typed;
use super::{Deploy, Outcome, Reason, all_good, schema};
use crate::charm::{CharmFacts, Role};
use crate::names::{AppName, RelationId, UnitName};
use crate::relation::{Life, Relation, Side};
use crate::world::{Application, World};
use std::collections::BTreeMap;

impl World {
    pub(super) fn deploy(&mut self, deploy: Deploy) -> Result<Outcome, Vec<Reason>> {
        let Deploy {
            app,
            charm,
            trust,
            config,
            units,
        } = deploy;
        let mut reasons = problems(&charm);
        if self.applications.contains_key(&app) {
            reasons.push(Reason::ApplicationExists(app.clone()));
        }
        let config = typed(&charm, &config, &mut reasons);
        all_good(reasons)?;
        let peers = charm
            .endpoints
            .iter()
            .filter(|(_, endpoint)| endpoint.role == Role::Peer);
        for (endpoint, facts) in peers {
            let side = Side::new(app.clone(), endpoint.clone());
            let id = RelationId(self.next_relation);
            self.next_relation += 1;
            let relation = Relation {
                id,
                interface: facts.interface.clone(),
                life: Life::Alive,
                sides: vec![side],
            };
            self.relations.insert(id, relation);
        }
        let application = Application {
            charm,
            life: Life::Alive,
            trust,
            config,
            scale: units,
            leader: None,
            leaderless: false,
            status: None,
            units: BTreeMap::new(),
        };
        self.applications.insert(app, application);
        Ok(Outcome::Done)
    }

    /// Values whose option is gone or of another type are dropped, as Juju does.
    pub(super) fn refresh(&mut self, app: &AppName, charm: CharmFacts) -> Result<Outcome, Vec<Reason>> {
        let mut reasons = problems(&charm);
        let lost = |relation: &&Relation| {
            let endpoint = relation.local(app).map(|side| &side.endpoint);
            let fits = endpoint.and_then(|name| charm.endpoints.get(name));
            fits.is_none_or(|facts| facts.interface != relation.interface)
        };
        let lost = self
            .relations_of(app)
            .filter(lost)
            .filter_map(|relation| relation.local(app));
        reasons.extend(lost.map(|side| Reason::EndpointInUse(side.endpoint.clone())));
        let application = self.living(app)?;
        all_good(reasons)?;
        application.config.retain(|name, value| {
            charm
                .options
                .get(name)
                .is_some_and(|option| option.kind.accepts(value))
        });
        application.charm = charm;
        Ok(Outcome::Done)
    }

    /// On Kubernetes the units with the highest numbers go first.
    pub(super) fn scale(&mut self, app: &AppName, units: u32) -> Result<Outcome, Vec<Reason>> {
        self.living(app)?.scale = units;
        let excess: Vec<_> = self
            .unit_names()
            .into_iter()
            .filter(|unit| unit.app() == app && unit.number() >= units)
            .collect();
        for unit in excess {
            self.destroy(&unit);
        }
        Ok(Outcome::Done)
    }

    pub(super) fn move_leadership(&mut self, to: UnitName) -> Result<Outcome, Vec<Reason>> {
        if self.unit(&to).is_none() {
            return Err(vec![Reason::NoUnit(to)]);
        }
        let application = self.living(to.app())?;
        application.leader = Some(to);
        application.leaderless = false;
        Ok(Outcome::Done)
    }

    pub(super) fn lose_leadership(&mut self, app: &AppName) -> Result<Outcome, Vec<Reason>> {
        let application = self.living(app)?;
        application.leader = None;
        application.leaderless = true;
        Ok(Outcome::Done)
    }
}

/// What makes a charm impossible.
fn problems(charm: &CharmFacts) -> Vec<Reason> {
    let reserved = |name: &str| name == "juju" || name.starts_with("juju-");
    let endpoints = charm
        .endpoints
        .iter()
        .filter(|(name, endpoint)| reserved(name.as_str()) || endpoint.interface.starts_with("juju"))
        .map(|(name, endpoint)| Reason::ReservedEndpoint {
            endpoint: name.clone(),
            interface: endpoint.interface.clone(),
        });
    let defaults = charm
        .options
        .iter()
        .filter(|(_, option)| {
            option
                .default
                .as_ref()
                .is_some_and(|value| !option.kind.accepts(value))
        })
        .map(|(name, option)| Reason::WrongDefault {
            option: name.clone(),
            expected: option.kind,
        });
    let params = charm.actions.iter().flat_map(|(action, facts)| {
        let unknown = facts
            .params
            .iter()
            .filter(|(_, schema)| !schema::has_known_types(schema));
        unknown.map(|(param, _)| Reason::UnknownParameterType {
            action: action.clone(),
            param: param.clone(),
        })
    });
    endpoints.chain(defaults).chain(params).collect()
}
