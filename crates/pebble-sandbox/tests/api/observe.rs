//! system-info, the envelope, access, logs, identities, metrics.

use crate::harness::{Daemon, PEER_SOCKET, again, is_real, try_ask, wait_for};
use bytes::Bytes;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;

#[test]
fn the_daemon_says_who_it_is() {
    let daemon = Daemon::start();
    let answer = daemon.get("/v1/system-info");
    let info = answer.result();
    let expect = json!({
        "type": "sync", "status-code": 200, "status": "OK",
        "result": {"boot-id": info["boot-id"], "version": info["version"]},
    });
    assert_eq!(answer.json(), expect);
    assert!(info["version"].as_str().unwrap().starts_with("v1."));
    if !is_real() {
        // Pebble takes the machine's boot id unless it is process 1, as it is in a container.
        let other = Daemon::start().get("/v1/system-info").result();
        assert_ne!(other["boot-id"], info["boot-id"], "new at each start");
    }
}

#[test]
fn unknown_paths_and_methods_are_refused() {
    let daemon = Daemon::start();
    let unknown = daemon.get("/v1/nope");
    let expect = json!({
        "type": "error", "status-code": 404, "status": "Not Found",
        "result": {"message": "invalid API endpoint requested"},
    });
    assert_eq!((unknown.status, unknown.json()), (404, expect));
    let method = daemon.ask("DELETE", "/v1/plan", &[], "").refusal();
    assert_eq!(method, (405, r#"method "DELETE" not allowed"#.to_owned()));
}

#[test]
fn health_and_info_are_open_over_http_and_nothing_else() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let daemon = Daemon::start_with(&format!("--http 127.0.0.1:{port}"), |_| {});
    assert_eq!(
        daemon.get("/v1/system-info").result()["http-address"],
        json!(format!("127.0.0.1:{port}"))
    );
    let ask = |path: &str| -> Option<String> {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        Some(answer)
    };
    wait_for("the port", || ask("/v1/health").is_some());
    assert!(ask("/v1/health").unwrap().contains(r#""healthy":true"#));
    assert!(ask("/v1/system-info").unwrap().contains("boot-id"));
    let refused = ask("/v1/plan?format=yaml").unwrap();
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert!(
        refused.contains(r#""message":"access denied""#) && refused.contains(r#""kind":"login-required""#)
    );
}

/// Any user may read and leave notices; only root and the daemon's own user may act. Needs root.
#[test]
fn the_peer_of_the_socket_decides() {
    let daemon = Daemon::start();
    if nix::unistd::getuid().is_root() {
        let program = daemon.dir.path().join("peer");
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut command = std::process::Command::new(program);
        command
            .args(["peer_entry", "--exact", "--nocapture"])
            .env(PEER_SOCKET, &daemon.socket)
            .uid(65_534);
        let output = command.output();
        match output {
            Ok(output) => assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            ),
            // A user namespace with one uid has no other user.
            Err(error) => assert!(matches!(error.raw_os_error(), Some(1 | 22)), "{error}"),
        }
    } else {
        assert!(again("peer_entry").status().unwrap().success());
    }
}

/// What [`the_peer_of_the_socket_decides`] does as another user.
pub(crate) fn ask_as_peer(socket: &Path) {
    let ask = |method: &str, path: &str, body: &'static str| {
        try_ask(
            socket,
            method,
            path,
            &[("Content-Type", "application/json")],
            Bytes::from_static(body.as_bytes()),
        )
        .unwrap()
    };
    assert_eq!(ask("GET", "/v1/plan?format=yaml", "").status, 200);
    assert_eq!(ask("GET", "/v1/services", "").status, 200);
    let notice = r#"{"action":"add","type":"custom","key":"example.com/foo"}"#;
    assert_eq!(ask("POST", "/v1/notices", notice).status, 200);
    for (method, path) in [
        ("POST", "/v1/layers"),
        ("POST", "/v1/services"),
        ("GET", "/v1/files?action=list&path=/"),
        ("POST", "/v1/exec"),
        ("POST", "/v1/signals"),
    ] {
        let answer = ask(method, path, "{}");
        assert_eq!(
            answer.refusal(),
            (401, "access denied".to_owned()),
            "{method} {path}"
        );
        assert_eq!(answer.result()["kind"], json!("login-required"));
    }
    let filter = ask("GET", "/v1/notices?users=all", "").refusal();
    assert_eq!(
        filter,
        (403, r#"only admins may use the "users" filter"#.to_owned())
    );
}

#[test]
fn logs_are_read_and_followed() {
    let daemon = Daemon::start();
    let script = "sh -c 'for n in 1 2 3; do echo line $n; done; while ! test -e more; do sleep 0.05; done; echo last; exec sleep 600'";
    let dir = daemon.dir.path().display();
    daemon.layer(&format!(
        "services:\n  web: {{override: replace, command: \"{script}\", working-dir: {dir}}}\n"
    ));
    daemon.done("start", &["web"]);
    let messages = |query: &str| -> Vec<String> {
        let body = daemon.get(&format!("/v1/logs{query}")).body;
        let message = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(
                (&line["service"], line["time"].is_string()),
                (&json!("web"), true)
            );
            line["message"].as_str().unwrap().to_owned()
        };
        String::from_utf8(body.to_vec())
            .unwrap()
            .lines()
            .map(message)
            .collect()
    };
    assert_eq!(messages(""), ["line 1", "line 2", "line 3"]);
    assert_eq!(messages("?n=2&services=web"), ["line 2", "line 3"]);
    assert_eq!(messages("?n=-1"), ["line 1", "line 2", "line 3"]);
    assert_eq!(messages("?services=other"), [] as [&str; 0]);
    let refusal = daemon.get("/v1/logs?n=x").refusal();
    assert_eq!(
        refusal,
        (400, "n must be -1, 0, or a positive integer".to_owned())
    );
    assert!(daemon.log().contains("[web] line 3"), "{}", daemon.log());

    let mut stream = std::os::unix::net::UnixStream::connect(&daemon.socket).unwrap();
    stream.set_read_timeout(Some(crate::harness::LIMIT)).unwrap();
    stream
        .write_all(b"GET /v1/logs?follow=true&n=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("line 3")));
    std::fs::write(daemon.dir.path().join("more"), "").unwrap();
    assert!(lines.any(|line| line.contains("last")));
}

#[test]
fn identities_are_kept() {
    let daemon = Daemon::start();
    let bob = json!({"bob": {"access": "read", "local": {"user-id": 1001}}});
    let act = |action: &str, identities: &Value| {
        daemon.post(
            "/v1/identities",
            json!({"action": action, "identities": identities}),
        )
    };
    assert_eq!(
        act("add", &bob).json(),
        json!({"type": "sync", "status-code": 200, "status": "OK"})
    );
    assert_eq!(
        act("add", &bob).refusal(),
        (400, "identities already exist: bob".to_owned())
    );
    assert_eq!(daemon.get("/v1/identities").result(), bob);
    assert_eq!(act("remove", &json!({"bob": null})).status, 200);
    assert_eq!(daemon.get("/v1/identities").result(), json!({}));
}

#[test]
fn requests_are_logged_as_lines() {
    let daemon = Daemon::start();
    daemon.get("/v1/plan?format=yaml");
    wait_for("the line", || daemon.log().contains("GET /v1/plan?format=yaml"));
    let log = daemon.log();
    let line = log.lines().find(|line| line.contains("/v1/plan")).unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(
        (words[1], words[2], words[3], words[5]),
        ("[pebble]", "GET", "/v1/plan?format=yaml", "200"),
        "{line}"
    );
    assert!(!log.contains("system-info"), "pollers are not logged: {log}");
}

#[test]
fn metrics_count_services_and_checks() {
    let daemon = Daemon::start();
    daemon.layer("checks: {up: {override: replace, period: 50ms, exec: {command: 'true'}}}");
    wait_for("a success", || {
        daemon.check("up")["successes"].as_i64().unwrap() > 0
    });
    let text = String::from_utf8(daemon.get("/v1/metrics").body.to_vec()).unwrap();
    assert!(text.contains("pebble_check_up{check=\"up\"} 1"), "{text}");
}
