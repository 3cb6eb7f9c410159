//! The model as a value, and questions about it. How it changes: `operation`, `agent`, `turn`.

use crate::action::Action;
use crate::charm::CharmFacts;
use crate::config::ConfigValue;
use crate::names::{ActionId, AppName, RelationId, UnitName};
use crate::relation::{Life, Relation};
use crate::resource::Resource;
use crate::secret::{Secret, SecretId};
use crate::status::{Seconds, Status};
use crate::unit::{BeforeRefresh, ConfigSeen, Port, Process, Unit};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Facts of the model as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Its name, which is its namespace too.
    pub name: String,
    /// Its UUID.
    pub uuid: String,
    /// The version of Juju it plays, `3.6.8`.
    pub juju_version: String,
}

/// A whole Juju model. A value: clone it, compare it, save it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    pub(crate) model: ModelFacts,
    pub(crate) now: Seconds,
    pub(crate) applications: BTreeMap<AppName, Application>,
    pub(crate) relations: BTreeMap<RelationId, Relation>,
    pub(crate) actions: BTreeMap<ActionId, Action>,
    pub(crate) secrets: BTreeMap<SecretId, Secret>,
    pub(crate) next_relation: u32,
    pub(crate) next_action: u32,
    pub(crate) next_storage: u32,
    pub(crate) next_secret: u64,
    pub(crate) hooks_begun: u64,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// Its charm.
    pub charm: CharmFacts,
    /// How often its charm or one of its resources was replaced by another: pods of before are to be replaced.
    pub charm_modified_version: u32,
    /// Whether it is being removed.
    pub life: Life,
    /// Whether it may use the Kubernetes API as cluster administrator.
    pub trust: bool,
    /// What was configured, without defaults.
    pub config: BTreeMap<String, ConfigValue>,
    /// How many units it is to have.
    pub scale: u32,
    /// Its resources, by name: those of its charm, and those of charms that it had before.
    pub resources: BTreeMap<String, Resource>,
    /// Its leader.
    pub leader: Option<UnitName>,
    /// Nobody takes the lead by itself: [`Operation::LoseLeadership`](crate::Operation::LoseLeadership).
    pub leaderless: bool,
    /// What the leader said of it.
    pub status: Option<Status>,
    /// Its units, by number.
    pub units: BTreeMap<u32, Unit>,
}

/// A unit that should have a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodWanted<'a> {
    /// The unit.
    pub unit: UnitName,
    /// Its charm.
    pub charm: &'a str,
    /// Whether its application is trusted.
    pub trust: bool,
    /// Whether the unit is being removed: its agent still has hooks to run.
    pub life: Life,
}

impl World {
    /// A model with nothing in it.
    pub fn new(model: ModelFacts) -> Self {
        Self {
            model,
            now: 0,
            applications: BTreeMap::new(),
            relations: BTreeMap::new(),
            actions: BTreeMap::new(),
            secrets: BTreeMap::new(),
            next_relation: 0,
            next_action: 1,
            next_storage: 0,
            next_secret: 0,
            hooks_begun: 0,
        }
    }

    /// Facts of the model.
    pub fn model(&self) -> &ModelFacts {
        &self.model
    }

    /// The simulated time.
    pub fn now(&self) -> Seconds {
        self.now
    }

    /// Lets the simulated time pass until `then`; never back.
    pub fn advance_to(&mut self, then: Seconds) {
        self.now = self.now.max(then);
    }

    /// When the next failed hook is tried again, if one waits for that.
    pub fn next_retry(&self) -> Option<Seconds> {
        self.unit_names()
            .iter()
            .filter_map(|name| self.unit(name))
            .filter(|unit| unit.agent.process == Process::Up && unit.agent.running.is_none())
            .flat_map(|unit| unit.agent.failures())
            .map(|failed| failed.retry_at)
            .filter(|at| *at > self.now)
            .min()
    }

    /// All applications.
    pub fn applications(&self) -> &BTreeMap<AppName, Application> {
        &self.applications
    }

    /// One application.
    pub fn application(&self, name: &AppName) -> Option<&Application> {
        self.applications.get(name)
    }

    /// All relations.
    pub fn relations(&self) -> &BTreeMap<RelationId, Relation> {
        &self.relations
    }

    /// The actions that were ever queued.
    pub fn actions(&self) -> &BTreeMap<ActionId, Action> {
        &self.actions
    }

    /// The names of all units, in order.
    pub fn unit_names(&self) -> Vec<UnitName> {
        let units_of = |(app, application): (&AppName, &Application)| {
            let app = app.clone();
            application
                .units
                .keys()
                .map(move |number| UnitName::new(app.clone(), *number))
                .collect::<Vec<_>>()
        };
        self.applications.iter().flat_map(units_of).collect()
    }

    /// One unit.
    pub fn unit(&self, name: &UnitName) -> Option<&Unit> {
        self.applications.get(name.app())?.units.get(&name.number())
    }

    pub(crate) fn unit_mut(&mut self, name: &UnitName) -> Option<&mut Unit> {
        self.applications
            .get_mut(name.app())?
            .units
            .get_mut(&name.number())
    }

    /// Whether the controller's lease of leadership is `unit`'s.
    pub fn is_leader(&self, unit: &UnitName) -> bool {
        self.applications
            .get(unit.app())
            .is_some_and(|app| app.leader.as_ref() == Some(unit))
    }

    /// The units that should have a pod now: all that are not yet gone.
    pub fn pods_wanted(&self) -> Vec<PodWanted<'_>> {
        let wanted = |name: UnitName| {
            let application = self.applications.get(name.app())?;
            let unit = self.unit(&name)?;
            Some(PodWanted {
                unit: name,
                charm: &application.charm.name,
                trust: application.trust,
                life: unit.life,
            })
        };
        self.unit_names().into_iter().filter_map(wanted).collect()
    }

    /// The relations `app` takes part in.
    pub(crate) fn relations_of(&self, app: &AppName) -> impl Iterator<Item = &Relation> {
        self.relations
            .values()
            .filter(move |relation| relation.local(app).is_some())
    }

    /// What `config-changed` would tell `unit` of now.
    pub(crate) fn config_now(&self, unit: &UnitName) -> Option<ConfigSeen> {
        let application = self.applications.get(unit.app())?;
        let unit = self.unit(unit)?;
        let BeforeRefresh { settings, given } = match &unit.before_refresh {
            Some(before) => before.clone(),
            None => application.seen_now(),
        };
        Some(ConfigSeen {
            settings,
            given,
            trust: application.trust,
            network: unit.network,
        })
    }
}

impl Application {
    /// All options with their values: what was configured, else the default, else `None`.
    pub fn settings(&self) -> BTreeMap<String, Option<ConfigValue>> {
        let value = |(name, facts): (&String, &crate::charm::OptionFacts)| {
            let value = self.config.get(name).or(facts.default.as_ref()).cloned();
            (name.clone(), value)
        };
        self.charm.options.iter().map(value).collect()
    }

    /// What the pods of its charm see of the configuration.
    pub(crate) fn seen_now(&self) -> BeforeRefresh {
        BeforeRefresh {
            settings: self.settings(),
            given: self.config.clone(),
        }
    }

    /// The ports its units opened: those of its Service.
    pub fn ports(&self) -> BTreeSet<Port> {
        self.units
            .values()
            .flat_map(|unit| unit.ports.iter().cloned())
            .collect()
    }
}
