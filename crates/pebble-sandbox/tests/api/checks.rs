//! `/v1/checks`, `/v1/health`, and what follows from checks.

use crate::harness::{Daemon, wait_for};
use serde_json::{Value, json};

/// A check that is up as long as the file `up` exists.
fn layer(daemon: &Daemon, more: &str) -> String {
    let file = daemon.dir.path().join("up");
    std::fs::write(&file, "").unwrap();
    let command = format!("test -e {}", file.display());
    format!(
        "checks: {{well: {{override: replace, period: 50ms, threshold: 2, {more} exec: {{command: {command}}}}}}}"
    )
}

fn set_up(daemon: &Daemon, up: bool) {
    let file = daemon.dir.path().join("up");
    if up {
        std::fs::write(file, "").unwrap();
    } else {
        std::fs::remove_file(file).unwrap();
    }
}

fn wait_for_status(daemon: &Daemon, status: &str) -> Value {
    wait_for(status, || daemon.check("well")["status"] == json!(status));
    daemon.check("well")
}

fn healthy(daemon: &Daemon, query: &str) -> bool {
    let answer = daemon.get(&format!("/v1/health{query}"));
    let healthy = answer.result()["healthy"].as_bool().unwrap();
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (if healthy { 200 } else { 502 }, &json!("sync"))
    );
    healthy
}

