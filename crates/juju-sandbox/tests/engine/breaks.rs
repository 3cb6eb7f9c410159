//! What goes wrong, and what becomes of it.

use std::fs;
use std::time::{Duration, Instant};

use juju_sandbox::Error;
use juju_sandbox::kube::{Apply, Delete};
use juju_sandbox::model::AgentStatus;
use juju_sandbox::pods::Isolation;
use serde_json::{Value, json};

use crate::parlour::Parlour;

pub(super) fn a_killed_pod_comes_back(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let (uid, ran) = (pod_uid(&parlour), parlour.ran("reader/0"));
    parlour.in_reader(&["write", "/notes/page", "kept"]);
    parlour.in_reader(&["write", "/tmp/scrap", "lost"]);

    parlour.sandbox.kill_pod(&"reader/0".parse().unwrap()).unwrap();
    parlour.settle();

    assert_ne!(pod_uid(&parlour), uid);
    let hooks = parlour.hooks("reader/0", ran);
    assert_eq!(
        hooks[..4],
        ["upgrade-charm", "config-changed", "start", "reader-pebble-ready"],
        "{hooks:?}"
    );
    assert_eq!(
        parlour.status("reader/0"),
        "active reads in the attic",
        "{}",
        parlour.story()
    );
    assert_eq!(parlour.in_reader(&["show", "/notes/page"]), "kept");
    let argv = ["/charm/bin/stand-in", "show", "/tmp/scrap"];
    let scrap = parlour
        .sandbox
        .exec(&"reader/0".parse().unwrap(), "reader", &argv, 0, 0)
        .unwrap();
    assert!(!scrap.success());
}

pub(super) fn a_drained_node_makes_every_pod_anew(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let pods = ["reader-0", "shelf-0"];
    let look = |parlour: &Parlour| {
        pods.map(|pod| {
            let pod = parlour.object("Pod", pod).unwrap();
            (pod["metadata"]["uid"].clone(), pod["status"]["podIP"].clone())
        })
    };
    let (before, ran) = (look(&parlour), parlour.ran("reader/0"));
    parlour.in_reader(&["write", "/notes/page", "kept"]);

    parlour.sandbox.drain().unwrap();
    parlour.settle();

    for ((uid, address), (new_uid, new_address)) in before.iter().zip(look(&parlour)) {
        assert!(
            *uid != new_uid && *address != new_address,
            "{address} {new_address}"
        );
    }
    let hooks = parlour.hooks("reader/0", ran);
    let expected = [
        "stop",
        "upgrade-charm",
        "config-changed",
        "start",
        "reader-pebble-ready",
    ];
    assert_eq!(hooks[..5], expected, "{hooks:?}");
    assert_eq!(parlour.status("reader/0"), "active reads in the attic");
    assert_eq!(parlour.in_reader(&["show", "/notes/page"]), "kept");
    let set = parlour.object("StatefulSet", "reader").unwrap();
    assert_eq!(set["metadata"]["generation"], 1, "no template changed");
}

