//! What a hook may see: a picture of the world at its beginning, with the permissions of databags. Enters: the world.
//! Leaves: values, or why they may not be read.

use crate::changes::Changes;
use crate::config::ConfigValue;
use crate::hook::{Hook, RelationChange};
use crate::names::{ActionName, AppName, EndpointName, RelationId, StorageId, UnitName};
use crate::relation::{Relation, Settings};
use crate::secret::{Secret, SecretGrant, SecretId};
use crate::unit::{Network, Port, RelationSeen, Storage};
use crate::world::{ModelFacts, World};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A running hook, and all it may see. Statuses are not here: they are said and asked at once, see
/// [`World::set_unit_status`].
#[derive(Clone, Debug, PartialEq)]
pub struct HookRun {
    /// Which.
    pub hook: Hook,
    /// Where.
    pub unit: UnitName,
    /// In which model.
    pub model: ModelFacts,
    /// Names this run: `app/0-config-changed-2106451666664417038`.
    pub context_id: String,
    /// Whether the unit was the leader when the hook began.
    pub leader: bool,
    /// The options with their values; `None`: no value.
    pub config: BTreeMap<String, Option<ConfigValue>>,
    /// The relations the unit is in.
    pub relations: BTreeMap<RelationId, RelationView>,
    /// The charm's state.
    pub state: BTreeMap<String, String>,
    /// The opened ports.
    pub ports: BTreeSet<Port>,
    /// The attached storages.
    pub storage: BTreeMap<StorageId, Storage>,
    /// The secrets that the unit looks after: its own, and on the leader those of the application.
    pub secrets: BTreeMap<SecretId, Secret>,
    /// The unit's addresses.
    pub network: Option<Network>,
    /// The action, when it is one.
    pub action: Option<ActionView>,
}

/// The action that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionView {
    /// Which.
    pub name: ActionName,
    /// With what.
    pub params: Map<String, Value>,
}

/// A relation as one unit sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationView {
    /// The unit's own endpoint.
    pub endpoint: EndpointName,
    /// The relation's key, for messages.
    pub key: String,
    /// The relation as the scope of rights to read secrets.
    pub scope: String,
    /// Whether it is a peer relation.
    pub peer: bool,
    /// The other application: its own in a peer relation.
    pub remote_app: AppName,
    /// The remote units that joined and did not depart.
    pub members: BTreeSet<UnitName>,
    own: UnitName,
    own_unit_bag: Settings,
    own_app_bag: Settings,
    remote_app_bag: Settings,
    remote_unit_bags: BTreeMap<UnitName, Settings>,
}

/// Whose databag is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BagOwner {
    /// That of a unit.
    Unit(UnitName),
    /// That of an application.
    App(AppName),
}

/// Why a databag may not be read. The texts are Juju's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadRefused {
    /// It is none of this unit's business.
    #[error("permission denied")]
    Denied,
    /// The unit was never in the relation.
    #[error(
        "cannot read settings for unit {unit:?} in relation {relation:?}: unit {unit:?}: settings not found"
    )]
    NeverJoined {
        /// Whose.
        unit: String,
        /// Where: the relation's key.
        relation: String,
    },
}

impl HookRun {
    /// The relation the hook is about.
    pub fn own_relation(&self) -> Option<RelationId> {
        self.hook.relation().map(|hook| hook.id)
    }

