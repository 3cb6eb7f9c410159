//! A life driven by Juju's own agents: they say which hook is due, serve its hook commands and take what it wrote; the pods that
//! hooks run in are the sandbox's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use charmarr::{runner, scenario};
use fs_err as fs;
use juju_sandbox::{
    Cloud, Happening, Options, caas,
    images::copy_tree,
    kube::{Delete, Fault},
    pods::Isolation,
};
use serde_json::{Value, json};

use crate::agent::Agents;
use crate::enter;
use crate::life::{Driver, Step};
use crate::pods::{Pods, uid_of};
use crate::seen::{self, Seen};

/// How often a unit that waits is woken, and how long it is left alone before.
const WAKES: usize = 20;
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) struct Juju {
    agents: Agents,
    pods: Arc<Pods>,
    /// The folders of the charms by application.
    folders: BTreeMap<String, PathBuf>,
    /// Applications whose objects Kubernetes has.
    made: BTreeSet<String>,
    /// Pods whose replacement was asked for, by uid.
    replaced: BTreeSet<String>,
}

impl Juju {
    /// Deploys storage and the five applications.
    pub(crate) fn new(program: &Path, dir: &Path, charms: &Path) -> Self {
        let demo = scenario::scenario(None);
        let mut options = Options::new(dir.join("world"), Isolation::probe());
        "media".clone_into(&mut options.model);
        options.images = runner::images(&demo);
        let cloud = Cloud::new(options).unwrap();
        let deployed: Vec<_> = demo.operations.iter().filter_map(deployed).collect();
        let folders = deployed
            .iter()
            .map(|app| (app.app.to_owned(), charms.join(app.charm)))
            .collect::<BTreeMap<_, _>>();
        let pods = Arc::new(Pods::new(cloud, folders.clone()));
        let socket = dir.join("enter.socket");
        let server = Arc::clone(&pods);
        enter::serve(&socket, move |asked| server.run(asked));
        let mut juju = Self {
            agents: Agents::start(program, &dir.join("agents")),
            pods,
            folders,
            made: BTreeSet::new(),
            replaced: BTreeSet::new(),
        };
        let mut deploys = Vec::new();
        for app in deployed {
            let charm = dir.join("charms").join(app.charm);
            copy_tree(&charms.join(app.charm), &charm).unwrap();
            fs::remove_file(charm.join("dispatch")).unwrap();
            enter::write_dispatch(&charm.join("dispatch"), &socket);
            let resources = runner::resources(app);
            juju.make(app.app, &resources);
            let config: BTreeMap<_, _> = app.config.iter().copied().collect();
            deploys.push(
                json!({ "deploy": { "app": app.app, "charm": charm, "trust": true, "units": 1,
                "config": config, "resources": resources } }),
            );
        }
        // The pods first: an agent runs in one.
        let happened = juju.cloud().step().unwrap();
        juju.agents.perform(&json!({ "together": deploys }));
        for happening in happened {
            if let Happening::Started { pod, .. } = happening {
                juju.tell_of_pebbles(&pod);
            }
        }
        juju
    }

    fn cloud(&self) -> MutexGuard<'_, Cloud> {
        self.pods.cloud()
    }

    fn make(&mut self, app: &str, resources: &BTreeMap<String, String>) {
        let charm = charm_metadata::CharmDir::read(&self.folders[app]).unwrap();
        let wanted = caas::Application::of_charm(app, &charm.metadata, resources);
        let cloud = self.pods.cloud();
        for write in caas::writes(cloud.model(), None, &wanted) {
            cloud.write(&write).unwrap();
        }
        self.made.insert(app.to_owned());
    }

    /// Tells the agents what became of pods; true when there was something to tell.
    fn tell_of_pods(&mut self) -> bool {
        let happened = self.cloud().step().unwrap();
        let mut told = false;
        for happening in happened {
            match happening {
                Happening::Started { pod, .. } => {
                    self.tell_of_pebbles(&pod);
                    told = true;
                }
                Happening::Terminating { pod } => {
                    let found = self.cloud().kubectl().get("Pod", Some("media"), &pod);
                    // It may be gone since.
                    let Ok(found) = found else { continue };
                    let ends = found["metadata"].get("deletionTimestamp").is_some();
                    if ends && self.replaced.insert(uid_of(&found)) {
                        self.end(&pod);
                        told = true;
                    }
                }
                Happening::Gone { .. } => {}
            }
        }
        told
    }

    /// A pod that ends while its unit lives is replaced; one whose unit is gone may go.
    fn end(&mut self, pod: &str) {
        let unit = unit_of(pod);
        if self.lives(&unit) {
            self.agents.perform(&json!({ "pod-replaced": { "unit": unit } }));
            self.pods.replace_if_stopped(pod);
            self.tell_of_pebbles(pod);
        } else {
            self.cloud().let_go(pod).unwrap();
        }
    }

    fn lives(&mut self, unit: &str) -> bool {
        units(&self.agents.show()).iter().any(|(known, _)| known == unit)
    }

    /// The pod of a unit that is gone may be made anew before its set is taken away: it concerns nobody.
    fn tell_of_pebbles(&mut self, pod: &str) {
        let unit = unit_of(pod);
        if !self.lives(&unit) {
            return;
        }
        let boots = self.cloud().boots(pod);
        for (container, _) in boots {
            self.agents
                .perform(&json!({ "pebble-up": { "unit": unit, "container": container } }));
        }
    }

    /// Takes away the objects of applications that are no more; true when there were any.
    fn bury(&mut self, shown: &Value) -> bool {
        let gone: Vec<String> = self
            .made
            .iter()
            .filter(|app| shown["applications"].get(app.as_str()).is_none())
            .cloned()
            .collect();
        for app in &gone {
            let cloud = self.pods.cloud();
            for write in caas::removal(cloud.model(), app) {
                cloud.write(&write).unwrap();
            }
            self.made.remove(app);
        }
        !gone.is_empty()
    }
}

