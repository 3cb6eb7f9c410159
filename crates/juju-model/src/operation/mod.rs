//! Operations: Juju's verbs. Enters: an operation. Leaves: a changed world and what came of it, or all the reasons why
//! it is impossible and an unchanged world.

mod configure;
mod deploy;
mod refresh;
mod refused;
mod relate;
mod remove;
mod run;
mod schema;

use crate::charm::CharmFacts;
use crate::names::{ActionId, ActionName, AppName, EndpointName, RelationId, UnitName};
use crate::resource::Resource;
use crate::world::World;
pub use refused::{Reason, Refused};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One of Juju's verbs with its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `juju deploy`
    Deploy(Box<Deploy>),
    /// `juju refresh`: the pods are to be replaced by whoever runs them.
    Refresh {
        /// Which application.
        app: AppName,
        /// The new revision of its charm.
        charm: Box<CharmFacts>,
        /// The resources that it did not have, and those that are given anew.
        resources: BTreeMap<String, Resource>,
    },
    /// `juju attach-resource`: the pods are to be replaced by whoever runs them, if it is another content.
    AttachResource {
        /// Which application.
        app: AppName,
        /// Which of its resources.
        name: String,
        /// What is in it now.
        content: Vec<u8>,
    },
    /// `juju integrate`
    Integrate {
        /// One end.
        a: EndpointRef,
        /// The other.
        b: EndpointRef,
    },
    /// `juju remove-relation`
    RemoveRelation {
        /// One end.
        a: EndpointRef,
        /// The other.
        b: EndpointRef,
    },
    /// `juju config`
    Config {
        /// Which application.
        app: AppName,
        /// Options to set, as text.
        values: BTreeMap<String, String>,
        /// Options to give back to their defaults.
        reset: BTreeSet<String>,
    },
    /// `juju trust`
    Trust {
        /// Which application.
        app: AppName,
        /// Whether trust is taken away.
        remove: bool,
    },
    /// `juju scale-application`
    ScaleApplication {
        /// Which application.
        app: AppName,
        /// How many units it is to have.
        units: u32,
    },
    /// `juju remove-application`
    RemoveApplication {
        /// Which application.
        app: AppName,
    },
    /// `juju run`
    Run {
        /// Which unit.
        unit: UnitName,
        /// Which action.
        action: ActionName,
        /// Its parameters.
        params: Map<String, Value>,
    },
    /// `juju resolve`
    Resolve {
        /// Which unit.
        unit: UnitName,
        /// Whether the failed hook is run again (at once) or counted as done.
        retry: bool,
    },
    /// The timer of `update-status` goes off.
    UpdateStatus {
        /// For which unit.
        unit: UnitName,
    },
    /// The leader's lease runs out, and `to` takes it.
    MoveLeadership {
        /// The new leader.
        to: UnitName,
    },
    /// The leader's lease runs out, and no unit gets it before [`Operation::MoveLeadership`].
    LoseLeadership {
        /// Which application.
        app: AppName,
    },
}

/// `juju deploy`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deploy {
    /// The application's name.
    pub app: AppName,
    /// Its charm.
    pub charm: CharmFacts,
    /// `--trust`
    pub trust: bool,
    /// `--config`, as text.
    pub config: BTreeMap<String, String>,
    /// `--num-units`
    pub units: u32,
    /// All resources of the charm.
    pub resources: BTreeMap<String, Resource>,
}

/// One end of a relation: `radarr` or `radarr:media-storage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRef {
    /// The application.
    pub app: AppName,
    /// Its endpoint; `None`: the one that fits.
    pub endpoint: Option<EndpointName>,
}

/// What came of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing more to say.
    Done,
    /// A relation was made.
    Related(RelationId),
    /// An action was queued.
    Queued(ActionId),
}

impl fmt::Display for EndpointRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Some(endpoint) => write!(f, "{}:{endpoint}", self.app),
            None => self.app.fmt(f),
        }
    }
}

