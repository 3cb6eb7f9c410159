//! Exec: the request, the three sockets, and the exit code in the change.

use std::time::Duration;

use crate::support::{Server, Step, json};
use pebble_client::{Error, Exec};
use tokio_tungstenite::tungstenite::Message;

const ACCEPTED: &str = r#"{"type":"async","status-code":202,"status":"Accepted","change":"8","result":{"environment":{"A":"b"},"task-id":"9","working-dir":"/"}}"#;

fn ended(change: &str) -> Step {
    json(
        200,
        &format!(r#"{{"type":"sync","status-code":200,"status":"OK","result":{change}}}"#),
    )
}

fn end() -> Message {
    Message::text(r#"{"command":"end"}"#)
}

fn control() -> Step {
    Step::WebSocket {
        sends: vec![],
        reads: false,
    }
}

#[test]
fn output_and_exit_code() {
    let binary = |text: &'static str| Message::binary(text.as_bytes().to_vec());
    let server = Server::start(vec![
        json(202, ACCEPTED),
        control(),
        Step::WebSocket {
            sends: vec![binary("out "), binary("more"), end()],
            reads: false,
        },
        Step::WebSocket {
            sends: vec![binary("err"), end()],
            reads: false,
        },
        ended(
            r#"{"id":"8","kind":"exec","summary":"Execute command \"sh\"","status":"Done","ready":true,"tasks":[{"id":"9","kind":"exec","summary":"Execute command \"sh\"","status":"Done","data":{"exit-code":7}}]}"#,
        ),
    ]);
    let exec = Exec::new(["sh", "-c", "exit 7"])
        .run_as(1000, 1001)
        .env("A", "b")
        .working_dir("/")
        .timeout(Duration::from_secs(5));
    let output = server.pebble().exec(&exec).unwrap();
    assert_eq!(
        (output.exit_code, output.stdout, output.stderr),
        (7, b"out more".to_vec(), b"err".to_vec())
    );
    insta::assert_snapshot!(server.requests().join("\n"), @r#"
    POST /v1/exec
    {"command":["sh","-c","exit 7"],"environment":{"A":"b"},"working-dir":"/","user-id":1000,"group-id":1001,"timeout":"5s","split-stderr":true}
    websocket /v1/tasks/9/websocket/control
    websocket /v1/tasks/9/websocket/stdio
    websocket /v1/tasks/9/websocket/stderr
    GET /v1/changes/8/wait?timeout=4s
    "#);
}

#[test]
fn input_is_sent_in_pieces_and_ended() {
    let server = Server::start(vec![
        json(202, ACCEPTED),
        control(),
        Step::WebSocket {
            sends: vec![end()],
            reads: true,
        },
        Step::WebSocket {
            sends: vec![end()],
            reads: false,
        },
        ended(
            r#"{"id":"8","kind":"exec","summary":"","status":"Done","ready":true,"tasks":[{"id":"9","kind":"exec","summary":"","status":"Done","data":{"exit-code":0}}]}"#,
        ),
    ]);
    let output = server
        .pebble()
        .exec(&Exec::new(["cat"]).stdin(vec![b'x'; 300 << 10]))
        .unwrap();
    assert_eq!(output.exit_code, 0);
    let input = server.requests().split_off(5);
    assert_eq!(
        input,
        [
            "131072 bytes",
            "131072 bytes",
            "45056 bytes",
            r#"{"command":"end"}"#
        ]
    );
}

#[test]
fn a_command_that_took_too_long_is_an_error() {
    let server = Server::start(vec![
        json(202, ACCEPTED),
        control(),
        Step::WebSocket {
            sends: vec![end()],
            reads: false,
        },
        Step::WebSocket {
            sends: vec![end()],
            reads: false,
        },
        ended(
            r#"{"id":"8","kind":"exec","summary":"Execute command \"sleep\"","status":"Error","ready":true,"err":"cannot perform the following tasks:\n- Execute command \"sleep\" (timed out after 1s: context deadline exceeded)","tasks":[{"id":"9","kind":"exec","summary":"Execute command \"sleep\"","status":"Error","log":["2026-11-24T04:24:30Z ERROR timed out after 1s: context deadline exceeded"],"data":{"exit-code":-1}}]}"#,
        ),
    ]);
    let error = server
        .pebble()
        .exec(&Exec::new(["sleep", "9"]).timeout(Duration::from_secs(1)))
        .unwrap_err();
    insta::assert_snapshot!(error, @"cannot complete change 8 (exec): timed out after 1s: context deadline exceeded");
    server.requests();
}

#[test]
fn a_command_that_is_not_there_is_refused() {
    let refused = r#"{"type":"error","status-code":400,"status":"Bad Request","result":{"message":"cannot find executable \"nopecmd\""}}"#;
    let server = Server::answering(&[(400, refused)]);
    let error = server.pebble().exec(&Exec::new(["nopecmd"])).unwrap_err();
    assert!(
        matches!(&error, Error::Api { status: 400, message, .. } if message.contains("nopecmd")),
        "{error:?}"
    );
    server.requests();
}

/// The server takes no input at all, and more than a socket's buffer is to be sent.
#[test]
fn a_command_need_not_read_its_input() {
    let server = Server::start(vec![
        json(202, ACCEPTED),
        control(),
        Step::WebSocket {
            sends: vec![end()],
            reads: false,
        },
        Step::WebSocket {
            sends: vec![end()],
            reads: false,
        },
        ended(
            r#"{"id":"8","kind":"exec","summary":"","status":"Done","ready":true,"tasks":[{"id":"9","kind":"exec","summary":"","status":"Done","data":{"exit-code":0}}]}"#,
        ),
    ]);
    let exec = Exec::new(["true"])
        .stdin(vec![b'x'; 4 << 20])
        .timeout(Duration::from_secs(5));
    assert_eq!(server.pebble().exec(&exec).unwrap().exit_code, 0);
    server.requests();
}

#[test]
fn a_socket_that_pebble_refuses_is_told_in_pebbles_words() {
    let check = |status: u16, body: &str| {
        // All three sockets are asked for at once: a listener that is gone by then would be a broken connection.
        let refused = || json(status, body);
        let server = Server::start(vec![json(202, ACCEPTED), refused(), refused(), refused()]);
        let error = server.pebble().exec(&Exec::new(["true"])).unwrap_err();
        server.requests();
        assert!(
            matches!(&error, Error::Api { status: told, .. } if *told == status),
            "{error:?}"
        );
        assert!(!error.is_unreachable());
        error.to_string()
    };
    let unknown = r#"{"type":"error","status-code":404,"status":"Not Found","result":{"message":"cannot find task \"9\""}}"#;
    let told = check(404, unknown);
    assert!(
        told.starts_with("cannot complete `GET /v1/tasks/9/websocket/"),
        "{told}"
    );
    assert!(told.ends_with(r#": cannot find task "9""#), "{told}");
    assert!(check(401, "<html>").ends_with(": 401 Unauthorized"));
}
