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
    let status = &entry(report, "apps", "app", app)["status"];
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
            "dispatches",
            "hook_commands",
            "imports",
            "isolation",
            "ok",
            "simulated"
        ]
    );
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
    let sonarr = entry(&report, "apps", "app", "sonarr");
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
    assert_eq!(
        String::from_utf8(missing.stderr).unwrap(),
        "error: cannot find the packed charms in `nowhere`; make them first: `./run pack`\n"
    );
}
