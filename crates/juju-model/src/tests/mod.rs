//! Whole lives of models: operations in, the hooks of each unit out.

mod chaos;
mod churn;
mod failure;
mod life;
mod refusal;
mod relations;
mod secrets;
mod seen;

use crate::*;
use serde_json::json;
use std::collections::BTreeMap;

/// A model in play: performs operations and runs what is due, noting each hook.
pub(super) struct Play {
    pub(super) world: World,
    log: Vec<String>,
}

/// `shelf` offers `db` (and has a container, options, an action, a storage and a peer relation), `reader` uses it.
pub(super) fn charm(name: &str) -> CharmFacts {
    let endpoint = |role, interface: &str, limit| Endpoint {
        role,
        interface: interface.to_owned(),
        limit,
    };
    let option = |kind, default| OptionFacts { kind, default };
    let mut facts = CharmFacts {
        name: format!("{name}-k8s"),
        ..CharmFacts::default()
    };
    match name {
        "shelf" => {
            facts
                .endpoints
                .insert(name_of("db"), endpoint(Role::Provides, "sql", None));
            facts
                .endpoints
                .insert(name_of("cluster"), endpoint(Role::Peer, "shelf-peer", None));
            facts.containers.insert(name_of("web"));
            facts.options.insert(
                "port".to_owned(),
                option(OptionType::Int, Some(ConfigValue::Int(8080))),
            );
            facts
                .options
                .insert("label".to_owned(), option(OptionType::String, None));
            let params = json!({"target": {"type": "string", "default": "local"}, "depth": {"type": "integer", "minimum": 1}});
            let params = params.as_object().cloned().unwrap_or_default();
            let backup = ActionFacts {
                params,
                required: [].into(),
                additional_properties: false,
            };
            facts.actions.insert(name_of("backup"), backup);
        }
        "stored" => {
            facts.storage.insert(
                name_of("config"),
                StorageFacts {
                    location: Some("/config".to_owned()),
                },
            );
        }
        _ => {
            facts
                .endpoints
                .insert(name_of("store"), endpoint(Role::Requires, "sql", Some(1)));
        }
    }
    facts
}

/// One unit of `charm`, with nothing given.
pub(super) fn deployment(app: &str, charm: CharmFacts) -> Deploy {
    Deploy {
        app: name_of(app),
        charm,
        trust: false,
        config: BTreeMap::new(),
        units: 1,
        resources: BTreeMap::new(),
    }
}

pub(super) fn name_of<T: std::str::FromStr<Err = InvalidName>>(text: &str) -> T {
    text.parse().expect("a good name")
}

impl Play {
    pub(super) fn new() -> Self {
        let model = ModelFacts {
            name: "media".to_owned(),
            uuid: "6f1c".to_owned(),
            juju_version: "3.6.8".to_owned(),
        };
        Self {
            world: World::new(model),
            log: Vec::new(),
        }
    }

    /// A shelf and readers, related, everything run, the log empty.
    pub(super) fn related(shelves: u32, readers: u32) -> Self {
        let mut play = Self::new();
        play.deploy("shelf", shelves);
        play.deploy("reader", readers);
        play.start_all();
        play.integrate();
        play.settle();
        play.log.clear();
        play
    }

    pub(super) fn deploy(&mut self, app: &str, units: u32) {
        let deploy = Deploy {
            units,
            ..deployment(app, charm(app))
        };
        self.perform(Operation::Deploy(Box::new(deploy)));
    }

    pub(super) fn integrate(&mut self) {
        self.perform(Operation::Integrate {
            a: name_of("shelf"),
            b: name_of("reader"),
        });
    }

    pub(super) fn unrelate(&mut self) {
        self.perform(Operation::RemoveRelation {
            a: name_of("shelf"),
            b: name_of("reader"),
        });
    }

    pub(super) fn scale(&mut self, app: &str, units: u32) {
        self.perform(Operation::ScaleApplication {
            app: name_of(app),
            units,
        });
    }

    pub(super) fn configure(&mut self, option: &str, value: &str) {
        let values = [(option.to_owned(), value.to_owned())].into();
        self.perform(Operation::Config {
            app: name_of("shelf"),
            values,
            reset: [].into(),
        });
    }

