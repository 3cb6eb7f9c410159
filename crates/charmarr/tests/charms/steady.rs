//! What a dispatch costs when nothing has changed: exact numbers, and no write anywhere.

use juju_sandbox::model::Operation as Verb;

use crate::stack::{Case, Stack};

pub(crate) const CASES: &[Case] = &[
    ("steady::storage_makes_5_plus_n_hook_commands_and_1_read", storage),
    (
        "steady::an_application_makes_6_hook_commands_and_2_reads",
        application,
    ),
    ("steady::nothing_is_written_to_kubernetes", no_writes),
];

const APPS: [&str; 5] = ["qbittorrent", "radarr", "sonarr", "plex", "overseerr"];

fn wake(stack: &mut Stack, unit: &str) {
    stack.perform(Verb::UpdateStatus {
        unit: unit.parse().unwrap(),
    });
    stack.settle();
}

fn storage() {
    let mut stack = Stack::of(&APPS);
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
    assert_eq!(last.api_calls, ["get persistentvolumeclaims"]);
}

fn application() {
    let mut stack = Stack::of(&["radarr"]);
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

fn no_writes() {
    let mut stack = Stack::of(&["radarr"]);
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