#[test]
fn a_check_falls_and_recovers_in_changes_that_are_noticed() {
    let daemon = Daemon::start();
    daemon.layer(&layer(&daemon, "level: ready,"));
    let first = daemon.check("well");
    assert_eq!(
        (&first["status"], &first["level"], &first["threshold"]),
        (&json!("up"), &json!("ready"), &json!(2))
    );
    assert_eq!(
        (&first["startup"], &first["failures"]),
        (&json!("enabled"), &Value::Null)
    );
    let change = |id: &Value| {
        daemon
            .get(&format!("/v1/changes/{}", id.as_str().unwrap()))
            .result()
    };
    let perform = change(&first["change-id"]);
    assert_eq!(
        (&perform["kind"], &perform["status"]),
        (&json!("perform-check"), &json!("Doing"))
    );
    assert_eq!(perform["summary"], json!(r#"Perform exec check "well""#));

    set_up(&daemon, false);
    let down = wait_for_status(&daemon, "down");
    assert!(down["failures"].as_i64().unwrap() >= 2);
    wait_for("the recovery to begin", || {
        change(&daemon.check("well")["change-id"])["kind"] == json!("recover-check")
    });
    let fallen = change(&first["change-id"]);
    let err = "cannot perform the following tasks:\n- Perform exec check \"well\" (exit status 1)";
    assert_eq!(fallen["status"], json!("Error"));
    let text = fallen["err"].as_str().unwrap();
    assert!(text.starts_with(err), "{text}");

    let recovery = daemon.check("well")["change-id"].clone();
    set_up(&daemon, true);
    wait_for_status(&daemon, "up");
    wait_for("the recovery to be done", || {
        change(&recovery)["status"] == json!("Done")
    });
    let notices = daemon.get("/v1/notices?types=change-update").result();
    let of = |id: &Value| {
        notices
            .as_array()
            .unwrap()
            .iter()
            .find(|notice| notice["key"] == *id)
            .unwrap()
            .clone()
    };
    let data = |kind: &str| json!({"check-name": "well", "kind": kind});
    assert_eq!(of(&first["change-id"])["last-data"], data("perform-check"));
    assert_eq!(of(&recovery)["last-data"], data("recover-check"));
    assert_eq!(of(&recovery)["user-id"], Value::Null);
}

#[test]
fn levels_decide_about_health() {
    let daemon = Daemon::start();
    assert!(healthy(&daemon, ""));
    assert!(healthy(&daemon, "?level=alive"));
    let wrong = (400, r#"level must be "alive" or "ready""#.to_owned());
    assert_eq!(daemon.get("/v1/health?level=x").refusal(), wrong);
    assert_eq!(daemon.get("/v1/checks?level=x").refusal(), wrong);
    for (level, alive, ready) in [
        ("", true, true),
        ("level: ready,", true, false),
        ("level: alive,", false, false),
    ] {
        daemon.layer(&layer(&daemon, level));
        set_up(&daemon, false);
        wait_for_status(&daemon, "down");
        let seen = (
            healthy(&daemon, "?level=alive"),
            healthy(&daemon, "?level=ready"),
            healthy(&daemon, ""),
        );
        assert_eq!(seen, (alive, ready, false), "{level}");
        assert!(healthy(&daemon, "?names=other"));
    }
}

#[test]
fn checks_are_started_and_stopped() {
    let daemon = Daemon::start();
    daemon.layer(&layer(&daemon, "startup: disabled,"));
    let expect =
        json!({"name": "well", "startup": "disabled", "status": "inactive", "successes": 0, "threshold": 2});
    assert_eq!(daemon.check("well"), expect);
    let act =
        |action: &str, check: &str| daemon.post("/v1/checks", json!({"action": action, "checks": [check]}));
    assert_eq!(act("stop", "well").result(), json!({"changed": null}));
    assert_eq!(act("start", "well").result(), json!({"changed": ["well"]}));
    assert_eq!(act("start", "well").result(), json!({"changed": null}));
    wait_for("a success", || {
        daemon.check("well")["successes"].as_i64().unwrap() > 0
    });
    assert_eq!(act("stop", "well").result(), json!({"changed": ["well"]}));
    assert_eq!(daemon.check("well")["status"], json!("inactive"));
    let unknown = (
        400,
        "cannot stop checks: cannot find checks in plan: zz".to_owned(),
    );
    assert_eq!(act("stop", "zz").refusal(), unknown);
    assert_eq!(
        act("x", "well").refusal(),
        (400, r#"invalid action "x""#.to_owned())
    );
    let none = daemon.post("/v1/checks", json!({"action": "start"}));
    assert_eq!(
        none.refusal(),
        (400, "must specify checks for start action".to_owned())
    );
}

#[test]
fn a_check_can_be_refreshed() {
    let daemon = Daemon::start();
    daemon.layer(
        "checks:
  tcp: {override: replace, period: 1h, tcp: {port: 1, host: 127.0.0.1}}
  http: {override: replace, period: 1h, http: {url: 'http://127.0.0.1:1/ping'}}
  exec: {override: replace, period: 1h, exec: {command: sh -c 'echo oops; exit 5'}}
  slow: {override: replace, period: 1h, timeout: 100ms, exec: {command: sleep 600}}
  good: {override: replace, startup: disabled, exec: {command: 'true'}}",
    );
    let refresh = |name: &str| daemon.post("/v1/checks/refresh", json!({"name": name}));
    let refused = "dial tcp 127.0.0.1:1: connect: connection refused";
    assert_eq!(refresh("tcp").result()["error"], json!(refused));
    assert_eq!(
        refresh("http").result()["error"],
        json!(format!("Get \"http://127.0.0.1:1/ping\": {refused}"))
    );
    assert_eq!(refresh("exec").result()["error"], json!("exit status 5; oops"));
    assert_eq!(
        refresh("slow").result()["error"],
        json!("check timed out after 100ms")
    );
    let info = refresh("exec").result()["info"].clone();
    assert_eq!(
        (&info["name"], &info["failures"], &info["status"]),
        (&json!("exec"), &json!(2), &json!("up"))
    );
    assert_eq!(refresh("good").result()["error"], Value::Null);
    let unknown = (404, r#"cannot find check with name "zz""#.to_owned());
    assert_eq!(refresh("zz").refusal(), unknown);
}

#[test]
fn http_checks_want_a_good_status() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
            let answer = if request.starts_with("get /moved ") {
                "HTTP/1.1 302 Found\r\nLocation: /good\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            } else if request.starts_with("get /good ") && request.contains("\r\nx-key: secret\r\n") {
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
            } else {
                "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate"
            };
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let daemon = Daemon::start();
    let check = |path: &str, expect: Value| {
        let url = format!("http://localhost:{port}{path}");
        let http = format!("http: {{url: '{url}', headers: {{X-Key: secret}}}}");
        daemon.layer(&format!(
            "checks: {{web: {{override: replace, period: 1h, {http}}}}}"
        ));
        let seen = daemon.post("/v1/checks/refresh", json!({"name": "web"})).result();
        assert_eq!(seen["error"], expect, "{path}");
    };
    check("/good", Value::Null);
    check("/moved", Value::Null);
    check("/bad", json!("non-2xx status code 503; late"));
}

#[test]
fn a_failed_check_restarts_its_service() {
    let daemon = Daemon::start();
    let service = "services: {web: {override: replace, command: sleep 600, on-check-failure: {well: restart}, backoff-delay: 10ms}}";
    daemon.layer(service);
    daemon.done("start", &["web"]);
    let since = daemon.service("web")["current-since"].clone();
    daemon.layer(&layer(&daemon, ""));
    set_up(&daemon, false);
    wait_for("the restart", || {
        let web = daemon.service("web");
        web["current"] == json!("active") && web["current-since"] != since
    });
}

#[test]
fn unchanged_checks_go_on_undisturbed() {
    let daemon = Daemon::start();
    let text = layer(&daemon, "");
    daemon.layer(&text);
    let change = daemon.check("well")["change-id"].clone();
    daemon.layer(&text);
    daemon.layer("checks: {other: {override: replace, tcp: {port: 1}}}");
    assert_eq!(daemon.check("well")["change-id"], change);
    daemon.layer("checks: {well: {override: merge, threshold: 9}}");
    assert_ne!(daemon.check("well")["change-id"], change);
    assert_eq!(
        daemon
            .get(&format!("/v1/changes/{}/wait", change.as_str().unwrap()))
            .result()["status"],
        json!("Done")
    );
}
