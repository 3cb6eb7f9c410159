//! `juju integrate` and `juju remove-relation`.

use super::{EndpointRef, Outcome, Reason, all_good};
use crate::charm::{Endpoint, Role};
use crate::names::{AppName, EndpointName, RelationId};
use crate::relation::{Life, Relation, Side};
use crate::world::World;

/// Two endpoints that fit: requirer, provider.
type Pair = [(AppName, EndpointName); 2];

impl World {
    pub(super) fn integrate(&mut self, a: &EndpointRef, b: &EndpointRef) -> Result<Outcome, Vec<Reason>> {
        let pair = self.pair(a, b)?;
        let limits = pair
            .iter()
            .filter_map(|(app, endpoint)| self.limit_reached(app, endpoint));
        let exists = self.between(&pair).map(|relation| match relation.life {
            Life::Alive => Reason::RelationExists(relation.key()),
            Life::Dying => Reason::RelationDying(relation.key()),
        });
        all_good(exists.into_iter().chain(limits).collect())?;
        let [(app, endpoint), _] = &pair;
        let interface = self
            .endpoint(app, endpoint)
            .map(|endpoint| endpoint.interface.clone());
        let id = RelationId(self.next_relation);
        self.next_relation += 1;
        let relation = Relation {
            id,
            interface: interface.unwrap_or_default(),
            life: Life::Alive,
            sides: pair
                .into_iter()
                .map(|(app, endpoint)| Side::new(app, endpoint))
                .collect(),
        };
        self.relations.insert(id, relation);
        Ok(Outcome::Related(id))
    }

    pub(super) fn remove_relation(
        &mut self,
        a: &EndpointRef,
        b: &EndpointRef,
    ) -> Result<Outcome, Vec<Reason>> {
        let unknown = [a, b]
            .into_iter()
            .filter(|end| !self.applications.contains_key(&end.app));
        all_good(
            unknown
                .map(|end| Reason::NoApplication(end.app.clone()))
                .collect(),
        )?;
        let is_end = |side: Option<&Side>, end: &EndpointRef| {
            side.is_some_and(|side| end.endpoint.as_ref().is_none_or(|name| *name == side.endpoint))
        };
        let found: Vec<_> = self
            .relations
            .values()
            .filter(|relation| !relation.is_peer())
            .filter(|relation| is_end(relation.local(&a.app), a) && is_end(relation.local(&b.app), b))
            .map(|relation| (relation.id, relation.key()))
            .collect();
        match found.as_slice() {
            [] => Err(vec![Reason::NoRelation {
                a: a.clone(),
                b: b.clone(),
            }]),
            [(id, _)] => {
                self.destroy_relation(*id);
                Ok(Outcome::Done)
            }
            several => {
                let keys = several.iter().map(|(_, key)| key.clone());
                Err(vec![ambiguous(a, b, keys)])
            }
        }
    }

    /// The one pair of endpoints that `a` and `b` can mean.
    fn pair(&self, a: &EndpointRef, b: &EndpointRef) -> Result<Pair, Vec<Reason>> {
        let reasons = [a, b].into_iter().filter_map(|end| self.cannot_relate(end));
        all_good(reasons.collect())?;
        let mut pairs = Vec::new();
        for (name_a, facts_a) in self.candidates(a) {
            for (name_b, facts_b) in self.candidates(b) {
                if facts_a.interface != facts_b.interface || a.app == b.app {
                    continue;
                }
                let end_a = (a.app.clone(), name_a.clone());
                let end_b = (b.app.clone(), name_b.clone());
                match (facts_a.role, facts_b.role) {
                    (Role::Requires, Role::Provides) => pairs.push([end_a, end_b]),
                    (Role::Provides, Role::Requires) => pairs.push([end_b, end_a]),
                    (Role::Peer | Role::Provides | Role::Requires, _) => {}
                }
            }
        }
        let key = |[(ra, re), (pa, pe)]: &Pair| format!("{ra}:{re} {pa}:{pe}");
        match pairs.as_slice() {
            [pair] => Ok(pair.clone()),
            [] => Err(vec![Reason::NoMatch]),
            several => Err(vec![ambiguous(a, b, several.iter().map(key))]),
        }
    }

    fn cannot_relate(&self, end: &EndpointRef) -> Option<Reason> {
        let Some(application) = self.applications.get(&end.app) else {
            return Some(Reason::NoApplication(end.app.clone()));
        };
        if application.life == Life::Dying {
            return Some(Reason::ApplicationDying(end.app.clone()));
        }
        let endpoint = end.endpoint.as_ref()?;
        let known = application.charm.endpoints.contains_key(endpoint);
        (!known).then(|| Reason::NoEndpoint {
            app: end.app.clone(),
            endpoint: endpoint.clone(),
        })
    }

    fn candidates<'a>(
        &'a self,
        end: &'a EndpointRef,
    ) -> impl Iterator<Item = (&'a EndpointName, &'a Endpoint)> {
        let all = self
            .applications
            .get(&end.app)
            .into_iter()
            .flat_map(|app| &app.charm.endpoints);
        all.filter(|(name, _)| end.endpoint.as_ref().is_none_or(|wanted| wanted == *name))
    }

    fn endpoint(&self, app: &AppName, endpoint: &EndpointName) -> Option<&Endpoint> {
        self.applications.get(app)?.charm.endpoints.get(endpoint)
    }

    fn between(&self, pair: &Pair) -> Option<&Relation> {
        let is_side = |relation: &Relation, (app, endpoint): &(AppName, EndpointName)| {
            relation.local(app).is_some_and(|side| side.endpoint == *endpoint)
        };
        self.relations
            .values()
            .find(|relation| pair.iter().all(|end| is_side(relation, end)))
    }

    fn limit_reached(&self, app: &AppName, endpoint: &EndpointName) -> Option<Reason> {
        let limit = self.endpoint(app, endpoint)?.limit?;
        let established = self.established(app, endpoint);
        let reached = usize::try_from(limit).is_ok_and(|limit| established >= limit);
        reached.then(|| Reason::LimitReached {
            app: app.clone(),
            endpoint: endpoint.clone(),
            limit,
        })
    }

    /// How many relations an endpoint has.
    pub(super) fn established(&self, app: &AppName, endpoint: &EndpointName) -> usize {
        let of_endpoint =
            |relation: &&Relation| relation.local(app).is_some_and(|side| side.endpoint == *endpoint);
        self.relations.values().filter(of_endpoint).count()
    }
}

fn ambiguous(a: &EndpointRef, b: &EndpointRef, keys: impl Iterator<Item = String>) -> Reason {
    let mut candidates: Vec<_> = keys.collect();
    candidates.sort();
    Reason::Ambiguous {
        a: a.clone(),
        b: b.clone(),
        candidates,
    }
}
