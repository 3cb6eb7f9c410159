//! `juju status` as a value. Enters: the world. Leaves: what a person is shown.

use crate::names::{AppName, EndpointName, UnitName};
use crate::relation::Life;
use crate::status::{AgentStatus, Status};
use crate::world::World;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The status of a whole model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelStatus {
    /// The model's name.
    pub model: String,
    /// Its applications.
    pub applications: BTreeMap<AppName, ApplicationStatus>,
}

/// The status of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApplicationStatus {
    /// Its charm.
    pub charm: String,
    /// Whether it is being removed.
    pub life: Life,
    /// Its status.
    pub status: Status,
    /// The version of its workload, when a unit said one.
    pub workload_version: Option<String>,
    /// Per endpoint, the related applications.
    pub relations: BTreeMap<EndpointName, BTreeSet<AppName>>,
    /// Its units.
    pub units: BTreeMap<UnitName, UnitStatus>,
}

/// The status of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitStatus {
    /// Its workload's status: `error` while a hook has failed.
    pub workload: Status,
    /// What its agent does; `idle` while a hook has failed, as `juju status` shows it.
    pub agent: AgentStatus,
    /// Whether it is the leader.
    pub leader: bool,
    /// The address of its pod.
    pub address: Option<IpAddr>,
    /// Why the last hook failed, and how often it did.
    pub failure: Option<Failure>,
}

/// A hook that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Which.
    pub hook: String,
    /// How often.
    pub attempts: u32,
    /// How the last attempt ended.
    pub why: String,
}

impl World {
    /// The status of the model.
    pub fn status(&self) -> ModelStatus {
        let shown = |app: &AppName| Some((app.clone(), self.application_shown(app)?));
        ModelStatus {
            model: self.model.name.clone(),
            applications: self.applications.keys().filter_map(shown).collect(),
        }
    }

    fn application_shown(&self, app: &AppName) -> Option<ApplicationStatus> {
        let application = self.applications.get(app)?;
        let mut relations: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for relation in self.relations_of(app) {
            if let (Some(local), Some(remote)) = (relation.local(app), relation.remote(app)) {
                relations
                    .entry(local.endpoint.clone())
                    .or_default()
                    .insert(remote.app.clone());
            }
        }
        let units = self.unit_names().into_iter().filter(|unit| unit.app() == app);
        Some(ApplicationStatus {
            charm: application.charm.name.clone(),
            life: application.life,
            status: self.application_status(app)?,
            workload_version: application
                .units
                .values()
                .find_map(|unit| unit.workload_version.clone()),
            relations,
            units: units
                .filter_map(|name| Some((name.clone(), self.unit_shown(&name)?)))
                .collect(),
        })
    }

    fn unit_shown(&self, name: &UnitName) -> Option<UnitStatus> {
        let unit = self.unit(name)?;
        let failed = unit.agent.failures().next();
        Some(UnitStatus {
            workload: self.workload_shown(name)?,
            agent: if unit.agent_status == AgentStatus::Error {
                AgentStatus::Idle
            } else {
                unit.agent_status
            },
            leader: self.is_leader(name),
            address: unit.network.map(|network| network.address),
            failure: failed.map(|failed| Failure {
                hook: failed.hook.to_string(),
                attempts: failed.attempts,
                why: failed.why.clone(),
            }),
        })
    }
}