impl std::str::FromStr for EndpointRef {
    type Err = crate::names::InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((app, endpoint)) => Ok(Self {
                app: app.parse()?,
                endpoint: Some(endpoint.parse()?),
            }),
            None => Ok(Self {
                app: text.parse()?,
                endpoint: None,
            }),
        }
    }
}

/// What it does, as a verb and its object, for messages.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deploy(deploy) => write!(f, "deploy `{}`", deploy.app),
            Self::Refresh { app, .. } => write!(f, "refresh `{app}`"),
            Self::AttachResource { app, name, .. } => write!(f, "attach resource `{name}` to `{app}`"),
            Self::Integrate { a, b } => write!(f, "integrate `{a}` with `{b}`"),
            Self::RemoveRelation { a, b } => write!(f, "remove relation of `{a}` with `{b}`"),
            Self::Config { app, .. } => write!(f, "configure `{app}`"),
            Self::Trust { app, remove: false } => write!(f, "trust `{app}`"),
            Self::Trust { app, remove: true } => write!(f, "take trust from `{app}`"),
            Self::ScaleApplication { app, units } => write!(f, "scale `{app}` to {units}"),
            Self::RemoveApplication { app } => write!(f, "remove application `{app}`"),
            Self::Run { unit, action, .. } => write!(f, "run `{action}` on `{unit}`"),
            Self::Resolve { unit, .. } => write!(f, "resolve `{unit}`"),
            Self::UpdateStatus { unit } => write!(f, "update status of `{unit}`"),
            Self::MoveLeadership { to } => write!(f, "make `{to}` the leader"),
            Self::LoseLeadership { app } => write!(f, "take the leader from `{app}`"),
        }
    }
}

impl World {
    /// Carries out `operation`.
    ///
    /// # Errors
    /// All reasons why it is impossible; the world is then as before.
    pub fn perform(&mut self, operation: Operation) -> Result<Outcome, Refused> {
        let name = operation.to_string();
        let result = match operation {
            Operation::Deploy(deploy) => self.deploy(*deploy),
            Operation::Refresh {
                app,
                charm,
                resources,
            } => self.refresh(&app, *charm, resources),
            Operation::AttachResource { app, name, content } => self.attach_resource(&app, name, content),
            Operation::Integrate { a, b } => self.integrate(&a, &b),
            Operation::RemoveRelation { a, b } => self.remove_relation(&a, &b),
            Operation::Config { app, values, reset } => self.configure(&app, &values, &reset),
            Operation::Trust { app, remove } => self.trust(&app, !remove),
            Operation::ScaleApplication { app, units } => self.scale(&app, units),
            Operation::RemoveApplication { app } => self.remove_application(&app),
            Operation::Run { unit, action, params } => self.run(&unit, &action, params),
            Operation::Resolve { unit, retry } => self.resolve(&unit, retry),
            Operation::UpdateStatus { unit } => self.ring_update_status(&unit),
            Operation::MoveLeadership { to } => self.move_leadership(to),
            Operation::LoseLeadership { app } => self.lose_leadership(&app),
        };
        let outcome = result.map_err(|reasons| Refused {
            operation: name,
            reasons,
        })?;
        self.line_up();
        Ok(outcome)
    }

    /// The application, if it is there and wanted.
    fn living(&mut self, app: &AppName) -> Result<&mut crate::world::Application, Vec<Reason>> {
        use crate::relation::Life;
        match self.applications.get_mut(app) {
            None => Err(vec![Reason::NoApplication(app.clone())]),
            Some(application) if application.life == Life::Dying => {
                Err(vec![Reason::ApplicationDying(app.clone())])
            }
            Some(application) => Ok(application),
        }
    }
}

/// `Ok` if there is nothing against it.
fn all_good(reasons: Vec<Reason>) -> Result<(), Vec<Reason>> {
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}