    pub(super) fn perform(&mut self, operation: Operation) -> Outcome {
        self.world.perform(operation).expect("a possible operation")
    }

    /// The agents of all units without one start in new pods.
    pub(super) fn start_all(&mut self) {
        for unit in self.world.unit_names() {
            if self
                .world
                .unit(&unit)
                .is_some_and(|unit| unit.agent.process == Process::Down)
            {
                self.start(&unit.to_string(), true);
            }
        }
    }

    pub(super) fn start(&mut self, unit: &str, charm_dir_empty: bool) {
        let unit: UnitName = name_of(unit);
        let host = u8::try_from(unit.number()).unwrap_or_default();
        let (address, service) = ([10, 1, 0, host], [10, 152, 0, 9]);
        let start = AgentStart {
            charm_dir_empty,
            address: address.into(),
            service_address: Some(service.into()),
        };
        self.world.agent_started(&unit, start);
    }

    /// Runs the next hook of `unit`, which changes `changes`.
    pub(super) fn step(&mut self, unit: &str, changes: impl FnOnce(&HookRun) -> Changes) -> Option<Hook> {
        let unit = name_of(unit);
        let hook = self.world.next_hook(&unit)?;
        let run = self.world.begin(&unit, &hook).expect("due");
        self.note(&unit, &hook);
        self.world.commit(&unit, &hook, changes(&run)).expect("accepted");
        Some(hook)
    }

    /// Runs `update-status` of `unit`, which changes `changes`.
    pub(super) fn act(&mut self, unit: &str, changes: impl FnOnce(&HookRun) -> Changes) {
        self.perform(Operation::UpdateStatus { unit: name_of(unit) });
        assert_eq!(self.step(unit, changes), Some(Hook::UpdateStatus));
        self.log.clear();
    }

    fn note(&mut self, unit: &UnitName, hook: &Hook) {
        let about = hook.relation().map(|relation| {
            let leaves = match &relation.change {
                RelationChange::Departed { departing } => format!(" [{departing} leaves]"),
                RelationChange::Created
                | RelationChange::Joined
                | RelationChange::Changed
                | RelationChange::Broken => String::new(),
            };
            let app = relation
                .remote_app
                .as_ref()
                .map_or("-".to_owned(), ToString::to_string);
            format!(
                "{leaves} {}",
                relation.remote_unit.as_ref().map_or(app, ToString::to_string)
            )
        });
        let line = format!("{unit} {hook}{}", about.unwrap_or_default());
        self.log.push(line);
    }

    /// Runs everything that is due, in the order of the units.
    pub(super) fn settle(&mut self) {
        for _ in 0..1_000 {
            let units = self.world.unit_names();
            let Some(unit) = units.iter().find(|unit| self.world.next_hook(unit).is_some()) else {
                return;
            };
            self.step(&unit.to_string(), |_| Changes::default());
        }
        panic!("never settles: {:?}", self.log.last());
    }

    /// What ran since the last time.
    pub(super) fn ran(&mut self) -> String {
        std::mem::take(&mut self.log).join("\n")
    }

    pub(super) fn settled(&mut self) -> String {
        self.settle();
        self.ran()
    }
}

/// Changes of the application's own bag in each relation of `endpoint`.
pub(super) fn app_bag(run: &HookRun, endpoint: &str, key: &str, value: &str) -> Changes {
    bags(run, endpoint, key, value, true)
}

/// Changes of the unit's own bag in each relation of `endpoint`.
pub(super) fn unit_bag(run: &HookRun, endpoint: &str, key: &str, value: &str) -> Changes {
    bags(run, endpoint, key, value, false)
}

fn bags(run: &HookRun, endpoint: &str, key: &str, value: &str, app: bool) -> Changes {
    let mut changes = Changes::default();
    for (id, view) in run
        .relations
        .iter()
        .filter(|(_, view)| view.endpoint.as_str() == endpoint)
    {
        let mut bag = if app {
            view.own_app_bag()
        } else {
            view.own_unit_bag()
        }
        .clone();
        bag.insert(key.to_owned(), value.to_owned());
        if app {
            &mut changes.app_bags
        } else {
            &mut changes.unit_bags
        }
        .insert(*id, bag);
    }
    changes
}
