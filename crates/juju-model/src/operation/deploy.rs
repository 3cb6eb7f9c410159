//! `juju deploy` and what changes an application as a whole: `juju scale-application`, and who leads it.

use super::configure::typed;
use super::{Deploy, Outcome, Reason, all_good};
use crate::charm::{CharmFacts, Role};
use crate::names::{AppName, EndpointName, RelationId, UnitName};
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
            resources,
        } = deploy;
        let mut reasons = Vec::new();
        if self.applications.contains_key(&app) {
            reasons.push(Reason::ApplicationExists(app.clone()));
        }
        let config = typed(&charm, &config, &mut reasons);
        all_good(reasons)?;
        self.add_peers(&app, &charm);
        let application = Application {
            charm,
            charm_modified_version: 0,
            life: Life::Alive,
            trust,
            config,
            scale: units,
            resources,
            leader: None,
            leaderless: false,
            status: None,
            units: BTreeMap::new(),
        };
        self.applications.insert(app, application);
        Ok(Outcome::Done)
    }

    /// Makes the peer relations of `charm` that `app` does not have.
    pub(super) fn add_peers(&mut self, app: &AppName, charm: &CharmFacts) {
        let peers = charm
            .endpoints
            .iter()
            .filter(|(_, endpoint)| endpoint.role == Role::Peer);
        for (endpoint, facts) in peers {
            if self.peers(app, endpoint).is_some() {
                continue;
            }
            let id = RelationId(self.next_relation);
            self.next_relation += 1;
            let relation = Relation {
                id,
                interface: facts.interface.clone(),
                life: Life::Alive,
                sides: vec![Side::new(app.clone(), endpoint.clone())],
            };
            self.relations.insert(id, relation);
        }
    }

    fn peers(&self, app: &AppName, endpoint: &EndpointName) -> Option<&Relation> {
        let is_it = |relation: &&Relation| {
            let local = relation.local(app);
            relation.is_peer() && local.is_some_and(|side| side.endpoint == *endpoint)
        };
        self.relations.values().find(is_it)
    }

    /// On Kubernetes the units with the highest numbers go first.
    pub(super) fn scale(&mut self, app: &AppName, units: u32) -> Result<Outcome, Vec<Reason>> {
        if !self.applications.contains_key(app) {
            return Err(vec![Reason::NothingToScale(app.clone())]);
        }
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