fn deployed(operation: &scenario::Operation) -> Option<&scenario::Application> {
    match operation {
        scenario::Operation::Deploy(application) => Some(application),
        _ => None,
    }
}

/// Every unit with what is shown of it.
fn units(shown: &Value) -> Vec<(String, Value)> {
    let apps = shown["applications"].as_object().unwrap().values();
    let units = apps.filter_map(|app| app["units"].as_object());
    units
        .flatten()
        .map(|(unit, found)| (unit.clone(), found.clone()))
        .collect()
}

fn unit_of(pod: &str) -> String {
    let (app, number) = pod.rsplit_once('-').unwrap();
    format!("{app}/{number}")
}

impl Driver for Juju {
    fn fail(&mut self, fault: Fault) {
        self.cloud().kube().unwrap().inject(fault);
    }

    fn step(&mut self, step: &Step) {
        let end = |text: &str| match text.split_once(':') {
            Some(_) => text.to_owned(),
            None => format!("{text}:media-storage"),
        };
        let operation = match step {
            Step::Integrate(a, b) => json!({ "integrate": { "a": end(a), "b": end(b) } }),
            Step::RemoveRelation(a, b) => json!({ "remove-relation": { "a": end(a), "b": end(b) } }),
            Step::Config(app, option, value) => {
                json!({ "config": { "app": app, "values": { *option: value } } })
            }
            Step::RemoveApplication(app) => json!({ "remove-application": { "app": app } }),
            Step::DeletePod(pod) => {
                self.cloud()
                    .kubectl()
                    .delete("Pod", Some("media"), pod, &Delete::default())
                    .unwrap();
                return;
            }
        };
        self.agents.perform(&operation);
    }

    fn settle(&mut self) {
        let mut wakes = 0;
        loop {
            if self.tell_of_pods() {
                continue;
            }
            let shown = self.agents.show();
            if self.bury(&shown) {
                continue;
            }
            let units = units(&shown);
            if let Some((unit, _)) = units.iter().find(|(_, found)| found["agent"] == "error") {
                self.agents.perform(&json!({ "retry": { "unit": unit } }));
                continue;
            }
            let waits = |found: &Value| {
                matches!(
                    seen::text(&found["workload"]["status"]),
                    "waiting" | "maintenance"
                )
            };
            let waiting: Vec<_> = units.iter().filter(|(_, found)| waits(found)).collect();
            if waiting.is_empty() || wakes == WAKES {
                break;
            }
            wakes += 1;
            std::thread::sleep(PAUSE);
            for (unit, _) in waiting {
                self.agents.perform(&json!({ "update-status": { "unit": unit } }));
            }
        }
    }

    fn look(&mut self) -> Seen {
        let shown = self.agents.show();
        let statuses = units(&shown).into_iter().map(|(unit, found)| {
            let workload = &found["workload"];
            (
                unit,
                seen::status(seen::text(&workload["status"]), seen::text(&workload["message"])),
            )
        });
        let mut bags = BTreeMap::new();
        for relation in shown["relations"].as_array().unwrap() {
            let ends = relation["endpoints"].as_array().unwrap().iter();
            let mut apps: Vec<&str> = ends.filter_map(|end| end.as_str()?.split(':').next()).collect();
            apps.sort_unstable();
            for app in &apps {
                let bag = relation["bags"].get(*app).cloned().unwrap_or_else(|| json!({}));
                bags.insert(format!("{} {app}", apps.join(" ")), bag);
            }
        }
        Seen {
            statuses: statuses.collect(),
            bags,
            objects: seen::objects(self.cloud().kubectl()).unwrap(),
        }
    }

    fn hooks(&self) -> Vec<(String, String, bool)> {
        let ends = self.agents.hooks.iter().filter(|line| line["kind"] == "hook-end");
        let of = |line: &Value, key: &str| seen::text(&line[key]).to_owned();
        ends.map(|line| {
            (
                of(line, "unit"),
                of(line, "hook"),
                line["outcome"].get("failed").is_some(),
            )
        })
        .collect()
    }
}
