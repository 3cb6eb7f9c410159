//! A charm as Juju runs it: a process with a bare environment that forks hook commands.
//!
//! This program is both: with `JUJU_DISPATCH_PATH` set it is the charm, else it runs the charm and looks at what
//! the hook commands, scripts of a few lines, were asked.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use common::Cinema;

/// Answers of a leader with one relation that is published to, in status active.
const ANSWERS: [(&str, &str); 6] = [
    ("is-leader", "true"),
    ("config-get", r#"{"film":"M"}"#),
    ("relation-ids", r#"["screen:7"]"#),
    ("relation-get", "{}"),
    (
        "status-get",
        r#"{"message":"1 screens","status":"active","status-data":{}}"#,
    ),
    (
        "state-get",
        r#"{"juju-ops/relations/screen":"{\"screen:7\":{\"app\":\"odeon\",\"published\":{\"programme\":\"{\\\"film\\\":\\\"M\\\",\\\"rating\\\":12}\"}}}"}"#,
    ),
];

fn main() -> ExitCode {
    match std::env::vars_os().find(|(name, _)| name == "JUJU_DISPATCH_PATH") {
        Some((_, path)) if path == FIRE => return juju_ops::main(OnFire),
        Some(_) => return juju_ops::main(Cinema::default()),
        None => {}
    }
    a_steady_dispatch_asks_and_writes_nothing();
    a_charm_that_cannot_reach_juju_says_so_on_standard_error();
    an_environment_that_is_not_jujus_is_an_error();
    a_charm_that_panics_has_its_log_in_jujus();
    ExitCode::SUCCESS
}

fn a_steady_dispatch_asks_and_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = hook_commands(&directory, &ANSWERS);
    let output = charm(&path, "hooks/update-status");
    assert_eq!(text(&output), (Some(0), String::new()));
    let asked = fs::read_to_string(directory.path().join("asked")).unwrap();
    insta::assert_snapshot!(asked, @r"
    is-leader --format=json
    config-get --format=json
    relation-ids --format=json screen
    state-get --format=json
    relation-get --format=json -r screen:7 --app - odeon
    status-get --format=json --include-data
    ");
}

fn a_charm_that_cannot_reach_juju_says_so_on_standard_error() {
    let directory = tempfile::tempdir().unwrap();
    let (code, stderr) = text(&charm(&shown(&directory), "hooks/start"));
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(stderr, @r"
    cannot run `juju-log --log-level ERROR --`: cannot find the hook command in `PATH`: is this run by Juju, and does this version have it?
    cannot run `is-leader --format=json`: cannot find the hook command in `PATH`: is this run by Juju, and does this version have it?
    ");
}

fn an_environment_that_is_not_jujus_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let (code, stderr) = text(&charm(&shown(&directory), "start"));
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(stderr, @r"
    cannot run `juju-log --log-level ERROR --`: cannot find the hook command in `PATH`: is this run by Juju, and does this version have it?
    cannot read the environment of the hook: cannot tell the event from dispatch path `start`
    ");
}

fn a_charm_that_panics_has_its_log_in_jujus() {
    let directory = tempfile::tempdir().unwrap();
    let path = hook_commands(&directory, &[("juju-log", "")]);
    let (code, stderr) = text(&charm(&path, FIRE));
    assert_ne!(code, Some(0));
    assert!(stderr.contains("the reel burns"), "{stderr}");
    let asked = fs::read_to_string(directory.path().join("asked")).unwrap();
    let [smoke, panic, why] = asked.lines().collect::<Vec<_>>()[..] else {
        panic!("{asked}");
    };
    assert_eq!(smoke, "juju-log --log-level INFO -- smells of smoke");
    assert!(
        panic.starts_with("juju-log --log-level ERROR -- the charm panicked: "),
        "{panic}"
    );
    assert!(panic.contains("process.rs"), "{panic}");
    assert_eq!(why, "the reel burns");
}

/// The dispatch in which the charm panics.
const FIRE: &str = "hooks/remove";

/// A charm that logs and then panics.
struct OnFire;

impl juju_ops::Charm for OnFire {
    type Observed = ();
    type Step = ();
    type Error = juju_ops::Error;

    fn observe(&mut self, _unit: &juju_ops::Unit) -> Result<(), juju_ops::Error> {
        tracing::info!("smells of smoke");
        panic!("the reel burns");
    }

    fn decide((): &()) -> juju_ops::Decision<()> {
        juju_ops::Decision::Settled(juju_ops::Status::active(""))
    }

    fn apply(&mut self, _unit: &juju_ops::Unit, (): &()) -> Result<(), juju_ops::Error> {
        Ok(())
    }
}

/// Scripts that write down what they are asked and answer this; the `PATH` that holds them.
fn hook_commands(directory: &tempfile::TempDir, answers: &[(&str, &str)]) -> String {
    for (command, answer) in answers {
        let script = format!(
            "#!/bin/sh\necho {command} \"$@\" >> {}/asked\ncat <<'E'\n{answer}\nE\n",
            shown(directory)
        );
        let path = directory.path().join(command);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:/usr/bin:/bin", shown(directory))
}

#[expect(clippy::disallowed_methods, reason = "the charm under test is a process")]
fn charm(path: &str, dispatch_path: &str) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .env_clear()
        .env("PATH", path)
        .env("JUJU_DISPATCH_PATH", dispatch_path)
        .env("JUJU_UNIT_NAME", "lumiere/0")
        .env("JUJU_MODEL_NAME", "cinema")
        .env("JUJU_MODEL_UUID", "0d2c1d7e-53a0-4f9c-8a1e-3b6f5c7d9e01")
        .env("JUJU_CHARM_DIR", "/var/lib/juju/agents/unit-lumiere-0/charm")
        .env("JUJU_VERSION", "3.6.8")
        .output()
        .unwrap()
}

fn text(output: &Output) -> (Option<i32>, String) {
    (
        output.status.code(),
        String::from_utf8(output.stderr.clone()).unwrap(),
    )
}

fn shown(directory: &tempfile::TempDir) -> String {
    let path: &Path = directory.path();
    path.to_str().unwrap().to_owned()
}
