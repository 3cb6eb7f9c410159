//! On a real Kubernetes: the cases of the sandbox that it can play too, and what only it can show.

use charmarr::{
    engine::{Cluster, Engine},
    runner::{self, Live, Setting},
    scenario,
};
use juju_sandbox::model::Operation as Verb;
use serde_json::Value;

use crate::stack::{Case, Stack, charms};

/// Cases that need neither failures on demand nor the sandbox's own pods.
pub(crate) const SHARED: &[&str] = &[
    "life::everyone_is_active_on_one_claim",
    "life::unmounting_leaves_no_trace",
    "storage::a_missing_option_is_named",
    "storage::nfs_comes_with_a_volume_of_its_own",
    "storage::a_host_folder_must_exist_and_is_a_directory",
    "storage::another_user_is_published_again",
    "storage::what_is_fixed_is_blocked_and_stays_published",
    "storage::removal_keeps_the_claim",
    "storage::removal_deletes_the_claim_when_asked",
    "storage::a_claim_of_the_original_charm_is_not_left_behind",
    "storage::a_deleted_claim_is_withdrawn_and_not_made_anew",
    "trouble::without_trust_the_command_is_named",
];

pub(crate) const CASES: &[Case] = &[
    ("cluster::the_demo_holds", demo),
    (
        "cluster::a_steady_dispatch_of_every_charm_changes_nothing",
        steady,
    ),
];

const APPS: [&str; 5] = ["qbittorrent", "radarr", "sonarr", "plex", "overseerr"];

/// The cluster that the environment names: with its own pods where it has a node, otherwise with the sandbox's.
pub(crate) fn engine() -> Option<Engine> {
    let cluster = Cluster::of_environment()?;
    Some(if std::env::var_os("CHARMARR_NODE").is_some() {
        Engine::of_environment().unwrap()
    } else {
        Engine::Server(cluster)
    })
}

fn demo(on: &Engine) {
    let folder = tempfile::tempdir().unwrap();
    let setting = Setting {
        engine: on,
        model: &format!("demo-{}", std::process::id()),
        charms: &charms(),
        dir: &folder.path().join("world"),
    };
    let report = runner::run(&scenario::scenario(None), &setting, &mut Live::new()).unwrap();

    assert!(report.ok, "{}", report.to_text());
    assert_eq!(report.imports.len(), 2);
    assert!(report.imports.iter().all(charmarr::report::Import::is_hardlink));
    assert!(report.api_calls > 0, "the audit log tells nothing");
    let real_pods = matches!(on, Engine::Kubernetes(..));
    let embedded = |engine: &str| report.simulated.iter().any(|line| line.starts_with(engine));
    assert_eq!(!embedded("Pebble") && !embedded("Kubernetes"), real_pods);
}

/// Nothing in the cluster is written by a dispatch that finds everything as it should be; and each set was rolled once, by
/// its mount.
fn steady(on: &Engine) {
    let mut stack = Stack::of(on, &APPS);
    for app in APPS {
        let set = stack.object("StatefulSet", app).unwrap();
        assert_eq!(set["metadata"]["generation"], 2, "{app}: created, and mounted");
        let pod = stack.object("Pod", &format!("{app}-0")).unwrap();
        let hash = &pod["metadata"]["labels"]["controller-revision-hash"];
        assert_eq!(&set["status"]["updateRevision"], hash, "{app}");
    }
    let storage = stack.object("StatefulSet", "storage").unwrap();
    assert_eq!(storage["metadata"]["generation"], 1);
    let before = revisions(&stack);

    let mut apps = APPS.to_vec();
    apps.push(scenario::STORAGE);
    for app in &apps {
        stack.perform(Verb::UpdateStatus {
            unit: format!("{app}/0").parse().unwrap(),
        });
    }
    stack.settle();

    assert_eq!(revisions(&stack), before);
    for app in &apps {
        let last = stack.last_dispatch(&format!("{app}/0"));
        assert_eq!(last.hook, "update-status");
        let reads = ["get ", "list "];
        let read = |call: &String| reads.iter().any(|verb| call.starts_with(verb));
        assert!(
            !last.api_calls.is_empty() && last.api_calls.iter().all(read),
            "{app}: {:?}",
            last.api_calls
        );
    }
}

/// What charms may write: the resource version of every claim, volume and set, and the identity of every pod.
fn revisions(stack: &Stack) -> Vec<(String, Value)> {
    let kubectl = stack.sandbox.kubectl();
    let of = |kind: &str, namespace: Option<&str>, field: &str| -> Vec<(String, Value)> {
        let mut objects = kubectl.list(kind, namespace, "").unwrap();
        objects
            .retain(|object| namespace.is_some() || object["spec"]["claimRef"]["namespace"] == stack.model());
        let entry = |object: &Value| {
            let metadata = &object["metadata"];
            (format!("{kind} {}", metadata["name"]), metadata[field].clone())
        };
        objects.iter().map(entry).collect()
    };
    let here = Some(stack.model());
    let mut all = of("PersistentVolumeClaim", here, "resourceVersion");
    all.extend(of("StatefulSet", here, "resourceVersion"));
    all.extend(of("Pod", here, "uid"));
    all.extend(of("PersistentVolume", None, "resourceVersion"));
    all.sort_by(|left, right| left.0.cmp(&right.0));
    all
}
