//! The life of a stack: mounted once, unmounted without a trace, removed and deployed again with its data.

use juju_sandbox::{model::Operation as Verb, trace::Entry};
use serde_json::Value;

use charmarr::engine::Engine;

use crate::stack::{Case, Stack, demo_of, end};

pub(crate) const CASES: &[Case] = &[
    ("life::everyone_is_active_on_one_claim", active),
    ("life::a_mount_rolls_the_pod_once", one_rollout),
    ("life::a_workload_is_held_until_the_volume_is_seen", held),
    ("life::unmounting_leaves_no_trace", unmounted),
    ("life::the_data_outlives_the_stack", redeployed),
    ("life::a_second_unit_says_that_scaling_is_not_supported", scaled),
    ("life::a_replaced_pod_runs_again", replaced),
];

fn active(on: &Engine) {
    let stack = Stack::of(on, &["radarr", "sonarr"]);
    assert_eq!(stack.status("storage/0"), "active: 2 apps: radarr, sonarr");
    assert_eq!(stack.status("radarr/0"), "active");
    assert_eq!(stack.status("sonarr/0"), "active");
    let expected: Value = serde_json::json!({
        "pvc_name": "charmarr-shared-storage", "mount_path": "/data", "puid": 1000, "pgid": 1000,
    });
    assert_eq!(stack.published_to("radarr"), expected);
}

/// How many pods of a unit were started: each has one container `charm`.
fn pods_started(stack: &Stack, pod: &str) -> usize {
    let entries = stack.sandbox.trace().entries();
    let started = |entry: &&Entry| matches!(entry, Entry::Pod { pod: name, message, .. } if name == pod && message == "Started container charm");
    entries.iter().filter(started).count()
}

fn one_rollout(on: &Engine) {
    let stack = Stack::of(on, &["radarr"]);
    assert_eq!(
        pods_started(&stack, "radarr-0"),
        2,
        "the first pod, and the one with the volume"
    );
    assert_eq!(pods_started(&stack, "storage-0"), 1);
}

fn held(on: &Engine) {
    let stack = Stack::of(on, &["radarr"]);
    let counts = stack.sandbox.counts();
    let calls: Vec<&str> = counts
        .of_unit("radarr/0")
        .flat_map(|one| one.api_calls.iter().chain(&one.pebble_calls))
        .map(String::as_str)
        .collect();
    let mounted = calls
        .iter()
        .position(|call| *call == "patch statefulsets")
        .unwrap();
    let started = calls
        .iter()
        .position(|call| call.starts_with("POST /v1/layers"))
        .unwrap();
    assert!(mounted < started, "{calls:?}");
    let seen = calls.iter().position(|call| call.contains("mountinfo")).unwrap();
    assert!(mounted < seen && seen < started, "{calls:?}");
}

/// What must be equal before and after a mount.
fn shape(stack: &Stack) -> [Value; 3] {
    let mut object = stack.object("StatefulSet", "radarr").unwrap();
    ["/spec", "/metadata/labels", "/metadata/annotations"]
        .map(|pointer| object.pointer_mut(pointer).map(Value::take).unwrap_or_default())
}

fn unmounted(on: &Engine) {
    let mut scenario = demo_of(&["radarr"]);
    scenario
        .operations
        .retain(|operation| !matches!(operation, charmarr::scenario::Operation::Integrate { .. }));
    let mut stack = Stack::arranged(on, &scenario);
    stack.settle();
    let before = shape(&stack);
    assert_eq!(
        stack.status("radarr/0"),
        "blocked: Waiting for media-storage relation"
    );

    stack.perform(Verb::Integrate {
        a: end("radarr"),
        b: end("storage"),
    });
    stack.settle();
    assert_eq!(stack.status("radarr/0"), "active");
    assert_ne!(shape(&stack), before);

    stack.perform(Verb::RemoveRelation {
        a: end("radarr"),
        b: end("storage"),
    });
    stack.settle();
    assert_eq!(shape(&stack), before);
    assert_eq!(
        stack.status("radarr/0"),
        "blocked: Waiting for media-storage relation"
    );
    assert_eq!(stack.status("storage/0"), "active");
}

fn redeployed(on: &Engine) {
    let scenario = demo_of(&["radarr"]);
    let mut stack = Stack::arranged(on, &scenario);
    stack.settle();
    let claim = stack
        .object("PersistentVolumeClaim", "charmarr-shared-storage")
        .unwrap();
    let radarr = "radarr/0".parse().unwrap();
    let download = [
        "/charm/bin/stand-in",
        "download",
        "/data/media/movies/kept.mkv",
        "1000",
    ];
    assert!(
        stack
            .sandbox
            .exec(&radarr, "radarr", &download, 1000, 1000)
            .unwrap()
            .success()
    );

    stack.remove("radarr");
    stack.remove("storage");
    let kept = stack
        .object("PersistentVolumeClaim", "charmarr-shared-storage")
        .unwrap();
    assert_eq!(kept["metadata"]["uid"], claim["metadata"]["uid"]);
    stack.arrange(&scenario);
    stack.settle();

    let again = stack
        .object("PersistentVolumeClaim", "charmarr-shared-storage")
        .unwrap();
    assert_eq!(again["metadata"]["uid"], claim["metadata"]["uid"]);
    let read = ["/charm/bin/stand-in", "read", "/data/media/movies/kept.mkv"];
    let seen = stack.sandbox.exec(&radarr, "radarr", &read, 1000, 1000).unwrap();
    let seen: Value = serde_json::from_slice(&seen.stdout).unwrap();
    assert_eq!(seen["bytes"], 1000);
}

fn scaled(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    stack.perform(Verb::ScaleApplication {
        app: "radarr".parse().unwrap(),
        units: 2,
    });
    stack.settle();
    assert_eq!(stack.status("radarr/0"), "active");
    assert_eq!(
        stack.status("radarr/1"),
        "blocked: Scaling not supported - only leader runs workload"
    );
}

fn replaced(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    stack.sandbox.kill_pod(&"radarr/0".parse().unwrap()).unwrap();
    stack.settle();
    assert_eq!(stack.status("radarr/0"), "active");
    assert_eq!(pods_started(&stack, "radarr-0"), 3);
}
