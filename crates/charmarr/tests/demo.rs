//! `charmarr demo` as a person or a script runs it: exit codes, the object on stdout, and how each break ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is test: it fails by panic"
)]

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

fn demo(arguments: &[&str]) -> Command {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    assert!(dist.is_dir(), "the charms are not packed: run `./run pack` first");
    let mut command = Command::cargo_bin("charmarr").unwrap();
    command.arg("demo").arg("--charms").arg(dist).args(arguments);
    command
}

/// Runs it with `--json`: the exit code, and the only thing on stdout.
fn report(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = demo(arguments).arg("--json").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    (output.status.code(), report)
}

/// The status of an application as one line.
fn status(report: &Value, app: &str) -> String {
    line(&entry(report, "apps", "app", app)["status"])
}

fn line(status: &Value) -> String {
    format!(
        "{}: {}",
        status["status"].as_str().unwrap(),
        status["message"].as_str().unwrap()
    )
}

fn entry<'a>(report: &'a Value, list: &str, key: &str, name: &str) -> &'a Value {
    report[list]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry[key] == name)
        .unwrap()
}

const APPLICATIONS: [&str; 5] = ["overseerr", "plex", "qbittorrent", "radarr", "sonarr"];

#[track_caller]
fn holds(report: &Value, code: Option<i32>) {
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["ok"], true);
    assert_eq!(
        status(report, "storage"),
        "active: 5 apps: overseerr, plex, qbittorrent, radarr, sonarr"
    );
    for app in APPLICATIONS {
        assert_eq!(status(report, app), "active: ", "{app}");
        let app = entry(report, "apps", "app", app);
        assert_eq!(app["claim"], "charmarr-shared-storage");
        assert_eq!(app["mount_path"], "/data");
        assert_eq!(app["volume_seen"], true);
        assert_eq!(app["workload"], "stand-in, active");
    }
    for import in report["imports"].as_array().unwrap() {
        assert_eq!(import["links"], 2);
        assert_eq!(import["bytes_copied"], 0);
        assert!(import["inode"].as_u64().is_some());
        assert_eq!(import["read_by"], json!(["plex", "overseerr"]));
    }
    assert_eq!(report["imports"].as_array().unwrap().len(), 2);
}

#[test]
fn the_whole_stack_holds() {
    let (code, report) = report(&[]);
    holds(&report, code);
    assert!(
        report["isolation"]
            .as_str()
            .is_some_and(|isolation| isolation != "none")
    );
    let simulated: Vec<&str> = report["simulated"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(
        simulated.iter().filter(|line| line.contains("stand-in")).count(),
        5,
        "{simulated:?}"
    );
    for count in ["dispatches", "hook_commands", "api_calls"] {
        assert!(report[count].as_u64().is_some_and(|count| count > 0), "{count}");
    }
    let mut keys: Vec<&String> = report.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "api_calls",
            "apps",
            "as_expected",
            "dispatches",
            "hook_commands",
            "imports",
            "isolation",
            "missed",
            "ok",
            "simulated",
            "troubles"
        ]
    );
    assert_eq!((&report["troubles"], &report["missed"]), (&json!([]), &json!([])));
    assert_eq!(report["as_expected"], Value::Null);
    assert_eq!(entry(&report, "apps", "app", "radarr")["trouble"], Value::Null);
}

#[test]
fn a_failing_hook_recovers_by_itself() {
    let (code, report) = report(&["--break", "failing-hook"]);
    holds(&report, code);
}

#[test]
fn a_killed_pod_recovers_by_itself() {
    let (code, report) = report(&["--break", "pod-killed"]);
    holds(&report, code);
}

#[test]
fn another_claim_is_found_out() {
    let (code, report) = report(&["--break", "other-claim"]);
    assert_eq!(code, Some(1));
    assert_eq!(report["ok"], false);
    assert_eq!(
        status(&report, "storage"),
        "active: 4 apps: overseerr, plex, qbittorrent, radarr"
    );
    assert_eq!(status(&report, "sonarr"), "active: ");
    assert_eq!(report["as_expected"], true);
    let sonarr = entry(&report, "apps", "app", "sonarr");
    assert_eq!(
        sonarr["trouble"],
        "is on another volume than the others (claim `other-claim`)"
    );
    assert_eq!(
        (&sonarr["claim"], &sonarr["volume_seen"]),
        (&json!("other-claim"), &json!(true))
    );
    assert_eq!(
        entry(&report, "imports", "title", "A Series S01E01")["imported"],
        Value::Null
    );
    assert_eq!(entry(&report, "imports", "title", "A Film (2026)")["links"], 2);

    let output = demo(&["--break", "other-claim"]).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(
        table.contains("sonarr is on another volume than the others (claim `other-claim`)"),
        "{table}"
    );
    assert!(table.contains("this is how the break has to end"), "{table}");
}

