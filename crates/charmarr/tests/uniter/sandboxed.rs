//! A life driven by the sandbox's own model and agent.

use std::collections::BTreeMap;
use std::path::Path;

use charmarr::{engine::Engine, runner, scenario};
use juju_sandbox::{
    Sandbox,
    kube::{Delete, Fault},
    model::{EndpointRef, Operation},
    trace::{Entry, HookOutcome},
};
use serde_json::json;

use crate::life::{Driver, Step};
use crate::seen::{self, Seen};

/// The embedded Juju.
pub(crate) struct Sandboxed {
    sandbox: Sandbox,
}

impl Sandboxed {
    pub(crate) fn new(dir: &Path, charms: &Path) -> Self {
        let setting = runner::Setting {
            engine: &Engine::Embedded,
            model: "media",
            charms,
            dir,
        };
        let mut nothing = scenario::scenario(None);
        nothing
            .operations
            .retain(|operation| matches!(operation, scenario::Operation::Deploy(_)));
        let sandbox = runner::arranged(&nothing, &setting).unwrap();
        Self { sandbox }
    }
}

fn end(text: &str) -> EndpointRef {
    text.parse().unwrap()
}

impl Driver for Sandboxed {
    fn fail(&mut self, fault: Fault) {
        self.sandbox.inject(fault).unwrap();
    }

    fn step(&mut self, step: &Step) {
        let operation = match step {
            Step::Integrate(a, b) => Operation::Integrate { a: end(a), b: end(b) },
            Step::RemoveRelation(a, b) => Operation::RemoveRelation { a: end(a), b: end(b) },
            Step::Config(app, option, value) => Operation::Config {
                app: app.parse().unwrap(),
                values: BTreeMap::from([((*option).to_owned(), (*value).to_owned())]),
                reset: [].into(),
            },
            Step::RemoveApplication(app) => Operation::RemoveApplication {
                app: app.parse().unwrap(),
            },
            Step::DeletePod(pod) => {
                self.sandbox
                    .kubectl()
                    .delete("Pod", Some("media"), pod, &Delete::default())
                    .unwrap();
                return;
            }
        };
        self.sandbox.perform(operation).unwrap();
    }

    fn settle(&mut self) {
        let settled = self.sandbox.settle(&mut |_| {}).unwrap();
        assert!(settled.quiet && settled.failed.is_empty(), "{settled:?}");
    }

    fn look(&mut self) -> Seen {
        let status = self.sandbox.status();
        let units = status.applications.values().flat_map(|app| &app.units);
        let statuses = units.map(|(unit, found)| {
            let workload = &found.workload;
            (
                unit.to_string(),
                seen::status(&workload.status.to_string(), &workload.message),
            )
        });
        let bags = self.sandbox.inspect(|world| {
            let mut bags = BTreeMap::new();
            for relation in world.relations().values().filter(|relation| !relation.is_peer()) {
                let mut apps: Vec<String> = relation.sides.iter().map(|side| side.app.to_string()).collect();
                apps.sort_unstable();
                for side in &relation.sides {
                    bags.insert(
                        format!("{} {}", apps.join(" "), side.app),
                        json!(side.bag.settings),
                    );
                }
            }
            bags
        });
        Seen {
            statuses: statuses.collect(),
            bags,
            objects: seen::objects(self.sandbox.kubectl()).unwrap(),
        }
    }

    fn hooks(&self) -> Vec<(String, String, bool)> {
        let entries = self.sandbox.trace().entries();
        let ends = entries.into_iter().filter_map(|entry| match entry {
            Entry::HookEnd {
                unit, hook, outcome, ..
            } => Some((unit, hook, matches!(outcome, HookOutcome::Failed(_)))),
            _ => None,
        });
        ends.collect()
    }
}
