//! What a dispatch costs when nothing has changed: exact numbers, and no write anywhere.

use juju_sandbox::{model::Operation as Verb, trace::DispatchCounts};

use charmarr::engine::Engine;

use crate::stack::{Case, Stack, end};

pub(crate) const CASES: &[Case] = &[
    ("steady::storage_makes_5_plus_n_hook_commands_and_1_read", storage),
    (
        "steady::an_application_makes_6_hook_commands_and_2_reads",
        application,
    ),
    ("steady::nothing_is_written_to_kubernetes", no_writes),
    ("steady::the_cost_of_a_whole_life", whole_life),
];

const APPS: [&str; 5] = ["qbittorrent", "radarr", "sonarr", "plex", "overseerr"];

fn wake(stack: &mut Stack, unit: &str) {
    stack.perform(Verb::UpdateStatus {
        unit: unit.parse().unwrap(),
    });
    stack.settle();
}

fn storage(on: &Engine) {
    let mut stack = Stack::of(on, &APPS);
    wake(&mut stack, "storage/0");

    let last = stack.last_dispatch("storage/0");

    assert_eq!(last.hook, "update-status");
    let mut commands = last.hook_commands.clone();
    commands.sort();
    let gets = ["relation-get"; 5];
    let mut expected = vec![
        "config-get",
        "is-leader",
        "relation-ids",
        "state-get",
        "status-get",
    ];
    expected.extend(gets);
    expected.sort_unstable();
    assert_eq!(commands, expected);
    assert_eq!(last.api_calls, ["list persistentvolumeclaims"]);
}

fn application(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    wake(&mut stack, "radarr/0");

    let last = stack.last_dispatch("radarr/0");

    let mut commands = last.hook_commands.clone();
    commands.sort();
    assert_eq!(
        commands,
        [
            "config-get",
            "is-leader",
            "relation-get",
            "relation-ids",
            "state-get",
            "status-get"
        ]
    );
    assert_eq!(last.api_calls, ["get statefulsets", "get pods"]);
    assert!(
        last.pebble_calls.iter().all(|call| call.starts_with("GET ")),
        "{:?}",
        last.pebble_calls
    );
}

fn no_writes(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    let look = |stack: &Stack| {
        [
            ("PersistentVolumeClaim", "charmarr-shared-storage"),
            ("StatefulSet", "radarr"),
            ("Pod", "radarr-0"),
        ]
        .map(|(kind, name)| stack.object(kind, name).unwrap()["metadata"]["resourceVersion"].clone())
    };
    let before = look(&stack);

    wake(&mut stack, "radarr/0");
    wake(&mut stack, "storage/0");

    assert_eq!(look(&stack), before);
}

/// The dispatches in the life of a small stack, with all that they called: what changes here costs somebody something.
fn whole_life(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    stack.config("storage", "puid", "2000");
    stack.perform(Verb::RemoveRelation {
        a: end("radarr"),
        b: end("storage"),
    });
    stack.settle();

    let counts = stack.sandbox.counts();
    let lines: Vec<String> = counts
        .each
        .iter()
        .filter(|one| is_timeless(one))
        .map(line)
        .collect();

    insta::assert_snapshot!(lines.join("\n"), @"
    radarr/0 install: is-leader, relation-ids, state-get, status-get, status-set | get statefulsets
    storage/0 install: config-get, is-leader, state-get, relation-ids, state-set, status-get, status-set | list persistentvolumeclaims, get statefulsets, patch persistentvolumeclaims, list persistentvolumeclaims, get statefulsets, patch statefulsets, list persistentvolumeclaims
    radarr/0 media-storage-relation-created: is-leader, relation-ids, state-get, relation-get x2, relation-set, state-set, status-get, status-set | get statefulsets
    storage/0 media-storage-relation-created: config-get, is-leader, state-get, relation-ids, relation-get x2, relation-set, state-set, status-get, status-set, juju-log | list persistentvolumeclaims
    radarr/0 leader-elected: is-leader, relation-ids, state-get, relation-get x2, state-set, status-get, status-set, juju-log | get statefulsets, patch statefulsets, get statefulsets, get pods
    storage/0 leader-elected: config-get, is-leader, state-get, relation-ids, relation-get x2, status-get | list persistentvolumeclaims
    storage/0 config-changed: config-get, is-leader, state-get, relation-ids, relation-get, status-get | list persistentvolumeclaims
    storage/0 start: config-get, is-leader, state-get, relation-ids, relation-get x2, status-get | list persistentvolumeclaims
    storage/0 media-storage-relation-changed: config-get, is-leader, state-get, relation-ids, relation-get, status-get | list persistentvolumeclaims
    storage/0 media-storage-relation-joined: config-get, is-leader, state-get, relation-ids, relation-get, status-get | list persistentvolumeclaims
    storage/0 media-storage-relation-changed: config-get, is-leader, state-get, relation-ids, relation-get, status-get | list persistentvolumeclaims
    storage/0 config-changed: config-get, is-leader, state-get, relation-ids, relation-get, relation-set, state-set, status-get | list persistentvolumeclaims
    storage/0 media-storage-relation-departed: config-get, is-leader, state-get, relation-ids, relation-get, status-get | list persistentvolumeclaims
    storage/0 media-storage-relation-broken: config-get, is-leader, state-get, relation-ids, state-set, state-delete, status-get, status-set, juju-log | list persistentvolumeclaims
    radarr/0 media-storage-relation-broken: is-leader, relation-ids, state-get, state-delete x3, status-get, status-set, juju-log | get statefulsets, patch statefulsets, get statefulsets
    ");
}

/// Which hook finds the workload's Pebble up is a matter of time; those behind the mount are left to the other cases.
fn is_timeless(one: &DispatchCounts) -> bool {
    let hooks = [
        "install",
        "media-storage-relation-created",
        "leader-elected",
        "media-storage-relation-broken",
    ];
    one.unit == "storage/0" || hooks.contains(&one.hook.as_str())
}

/// One dispatch: unit, hook, hook commands, API calls; equal neighbours are counted.
fn line(one: &DispatchCounts) -> String {
    let (commands, api) = (counted(&one.hook_commands), counted(&one.api_calls));
    format!("{} {}: {commands} | {api}", one.unit, one.hook)
        .trim_end_matches([' ', '|'])
        .to_owned()
}

fn counted(calls: &[String]) -> String {
    let chunks = calls.chunk_by(|one, other| one == other);
    let texts = chunks.map(|chunk| match chunk {
        [one] => one.clone(),
        several => format!("{} x{}", several[0], several.len()),
    });
    texts.collect::<Vec<_>>().join(", ")
}
