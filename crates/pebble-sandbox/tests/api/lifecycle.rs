//! Beginning and end of the daemon.

use crate::harness::{DAEMON_ARGS, Daemon, again, try_ask, wait_for};
use bytes::Bytes;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

fn base_layer(text: &'static str) -> impl FnOnce(&Path) {
    move |dir| {
        std::fs::create_dir(dir.join("layers")).unwrap();
        std::fs::write(dir.join("layers/001-base.yaml"), text).unwrap();
    }
}

#[test]
fn enabled_services_start_by_themselves_unless_held() {
    let text = "services: {web: {override: replace, command: sleep 600, startup: enabled}}";
    let held = Daemon::start_with("--hold", base_layer(text));
    let daemon = Daemon::start_with("", base_layer(text));
    wait_for("the service", || {
        daemon.service("web")["current"] == json!("active")
    });
    assert_eq!(held.service("web")["current"], json!("inactive"));
}

#[test]
fn sigterm_stops_services_and_ends_well() {
    let mut daemon = Daemon::start();
    let script = "sh -c 'trap \"echo > stopped; exit 0\" TERM; while :; do sleep 0.05; done'";
    let dir = daemon.dir.path().display();
    daemon.layer(&format!(
        "services:\n  web: {{override: replace, command: '{}', working-dir: {dir}}}\n",
        script.replace('\'', "''")
    ));
    daemon.done("start", &["web"]);
    kill(daemon.pid(), Signal::SIGTERM).unwrap();
    assert_eq!(daemon.ended(), Some(0));
    assert!(daemon.dir.path().join("stopped").exists(), "{}", daemon.log());
    assert!(!daemon.socket.exists());
}

#[test]
fn a_service_can_end_the_daemon() {
    let check = |action: &str, script: &str, expect: i32| {
        let mut daemon = Daemon::start();
        let more = format!("override: replace, on-success: {action}, on-failure: {action}");
        daemon.layer(&format!(
            "services: {{job: {{{more}, command: sh -c '{script}'}}}}"
        ));
        daemon.act("start", &["job"]);
        assert_eq!(daemon.ended(), Some(expect), "{action} {script}");
    };
    check("shutdown", "exit 0", 0);
    check("shutdown", "exit 1", 10);
}

#[test]
fn two_daemons_do_not_share_a_socket() {
    let daemon = Daemon::start();
    let mut second = again("daemon_entry");
    second
        .env(DAEMON_ARGS, "run --create-dirs")
        .env("PEBBLE", daemon.dir.path());
    let output = second.env("PEBBLE_SOCKET", &daemon.socket).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let expect = format!(
        "error: cannot listen on `{}`: another daemon listens there",
        daemon.socket.display()
    );
    assert!(text.contains(&expect), "{text}");
    assert_eq!(
        daemon.get("/v1/system-info").status,
        200,
        "the first one is unharmed"
    );
}

/// A real Pebble has its limit of 108 bytes.
#[test]
fn the_path_of_the_socket_may_be_long_and_layers_are_copied_once() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("d".repeat(60)).join("e".repeat(60));
    let image = dir.path().join("image");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::create_dir_all(image.join("layers")).unwrap();
    std::fs::write(
        image.join("layers/001-base.yaml"),
        "services: {web: {override: replace, command: c}}",
    )
    .unwrap();
    let mut command = again("daemon_entry");
    command
        .env(DAEMON_ARGS, "run --create-dirs --hold")
        .env("PEBBLE", dir.path().join("pebble"));
    command
        .env("PEBBLE_COPY_ONCE", &image)
        .env("PEBBLE_SOCKET", deep.join("pebble.socket"));
    let mut daemon = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let open = std::fs::File::open(&deep).unwrap();
    let socket = PathBuf::from(format!("/proc/self/fd/{}/pebble.socket", open.as_raw_fd()));
    let plan = || try_ask(&socket, "GET", "/v1/plan?format=yaml", &[], Bytes::new());
    wait_for("the daemon to answer", || plan().is_ok());
    assert!(plan().unwrap().result().as_str().unwrap().contains("web:"));
    kill(
        Pid::from_raw(i32::try_from(daemon.id()).unwrap()),
        Signal::SIGTERM,
    )
    .unwrap();
    assert!(daemon.wait().unwrap().success());
}
