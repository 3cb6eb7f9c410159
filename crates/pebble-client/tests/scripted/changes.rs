//! Waiting for changes, and what a failed one says.

use std::time::Duration;

use crate::support::Server;
use pebble_client::{ChangeId, Error};

const SLOW: &str = r#"{"type":"error","status-code":504,"status":"Gateway Timeout","result":{"message":"timed out waiting for change after 4s"}}"#;
const DONE: &str = r#"{"type":"sync","status-code":200,"status":"OK","result":{"id":"4","kind":"start","summary":"Start service \"web\"","status":"Done","tasks":[{"id":"5","kind":"start","summary":"Start service \"web\"","status":"Done","progress":{"label":"","done":1,"total":1},"spawn-time":"2026-11-24T04:24:30.7Z","ready-time":"2026-11-24T04:24:31.7Z"}],"ready":true,"spawn-time":"2026-11-24T04:24:30.7Z","ready-time":"2026-11-24T04:24:31.7Z"}}"#;
const FAILED: &str = r#"{"type":"sync","status-code":200,"status":"OK","result":{"id":"3","kind":"replan","summary":"Replan service \"bad\" and 1 more","status":"Error","tasks":[{"id":"2","kind":"start","summary":"Start service \"good\"","status":"Done"},{"id":"3","kind":"start","summary":"Start service \"bad\"","status":"Error","log":["2026-11-24T04:24:30Z INFO Most recent service output:\n    oops","2026-11-24T04:24:30Z ERROR service start attempt: exited quickly with code 3, will restart"],"progress":{"label":"","done":1,"total":1},"spawn-time":"2026-11-24T04:24:30.746102443Z","ready-time":"2026-11-24T04:24:30.751541546Z"}],"ready":true,"err":"cannot perform the following tasks:\n- Start service \"bad\" (service start attempt: exited quickly with code 3, will restart)","spawn-time":"2026-11-24T04:24:30.746113099Z","ready-time":"2026-11-24T04:24:30.751543308Z"}}"#;

fn id(text: &str) -> ChangeId {
    ChangeId::from(text)
}

#[test]
fn waits_in_slices_until_the_change_is_ready() {
    let server = Server::answering(&[(504, SLOW), (504, SLOW), (200, DONE)]);
    let change = server.pebble().wait(&id("4"), Duration::from_mins(1)).unwrap();
    assert!(change.ready && change.failed_task().is_none());
    assert_eq!(server.requests(), ["GET /v1/changes/4/wait?timeout=4s"; 3]);
}

#[test]
fn gives_up_at_the_callers_deadline() {
    let server = Server::answering(&[(504, SLOW)]);
    let error = server
        .pebble()
        .wait(&id("4"), Duration::from_millis(1500))
        .unwrap_err();
    insta::assert_snapshot!(error, @"cannot see the end of change 4: still going on after 1.5 s");
    assert!(matches!(error, Error::ChangeNotReady { .. }));
    let request = server.requests().remove(0);
    assert!(
        request.starts_with("GET /v1/changes/4/wait?timeout=1"),
        "{request}"
    );
}

#[test]
fn a_failed_change_names_the_service_and_its_last_words() {
    let server = Server::answering(&[(200, FAILED)]);
    let error = server
        .pebble()
        .wait(&id("3"), Duration::from_secs(9))
        .unwrap_err();
    insta::assert_snapshot!(error, @"cannot complete change 3 (replan): service `bad`: service start attempt: exited quickly with code 3, will restart");
    let Error::ChangeFailed(change) = error else {
        panic!("{error:?}")
    };
    let task = change.failed_task().unwrap();
    assert_eq!((task.service(), task.log.len()), (Some("bad"), 2));
    server.requests();
}

#[test]
fn what_a_change_says_without_a_log() {
    let check = |result: &str| {
        let body = format!(r#"{{"type":"sync","status-code":200,"status":"OK","result":{result}}}"#);
        let server = Server::answering(&[(200, &body)]);
        let error = server
            .pebble()
            .wait(&id("8"), Duration::from_secs(9))
            .unwrap_err()
            .to_string();
        server.requests();
        error
    };
    insta::assert_snapshot!(check(r#"{"id":"8","kind":"exec","summary":"x","status":"Error","ready":true,"err":"cannot perform the following tasks:\n- Execute command \"sleep\" (timed out after 1s: context deadline exceeded)","tasks":[{"id":"9","kind":"exec","summary":"Execute command \"sleep\"","status":"Error"}]}"#), @r#"cannot complete change 8 (exec): - Execute command "sleep" (timed out after 1s: context deadline exceeded)"#);
    insta::assert_snapshot!(check(r#"{"id":"8","kind":"stop","summary":"x","status":"Error","ready":true}"#), @"cannot complete change 8 (stop): Error");
}

#[test]
fn a_change_as_it_is_now() {
    let unknown = r#"{"type":"error","status-code":404,"status":"Not Found","result":{"message":"cannot find change with id \"99\""}}"#;
    let server = Server::answering(&[(200, FAILED), (404, unknown)]);
    let pebble = server.pebble();
    assert_eq!(pebble.change(&id("3")).unwrap().status, "Error");
    assert!(pebble.change(&id("99")).unwrap_err().is_not_found());
    assert_eq!(server.requests(), ["GET /v1/changes/3", "GET /v1/changes/99"]);
}
