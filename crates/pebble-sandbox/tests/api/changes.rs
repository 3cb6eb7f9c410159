//! `/v1/changes`.

use crate::harness::Daemon;
use serde_json::{Value, json};

#[test]
fn changes_are_listed_waited_for_and_aborted() {
    let daemon = Daemon::start();
    daemon.layer("services: {web: {override: replace, command: sleep 600}}");
    let change = daemon.act("start", &["web"]);
    let ids = |query: &str| -> Vec<Value> {
        let changes = daemon.get(&format!("/v1/changes{query}")).result();
        changes
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["id"].clone())
            .collect()
    };
    assert_eq!(ids(""), [json!(change)]);
    assert_eq!(ids("?select=ready"), [] as [Value; 0]);
    assert_eq!(ids("?select=all&for=web"), [json!(change)]);
    assert_eq!(ids("?select=all&for=other"), [] as [Value; 0]);
    let late = daemon
        .get(&format!("/v1/changes/{change}/wait?timeout=10ms"))
        .refusal();
    assert_eq!(late, (504, "timed out waiting for change after 10ms".to_owned()));
    let seen = daemon.get(&format!("/v1/changes/{change}")).result();
    assert_eq!(
        (&seen["status"], &seen["ready"], &seen["ready-time"]),
        (&json!("Doing"), &json!(false), &Value::Null)
    );
    assert_eq!(
        (&seen["kind"], &seen["tasks"][0]["kind"]),
        (&json!("start"), &json!("start"))
    );

    let answer = daemon.post(&format!("/v1/changes/{change}"), json!({"action": "abort"}));
    assert_eq!(
        (answer.status, &answer.result()["status"]),
        (200, &json!("Abort"))
    );
    let seen = daemon.wait(&change);
    let err = seen["err"].as_str().unwrap();
    assert!(err.ends_with("(start aborted, sent SIGKILL to process)"), "{err}");
    assert!(seen["ready-time"].is_string());
    assert_eq!(ids("?select=ready"), [json!(change)]);
    let answer = daemon.post(&format!("/v1/changes/{change}"), json!({"action": "abort"}));
    let nothing = format!("cannot abort change {change} with nothing pending");
    assert_eq!(answer.refusal(), (400, nothing));
}

#[test]
fn requests_about_changes_are_checked() {
    let daemon = Daemon::start();
    let unknown = (404, r#"cannot find change with id "99""#.to_owned());
    assert_eq!(daemon.get("/v1/changes/99").refusal(), unknown);
    assert_eq!(daemon.get("/v1/changes/99/wait").refusal(), unknown);
    assert_eq!(
        daemon
            .post("/v1/changes/99", json!({"action": "abort"}))
            .refusal(),
        unknown
    );
    let select = "select should be one of: all,in-progress,ready".to_owned();
    assert_eq!(daemon.get("/v1/changes?select=x").refusal(), (400, select));
    let change = daemon.act("replan", &[]);
    let action = daemon.post(&format!("/v1/changes/{change}"), json!({"action": "x"}));
    assert_eq!(action.refusal(), (400, r#"invalid action "x""#.to_owned()));
    let timeout = daemon.get(&format!("/v1/changes/{change}/wait?timeout=x"));
    assert_eq!(
        timeout.refusal(),
        (400, r#"invalid timeout: time: invalid duration "x""#.to_owned())
    );
}
