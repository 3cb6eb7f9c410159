//! What the cases need: the virtual environment, charm folders as packed ones look, and a stack with some of them in it.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use charmarr::{
    engine::Engine,
    runner::{self, Setting},
    scenario::{Operation, STORAGE, Scenario},
};
use juju_sandbox::{
    Deployment, Sandbox,
    images::{Answers, Image, StandIn, copy_tree},
    model::Operation as Verb,
    pods::Mount,
};
use serde_json::Value;

use crate::stack::{Stack, charms, demo_of, end};

const MODEL: &str = "media";
/// The image of the Python requirers.
const PLAYER: &str = "stand-in/player";

/// The environment that `PYTHON_PEERS` names, or the one that was made before.
pub(super) fn environment() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("PYTHON_PEERS").filter(|given| !given.is_empty()) {
        return Some(given.into());
    }
    let output = Command::new(testenv().join("build"))
        .arg("--cached")
        .output()
        .ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim()))
}

fn testenv() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testenv/python")
}

/// The environment, and the interpreter's own folder where that is not among the machine's system folders.
fn interpreter(environment: &Path) -> Vec<Mount> {
    let program = environment.join("bin/python").canonicalize().unwrap();
    let prefix = program.ancestors().nth(2).unwrap();
    let folders = [environment, prefix].into_iter();
    folders
        .filter(|folder| !folder.starts_with("/usr"))
        .map(|folder| Mount::read_only(folder, folder))
        .collect()
}

/// A stack with these Python charms, each under the name of its charm, and then the scenario's operations; nothing has run.
pub(super) fn arranged(peers: &[&str], scenario: &Scenario) -> Stack {
    let environment =
        environment().unwrap_or_else(|| panic!("no Python for the Python charms: run testenv/python/build"));
    let folder = tempfile::tempdir().unwrap();
    let setting = Setting {
        engine: &Engine::Embedded,
        model: MODEL,
        charms: &charms(),
        dir: &folder.path().join("world"),
    };
    let mut options = runner::options(scenario, &setting).unwrap();
    options.charm_base = interpreter(&environment);
    let answers = Answers {
        port: 80,
        path: "/".to_owned(),
        silent_for: Duration::ZERO,
    };
    let programs = [("/usr/bin/player".into(), answers)].into();
    options
        .images
        .insert(PLAYER.to_owned(), Image::StandIn(StandIn { programs }));
    let mut sandbox = Sandbox::new(options).unwrap();
    for peer in peers {
        let charm = folder.path().join(peer);
        copy_tree(&testenv().join("common"), &charm).unwrap();
        copy_tree(&testenv().join("charms").join(peer), &charm).unwrap();
        symlink(&environment, charm.join("venv")).unwrap();
        let mut deployment = Deployment::new(peer.parse().unwrap(), charm);
        if peer.ends_with("requirer") {
            deployment.resources = [("player-image".to_owned(), PLAYER.to_owned())].into();
        }
        sandbox.deploy(deployment).unwrap();
    }
    runner::arrange(&mut sandbox, scenario, setting.charms).unwrap();
    Stack::of_sandbox(sandbox, MODEL.to_owned(), folder)
}

/// The demo's applications that are named, at a provider that is not ours.
pub(super) fn at(provider: &'static str, apps: &[&str]) -> Scenario {
    let mut scenario = demo_of(apps);
    scenario.operations.retain(
        |operation| !matches!(operation, Operation::Deploy(application) if application.app == STORAGE),
    );
    for operation in &mut scenario.operations {
        if let Operation::Integrate { provider: with, .. } = operation {
            *with = provider;
        }
    }
    scenario
}

impl Stack {
    pub(super) fn integrate(&mut self, requirer: &str, provider: &str) {
        self.perform(Verb::Integrate {
            a: end(requirer),
            b: end(provider),
        });
    }

    pub(super) fn separate(&mut self, requirer: &str, provider: &str) {
        self.perform(Verb::RemoveRelation {
            a: end(requirer),
            b: end(provider),
        });
        self.settle();
    }

    /// The very text that each side of the requirer's relation published: first the requirer's, then the provider's.
    pub(super) fn texts(&self, requirer: &str) -> [Option<String>; 2] {
        let requirer = requirer.parse().unwrap();
        self.sandbox.inspect(|world| {
            let mut relations = world.relations().values();
            let relation = relations
                .find(|relation| relation.local(&requirer).is_some())
                .unwrap();
            [relation.local(&requirer), relation.remote(&requirer)]
                .map(|side| side.unwrap().bag.settings.get("config").cloned())
        })
    }

    /// The claims that an application's `StatefulSet` mounts, with the paths.
    pub(super) fn mounts(&self, app: &str) -> Vec<(String, String)> {
        let set = self.object("StatefulSet", app).unwrap();
        let spec = &set["spec"]["template"]["spec"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let containers = list(&spec["containers"]);
        let mounts = containers
            .iter()
            .flat_map(|container| list(&container["volumeMounts"]));
        let mounts: Vec<Value> = mounts.collect();
        let claims = list(&spec["volumes"])
            .into_iter()
            .filter(|volume| volume.get("persistentVolumeClaim").is_some());
        claims
            .flat_map(|volume| {
                let claim = text(&volume["persistentVolumeClaim"]["claimName"]);
                let of = mounts.iter().filter(move |mount| mount["name"] == volume["name"]);
                of.map(move |mount| (claim.clone(), text(&mount["mountPath"])))
            })
            .collect()
    }
}