pub(super) fn a_killed_container_is_started_again(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let (uid, ran) = (pod_uid(&parlour), parlour.ran("reader/0"));
    parlour
        .sandbox
        .kill_container(&"reader/0".parse().unwrap(), "reader")
        .unwrap();
    parlour.settle();
    assert_eq!(pod_uid(&parlour), uid);
    let hooks = parlour.hooks("reader/0", ran);
    assert_eq!(hooks[0], "reader-pebble-ready", "{hooks:?}");
    assert!(!hooks.contains(&"start".to_owned()), "{hooks:?}");
    assert_eq!(parlour.status("reader/0"), "active reads in the attic");
    let pod = parlour.object("Pod", "reader-0").unwrap();
    let restarts =
        |container: &Value| (container["name"] == "reader").then(|| container["restartCount"].clone());
    let found = pod["status"]["containerStatuses"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(restarts);
    assert_eq!(found, Some(json!(1)));
}

pub(super) fn a_failing_hook_is_tried_again(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    fs::write(parlour.folder("shelf").join("grief"), "1\n2\n3\n").unwrap();
    parlour.deploy_shelf();
    let began = Instant::now();
    parlour.settle();
    let hooks = parlour.hooks("shelf/0", 0);
    assert_eq!(
        hooks[..5],
        ["install", "install", "install", "install", "leader-elected"],
        "{hooks:?}"
    );
    assert_eq!(parlour.status("shelf/0"), "active offers the attic");
    let simulated = parlour.sandbox.inspect(juju_sandbox::model::World::now);
    assert!(simulated >= 5 + 10 + 20, "{simulated}");
    assert!(began.elapsed() < Duration::from_secs(20), "no back-off sleeps");
}

pub(super) fn a_hook_that_never_works_ends_the_settling(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    fs::write(parlour.folder("shelf").join("grief"), "1\n".repeat(1000)).unwrap();
    parlour.deploy_shelf();
    let settled = parlour.settle_anyhow();
    let failed: Vec<_> = settled
        .failed
        .iter()
        .map(|(unit, why)| format!("{unit} {why}"))
        .collect();
    assert_eq!(failed, ["shelf/0 install: exit status 7"]);
    assert_eq!(parlour.status("shelf/0"), "error hook failed: \"install\"");
    assert!(parlour.ran("shelf/0") > 3);
    let agent = parlour
        .sandbox
        .inspect(|world| world.unit(&"shelf/0".parse().unwrap()).unwrap().agent_status);
    assert_eq!(agent, AgentStatus::Error);
}

pub(super) fn a_changed_template_rolls_the_pod(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let ran = parlour.ran("reader/0");
    let charm = parlour.sandbox.kube().unwrap().client("tester", "tester");
    charm.create(&claim("books")).unwrap();
    charm.apply(&mount("books"), Apply::default()).unwrap();
    parlour.settle();

    let hooks = parlour.hooks("reader/0", ran);
    assert_eq!(
        hooks[..5],
        [
            "stop",
            "upgrade-charm",
            "config-changed",
            "start",
            "reader-pebble-ready"
        ],
        "{hooks:?}"
    );
    let mounts = parlour.in_reader(&["mounts"]);
    assert!(
        mounts
            .lines()
            .any(|line| line.split(' ').nth(4) == Some("/books")),
        "{mounts}"
    );
    assert_eq!(parlour.status("reader/0"), "active reads in the attic");

    // What Juju writes again leaves the mount alone.
    let (uid, ran) = (pod_uid(&parlour), parlour.ran("reader/0"));
    parlour.sandbox.restart_controller().unwrap();
    parlour.settle();
    assert_eq!((pod_uid(&parlour), parlour.ran("reader/0")), (uid, ran));
}

pub(super) fn a_pod_without_its_claim_says_why(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let charm = parlour.sandbox.kube().unwrap().client("tester", "tester");
    charm.apply(&mount("absent"), Apply::default()).unwrap();
    parlour.settle_anyhow();
    let pod = parlour.object("Pod", "reader-0").unwrap();
    let scheduled = &pod["status"]["conditions"][0];
    assert_eq!(scheduled["reason"], "Unschedulable", "{pod}");
    let expect = "0/1 nodes are available: persistentvolumeclaim \"absent\" not found. not found";
    assert_eq!(scheduled["message"], expect);
    let events = charm.list("Event", Some("parlour"), "").unwrap();
    let said = events.iter().any(|event| {
        event["reason"] == "FailedScheduling"
            && event["message"] == expect
            && event["involvedObject"]["uid"] == pod["metadata"]["uid"]
    });
    assert!(said, "{events:?}");

    charm.create(&claim("absent")).unwrap();
    parlour.settle();
    assert_eq!(parlour.status("reader/0"), "active reads in the attic");
    charm
        .delete("Pod", Some("parlour"), "reader-0", &Delete::default())
        .unwrap();
    parlour.settle();
    assert_eq!(parlour.status("reader/0"), "active reads in the attic");
}

pub(super) fn an_interrupt_ends_everything(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let interrupt = parlour.sandbox.interrupter();
    interrupt.interrupt();
    let error = parlour.sandbox.settle(&mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::Interrupted), "{error}");
    drop(parlour);
    let limit = Instant::now() + Duration::from_secs(20);
    while !descendants().is_empty() {
        assert!(Instant::now() < limit, "left running: {:?}", descendants());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn pod_uid(parlour: &Parlour) -> String {
    let pod = parlour.object("Pod", "reader-0").unwrap();
    pod["metadata"]["uid"].as_str().unwrap().to_owned()
}

fn claim(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": { "name": name, "namespace": "parlour" },
        "spec": { "accessModes": ["ReadWriteMany"], "resources": { "requests": { "storage": "1Gi" } } },
    })
}

fn mount(claim: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": { "name": "reader", "namespace": "parlour" },
        "spec": { "template": { "spec": {
            "volumes": [{ "name": "books", "persistentVolumeClaim": { "claimName": claim } }],
            "containers": [{ "name": "reader", "volumeMounts": [{ "name": "books", "mountPath": "/books" }] }],
        } } },
    })
}

/// The living processes below this one.
fn descendants() -> Vec<String> {
    let mut found = Vec::new();
    for thread in fs::read_dir("/proc/self/task").unwrap().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        found.extend(children.split_whitespace().map(str::to_owned));
    }
    found
}
