//! The life that both drivers play, and the comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use juju_sandbox::kube::{Fault, FaultAnswer};

use crate::juju::Juju;
use crate::sandboxed::Sandboxed;
use crate::seen::Seen;

/// One thing that a person does.
#[derive(Debug)]
pub(crate) enum Step {
    Integrate(&'static str, &'static str),
    RemoveRelation(&'static str, &'static str),
    Config(&'static str, &'static str, &'static str),
    RemoveApplication(&'static str),
    DeletePod(&'static str),
}

/// Who plays Juju. Storage and the five applications are deployed when it begins, and nothing has run yet.
pub(crate) trait Driver {
    /// Makes calls of the Kubernetes API fail.
    fn fail(&mut self, fault: Fault);
    fn step(&mut self, step: &Step);
    /// Does everything that is owed, failed hooks and timers of waiting units included.
    fn settle(&mut self);
    fn look(&mut self) -> Seen;
    /// Every hook that ended, oldest first: unit, hook, whether it failed.
    fn hooks(&self) -> Vec<(String, String, bool)>;
}

pub(crate) const APPS: [&str; 5] = ["qbittorrent", "radarr", "sonarr", "plex", "overseerr"];

/// The whole life: what is done, then everything is looked at.
fn chapters() -> Vec<(&'static str, Vec<Step>)> {
    let integrate = |app: &&'static str| Step::Integrate(app, "storage");
    vec![
        ("deployed alone", vec![]),
        ("integrated", APPS.iter().map(integrate).collect()),
        ("another user", vec![Step::Config("storage", "puid", "2000")]),
        ("a pod is deleted", vec![Step::DeletePod("radarr-0")]),
        (
            "a relation is removed",
            vec![Step::RemoveRelation("sonarr", "storage")],
        ),
        ("and made again", vec![Step::Integrate("sonarr", "storage")]),
        ("an application is removed", vec![Step::RemoveApplication("plex")]),
        ("storage is removed", vec![Step::RemoveApplication("storage")]),
    ]
}

pub(crate) fn compare(program: &Path) {
    let charms = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    assert!(
        charms.is_dir(),
        "the charms are not packed: run `./run pack` first"
    );
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut sandboxed = Sandboxed::new(&here.path().join("world"), &charms);
    let mut juju = Juju::new(program, there.path(), &charms);
    let expected = play(&mut sandboxed);
    let found = play(&mut juju);
    let mut differences = Vec::new();
    for ((chapter, expected), (_, found)) in expected.iter().zip(&found) {
        differences.extend(difference(chapter, &expected.lines(), &found.lines()));
    }
    let hooks = |driver: &dyn Driver| counted(&driver.hooks());
    differences.extend(difference("hooks", &hooks(&sandboxed), &hooks(&juju)));
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// What only one of them has.
fn difference(chapter: &str, sandbox: &BTreeSet<String>, juju: &BTreeSet<String>) -> Vec<String> {
    let only = |who: &str, one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        let lines = one.difference(other);
        lines
            .map(|line| format!("{chapter}: only {who}: {line}"))
            .collect()
    };
    let mut all = only("the sandbox", sandbox, juju);
    all.extend(only("Juju's agent", juju, sandbox));
    all
}

fn play(driver: &mut dyn Driver) -> Vec<(&'static str, Seen)> {
    let mut seen = Vec::new();
    // Radarr's mount fails three times.
    driver.fail(Fault {
        user: Some("system:serviceaccount:media:radarr".to_owned()),
        verb: Some("patch".to_owned()),
        resource: Some("statefulsets".to_owned()),
        name: None,
        times: 3,
        answer: FaultAnswer::Status(500),
    });
    for (chapter, steps) in chapters() {
        for step in &steps {
            driver.step(step);
        }
        driver.settle();
        seen.push((chapter, driver.look()));
    }
    seen
}

/// How often each unit ran each hook with success, and how many hooks failed: which hook finds the API failing is a matter of
/// time. So are those that are left out: `update-status`, which a timer gives to a workload that is not ready yet; and what a new
/// pod of plex brings, which is made or not while Juju takes the application away.
fn counted(hooks: &[(String, String, bool)]) -> BTreeSet<String> {
    let mut counts = BTreeMap::<_, usize>::new();
    let churn = [
        "stop",
        "start",
        "upgrade-charm",
        "config-changed",
        "plex-pebble-ready",
    ];
    let timeless = |(unit, hook, _): &&(String, String, bool)| {
        hook != "update-status" && (unit != "plex/0" || !churn.contains(&hook.as_str()))
    };
    for (unit, hook, failed) in hooks.iter().filter(timeless) {
        let what = if *failed { "failed hooks" } else { hook };
        *counts.entry(format!("{unit} {what}")).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(what, count)| format!("{what}: {count}"))
        .collect()
}
