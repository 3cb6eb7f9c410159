//! A stack at rest, and what a case does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use charmarr::{
    engine::Engine,
    runner::{self, Setting},
    scenario::{self, Operation, STORAGE, Scenario},
};
use juju_sandbox::{
    Sandbox, Settled,
    model::{EndpointRef, Operation as Verb},
    trace::DispatchCounts,
};
use serde_json::Value;

/// A name and what it shows.
pub(crate) type Case = (&'static str, fn(&Engine));

/// A model below a folder of its own.
pub(crate) struct Stack {
    pub(crate) sandbox: Sandbox,
    model: String,
    _folder: tempfile::TempDir,
}

/// The demo without the applications that are not named, and without titles.
pub(crate) fn demo_of(apps: &[&str]) -> Scenario {
    let mut demo = scenario::scenario(None);
    demo.operations.retain(|operation| {
        if let Operation::Deploy(application) = operation {
            application.app == STORAGE || apps.contains(&application.app)
        } else if let Operation::Integrate { requirer, .. } = operation {
            apps.contains(requirer)
        } else {
            true
        }
    });
    demo
}

impl Stack {
    /// Arranged, and nothing has run yet.
    pub(crate) fn arranged(on: &Engine, scenario: &Scenario) -> Self {
        let model = model(on);
        let folder = tempfile::tempdir().unwrap();
        let sandbox = runner::arranged(
            scenario,
            &Setting {
                engine: on,
                model: &model,
                charms: &charms(),
                dir: &folder.path().join("world"),
            },
        )
        .unwrap();
        Self::of_sandbox(sandbox, model, folder)
    }

    /// A sandbox below this folder, with a model of this name.
    pub(crate) fn of_sandbox(sandbox: Sandbox, model: String, folder: tempfile::TempDir) -> Self {
        Self {
            sandbox,
            model,
            _folder: folder,
        }
    }

    /// Carries out the operations once more.
    pub(crate) fn arrange(&mut self, scenario: &Scenario) {
        runner::arrange(&mut self.sandbox, scenario, &charms()).unwrap();
    }

    /// The storage charm and these applications, related and at rest.
    pub(crate) fn of(on: &Engine, apps: &[&str]) -> Self {
        let mut stack = Self::arranged(on, &demo_of(apps));
        stack.settle();
        stack
    }

    /// Runs until nothing is owed; a model that does not come to rest fails the case.
    pub(crate) fn settle(&mut self) -> Settled {
        let settled = self.sandbox.settle(&mut |_| {}).unwrap();
        assert!(settled.quiet, "the model does not come to rest");
        settled
    }

    pub(crate) fn perform(&mut self, verb: Verb) {
        self.sandbox.perform(verb).unwrap();
    }

    /// `juju config app option=value`, until nothing is owed.
    pub(crate) fn config(&mut self, app: &str, option: &str, value: &str) {
        let values = BTreeMap::from([(option.to_owned(), value.to_owned())]);
        self.perform(Verb::Config {
            app: app.parse().unwrap(),
            values,
            reset: BTreeSet::new(),
        });
        self.settle();
    }

    /// `juju remove-application`, until it is gone.
    pub(crate) fn remove(&mut self, app: &str) {
        self.perform(Verb::RemoveApplication {
            app: app.parse().unwrap(),
        });
        self.settle();
        assert!(
            !self
                .sandbox
                .status()
                .applications
                .contains_key(&app.parse().unwrap()),
            "{app} is still there"
        );
    }

    /// The status of an application's unit, as `juju status` shows it.
    #[track_caller]
    pub(crate) fn status(&self, unit: &str) -> String {
        let status = self.sandbox.status();
        let mut units = status.applications.values().flat_map(|app| &app.units);
        let (_, unit) = units
            .find(|(name, _)| name.to_string() == unit)
            .unwrap_or_else(|| panic!("no {unit}"));
        match unit.workload.message.as_str() {
            "" => unit.workload.status.to_string(),
            message => format!("{}: {message}", unit.workload.status),
        }
    }

    /// The model's name, which is its namespace.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// An object as Kubernetes has it.
    pub(crate) fn object(&self, kind: &str, name: &str) -> Option<Value> {
        let client = self.sandbox.kubectl();
        let namespace = (kind != "PersistentVolume").then_some(self.model());
        client.get(kind, namespace, name).ok()
    }

    /// What the leader of the provider published to a requirer.
    pub(crate) fn published_to(&self, app: &str) -> Value {
        let app = app.parse().unwrap();
        self.sandbox.inspect(|world| {
            let mut relations = world.relations().values();
            let relation = relations.find(|relation| relation.local(&app).is_some());
            let provider = relation.and_then(|relation| relation.remote(&app)).unwrap();
            provider
                .bag
                .settings
                .get("config")
                .map_or(Value::Null, |config| serde_json::from_str(config).unwrap())
        })
    }

    /// What the last dispatch of a unit called.
    pub(crate) fn last_dispatch(&self, unit: &str) -> DispatchCounts {
        self.sandbox.counts().of_unit(unit).last().cloned().unwrap()
    }
}

/// A model of its own for every case: a real cluster holds them all.
fn model(on: &Engine) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    if matches!(on, Engine::Embedded) {
        return "media".to_owned();
    }
    format!(
        "media-{}-{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    )
}

pub(crate) fn end(app: &str) -> EndpointRef {
    EndpointRef {
        app: app.parse().unwrap(),
        endpoint: None,
    }
}

pub(crate) fn charms() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    assert!(dist.is_dir(), "the charms are not packed: run `./run pack` first");
    dist
}