    /// What the hook reads in the bag of `owner` in relation `id`, its own writes in `changes` included. `Ok(None)`: it
    /// is in no such relation.
    ///
    /// # Errors
    /// When the unit may not read it.
    pub fn read_bag<'a>(
        &'a self,
        id: RelationId,
        owner: &BagOwner,
        changes: &'a Changes,
    ) -> Result<Option<&'a Settings>, ReadRefused> {
        let Some(view) = self.relations.get(&id) else {
            return Ok(None);
        };
        let bag = match owner {
            BagOwner::Unit(unit) if *unit == self.unit => {
                changes.unit_bags.get(&id).unwrap_or(&view.own_unit_bag)
            }
            BagOwner::App(app) if app == self.unit.app() && self.leader => {
                changes.app_bags.get(&id).unwrap_or(&view.own_app_bag)
            }
            BagOwner::Unit(unit) => view.remote_unit(unit)?,
            BagOwner::App(app) => view.app(app)?,
        };
        Ok(Some(bag))
    }

    pub(crate) fn of(world: &World, name: &UnitName, hook: &Hook) -> Option<Self> {
        let unit = world.unit(name)?;
        let entered = unit.agent.relations.iter();
        let relations = entered.filter_map(|(id, seen)| {
            let relation = world.relations.get(id)?;
            Some((*id, RelationView::of(relation, name, seen, hook)?))
        });
        let action = hook.action().and_then(|id| world.actions.get(&id));
        Some(Self {
            hook: hook.clone(),
            unit: name.clone(),
            model: world.model.clone(),
            context_id: format!("{name}-{hook}-{}", scramble(world.hooks_begun)),
            leader: world.is_leader(name),
            config: world.config_now(name)?.settings,
            relations: relations.collect(),
            state: unit.state.clone(),
            ports: unit.ports.clone(),
            storage: unit.storage.clone(),
            secrets: world
                .owned_secrets(name)
                .map(|(id, secret)| (id.clone(), secret.clone()))
                .collect(),
            network: unit.network,
            action: action.map(|action| ActionView {
                name: action.name.clone(),
                params: action.params.clone(),
            }),
        })
    }
}

impl RelationView {
    /// A unit that departs is gone from the members when the hook that tells of it begins; its bag stays readable as long
    /// as the relation is there.
    fn of(relation: &Relation, unit: &UnitName, seen: &RelationSeen, hook: &Hook) -> Option<Self> {
        let local = relation.local(unit.app())?;
        let remote = relation.remote(unit.app())?;
        let mut members: BTreeSet<_> = seen.members.keys().cloned().collect();
        if let Some(hook) = hook.relation().filter(|hook| hook.id == relation.id)
            && let Some(remote) = &hook.remote_unit
        {
            match hook.change {
                RelationChange::Joined => {
                    members.insert(remote.clone());
                }
                RelationChange::Departed { .. } => {
                    members.remove(remote);
                }
                RelationChange::Created | RelationChange::Changed | RelationChange::Broken => {}
            }
        }
        let others = remote.units.iter().filter(|(other, _)| *other != unit);
        Some(Self {
            endpoint: local.endpoint.clone(),
            key: relation.key(),
            scope: SecretGrant::scope(relation),
            peer: relation.is_peer(),
            remote_app: remote.app.clone(),
            members,
            own: unit.clone(),
            own_unit_bag: local
                .units
                .get(unit)
                .map(|bag| bag.settings.clone())
                .unwrap_or_default(),
            own_app_bag: local.bag.settings.clone(),
            remote_app_bag: remote.bag.settings.clone(),
            remote_unit_bags: others
                .map(|(unit, bag)| (unit.clone(), bag.settings.clone()))
                .collect(),
        })
    }

    /// The unit's own bag, as it was when the hook began.
    pub fn own_unit_bag(&self) -> &Settings {
        &self.own_unit_bag
    }

    /// The own application's bag, as it was when the hook began.
    pub fn own_app_bag(&self) -> &Settings {
        &self.own_app_bag
    }

    fn remote_unit(&self, unit: &UnitName) -> Result<&Settings, ReadRefused> {
        if *unit.app() != self.remote_app {
            return Err(ReadRefused::Denied);
        }
        let never = || ReadRefused::NeverJoined {
            unit: unit.to_string(),
            relation: self.key.clone(),
        };
        self.remote_unit_bags.get(unit).ok_or_else(never)
    }

    fn app(&self, app: &AppName) -> Result<&Settings, ReadRefused> {
        if *app == self.remote_app {
            return Ok(&self.remote_app_bag);
        }
        debug_assert!(
            *app != *self.own.app() || !self.peer,
            "in a peer relation both sides are one"
        );
        Err(ReadRefused::Denied)
    }
}

/// A number that looks like Juju's random one, the same in each replay (`SplitMix64`).
pub(crate) fn scramble(count: u64) -> u64 {
    let mut mixed = count.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) >> 1
}