#[test]
fn a_bad_mount_path_is_refused() {
    let (code, report) = report(&["--break", "bad-mount-path"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        status(&report, "radarr"),
        "blocked: media-storage: `mount_path`: `../etc` is not an absolute path"
    );
    let radarr = entry(&report, "apps", "app", "radarr");
    assert_eq!(
        (&radarr["claim"], &radarr["mount_path"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(status(&report, "sonarr"), "active: ");
    assert_eq!(entry(&report, "imports", "title", "A Series S01E01")["links"], 2);
}

const STORAGE_STANDBY: &str = "active: Standby (leader manages storage)";
const ALL_APPS: &str = "active: 5 apps: overseerr, plex, qbittorrent, radarr, sonarr";

/// What each unit said at a moment on the way.
#[track_caller]
fn meanwhile(report: &Value, when: &str, expected: &[(&str, &str)]) {
    let moments = report["meanwhile"].as_array().unwrap();
    let moment = moments
        .iter()
        .find(|moment| moment["when"] == when)
        .unwrap_or_else(|| panic!("no moment `{when}`: {moments:?}"));
    let said: Vec<(&str, String)> = moment["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| (said["unit"].as_str().unwrap(), line(&said["status"])))
        .collect();
    let said: Vec<(&str, &str)> = said.iter().map(|(unit, line)| (*unit, line.as_str())).collect();
    assert_eq!(said, expected, "{when}");
}

#[track_caller]
fn imported(report: &Value, title: &str) {
    let import = entry(report, "imports", "title", title);
    assert_eq!(import["links"], 2, "{import}");
    assert_eq!(import["bytes_copied"], 0);
    assert_eq!(import["read_by"], json!(["plex", "overseerr"]));
}

/// Runs it for a person: what it prints, and that it ends as it has to.
#[track_caller]
fn table(arguments: &[&str]) -> String {
    let output = demo(arguments).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{table}");
    assert!(table.ends_with("this is how the break has to end\n"), "{table}");
    table
}

#[test]
fn a_deleted_claim_stays_as_long_as_it_is_used() {
    let (code, report) = report(&["--break", "data-removed"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        status(&report, "storage"),
        "blocked: Claim charmarr-shared-storage is being deleted: it goes when no application mounts it any more"
    );
    for name in APPLICATIONS {
        assert_eq!(
            status(&report, name),
            "waiting: Shared storage withdrawn by storage; still mounted"
        );
        let app = entry(&report, "apps", "app", name);
        assert_eq!(app["claim"], "charmarr-shared-storage");
        assert_eq!(app["volume_seen"], true);
        assert_eq!(app["workload"], "stand-in, active");
    }
    imported(&report, "A Film (2026)");
    imported(&report, "A Series S01E01");

    let table = table(&["--break", "data-removed"]);
    for line in [
        "storage is blocked: Claim charmarr-shared-storage is being deleted: it goes when no application mounts it any more",
        "radarr is waiting: Shared storage withdrawn by storage; still mounted",
        "NOT ok: see above",
    ] {
        assert!(table.lines().any(|found| found == line), "{table}");
    }
}

#[test]
fn without_a_leader_nothing_is_made_published_or_mounted() {
    let (code, report) = report(&["--break", "no-leader"]);
    let waits = "waiting: Waiting for shared storage";
    meanwhile(
        &report,
        "while nobody leads storage and radarr",
        &[
            ("overseerr/0", waits),
            ("plex/0", waits),
            ("qbittorrent/0", waits),
            ("radarr/0", "waiting: Standby (non-leader)"),
            ("sonarr/0", waits),
            ("storage/0", STORAGE_STANDBY),
            ("storage/1", STORAGE_STANDBY),
        ],
    );
    meanwhile(
        &report,
        "led by storage/1 and radarr/0",
        &[
            ("overseerr/0", "active: "),
            ("plex/0", "active: "),
            ("qbittorrent/0", "active: "),
            ("radarr/0", "active: "),
            ("sonarr/0", "active: "),
            ("storage/0", STORAGE_STANDBY),
            ("storage/1", ALL_APPS),
        ],
    );
    meanwhile(
        &report,
        "while nobody leads once more",
        &[
            ("overseerr/0", "active: "),
            ("plex/0", "active: "),
            ("qbittorrent/0", "active: "),
            ("radarr/0", "waiting: Standby (non-leader)"),
            ("sonarr/0", "active: "),
            ("storage/0", STORAGE_STANDBY),
            ("storage/1", STORAGE_STANDBY),
        ],
    );
    holds(&report, code);
}

#[test]
fn an_api_that_is_down_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world");
    let (code, report) = report(&["--break", "api-down", "--keep", world.to_str().unwrap()]);
    let waits = "waiting: Waiting for the Kubernetes API";
    let units = APPLICATIONS.map(|app| format!("{app}/0"));
    let mut expected: Vec<(&str, &str)> = units.iter().map(|unit| (unit.as_str(), waits)).collect();
    expected.push(("storage/0", waits));
    meanwhile(&report, "while the Kubernetes API is down", &expected);
    holds(&report, code);

    let trace = trace(&world);
    let failed = trace
        .iter()
        .filter(|entry| entry["kind"] == "hook-end" && entry["outcome"]["failed"] != Value::Null);
    let failed: Vec<&Value> = failed.map(|entry| &entry["unit"]).collect();
    assert_eq!(failed, ["radarr/0"], "the write that was refused is tried again");
    for app in APPLICATIONS {
        let mounts = trace
            .iter()
            .filter(|entry| entry["verb"] == "patch" && entry["name"] == app && entry["code"] == 200)
            .count();
        assert_eq!(mounts, 1, "{app} is rolled once");
    }
}

#[test]
fn without_trust_the_command_is_named() {
    let (code, report) = report(&["--break", "no-trust"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        status(&report, "radarr"),
        "blocked: Not trusted: run `juju trust radarr --scope=cluster`"
    );
    let radarr = entry(&report, "apps", "app", "radarr");
    assert_eq!(
        (&radarr["claim"], &radarr["volume_seen"]),
        (&Value::Null, &json!(false))
    );
    assert_eq!(radarr["workload"], "stand-in, not started");
    assert_eq!(status(&report, "storage"), ALL_APPS);
    assert_eq!(
        entry(&report, "imports", "title", "A Film (2026)")["imported"],
        Value::Null
    );
    imported(&report, "A Series S01E01");

    let table = table(&["--break", "no-trust"]);
    let line = "radarr is blocked: Not trusted: run `juju trust radarr --scope=cluster`";
    assert!(table.lines().any(|found| found == line), "{table}");
}

#[test]
fn a_drained_node_changes_nothing_but_the_pods() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world");
    let (code, report) = report(&["--break", "node-drained", "--keep", world.to_str().unwrap()]);
    holds(&report, code);

    let trace = trace(&world);
    for app in APPLICATIONS {
        let unit = format!("{app}/0");
        let of_pod = |entry: &Value| entry["kind"] == "pod" && entry["pod"] == format!("{app}-0");
        let started = |entry: &Value| of_pod(entry) && entry["message"] == "Started container charm";
        assert_eq!(
            trace.iter().filter(|entry| started(entry)).count(),
            3,
            "{app}: the first pod, the one with the volume, the one after the drain"
        );
        let last = trace.iter().rposition(started).unwrap();
        let calls = |path: &str| {
            let call = |entry: &Value| {
                entry["kind"] == "pebble-call"
                    && entry["unit"] == unit
                    && entry["path"].to_string().contains(path)
            };
            trace[last..].iter().position(call)
        };
        let (seen, begun) = (calls("mountinfo").unwrap(), calls("/v1/layers").unwrap());
        assert!(seen < begun, "{app} is held until the volume is seen");
    }
}

fn trace(world: &Path) -> Vec<Value> {
    let trace = std::fs::read_to_string(world.join("trace.jsonl")).unwrap();
    let entries = trace.lines().map(|line| serde_json::from_str(line).unwrap());
    entries.collect()
}

#[test]
fn what_is_kept_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world");
    let output = demo(&["--trace", "--keep"]).arg(&world).output().unwrap();
    assert!(output.status.success());
    let trace = std::fs::read_to_string(world.join("trace.jsonl")).unwrap();
    assert!(
        trace
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("storage/0 config-changed"), "{stderr}");
    assert!(
        stderr.contains("  kubernetes: patch statefulsets radarr -> 200"),
        "{stderr}"
    );

    let again = demo(&["--keep"]).arg(&world).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(
        String::from_utf8(again.stderr)
            .unwrap()
            .contains("the folder is not empty")
    );
}

#[test]
fn wrong_input_is_told() {
    let unknown = demo(&["--break", "everything"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        String::from_utf8(unknown.stderr)
            .unwrap()
            .contains("bad-mount-path")
    );

    let mut missing = Command::cargo_bin("charmarr").unwrap();
    let missing = missing.args(["demo", "--charms", "nowhere"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    let empty = tempfile::tempdir().unwrap();
    let mut unpacked = Command::cargo_bin("charmarr").unwrap();
    unpacked.args(["demo", "--trace", "--charms"]).arg(empty.path());
    let unpacked = unpacked.output().unwrap();
    assert_eq!(unpacked.status.code(), Some(1));
    let told = String::from_utf8(unpacked.stderr).unwrap();
    assert!(told.contains("charmarr-storage-k8s"), "{told}");
    assert!(!told.contains("trace"), "{told}");

    assert_eq!(
        String::from_utf8(missing.stderr).unwrap(),
        "error: cannot find the packed charms in `nowhere`; make them first: `./run pack`\n"
    );
}
