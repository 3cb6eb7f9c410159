//! `/v1/exec` and its websockets.

use crate::harness::{Daemon, block_on, is_real, read_all, send_all, websocket};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// What came out of a command.
struct Outcome {
    stdout: String,
    stderr: Option<String>,
    change: Value,
}

impl Outcome {
    fn exit_code(&self) -> &Value {
        &self.change["tasks"][0]["data"]["exit-code"]
    }
}

fn start(daemon: &Daemon, request: &Value) -> (String, String) {
    let answer = daemon.post("/v1/exec", request.clone());
    assert_eq!(answer.status, 202, "{:?}", answer.refusal());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&answer.json()["change"]), text(&answer.result()["task-id"]))
}

fn run(daemon: &Daemon, request: &Value, stdin: &[u8]) -> Outcome {
    let (change, task) = start(daemon, request);
    let (stdout, stderr, _control) = block_on(async {
        let socket = &daemon.socket;
        let control = websocket(socket, &task, "control").await.unwrap();
        let main = websocket(socket, &task, "stdio").await.unwrap();
        let stderr = async {
            if request["split-stderr"] == json!(true) {
                Some(read_all(&mut websocket(socket, &task, "stderr").await.unwrap()).await)
            } else {
                None
            }
        };
        let (mut to_command, mut from_command) = main.split();
        let (stdout, stderr, ()) = tokio::join!(
            read_all(&mut from_command),
            stderr,
            send_all(&mut to_command, stdin)
        );
        // Losing it would kill a command that closed its output but did not end yet.
        (stdout, stderr, control)
    });
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        stdout: text(stdout),
        stderr: stderr.map(text),
        change: daemon.wait(&change),
    }
}

fn shell(script: &str) -> Value {
    json!({"command": ["sh", "-c", script]})
}

#[test]
fn commands_have_streams_and_exit_codes() {
    let daemon = Daemon::start();
    let echo = run(
        &daemon,
        &json!({"command": ["cat"], "split-stderr": true}),
        b"hello\0there",
    );
    assert_eq!(
        (echo.stdout.as_str(), echo.stderr.as_deref()),
        ("hello\0there", Some(""))
    );
    assert_eq!(
        (&echo.change["status"], echo.exit_code()),
        (&json!("Done"), &json!(0))
    );
    assert_eq!(echo.change["summary"], json!(r#"Execute command "cat""#));

    let mixed = run(&daemon, &shell("echo out; echo err >&2; exit 7"), b"");
    assert_eq!((mixed.stdout.as_str(), &mixed.stderr), ("out\nerr\n", &None));
    assert_eq!(
        (&mixed.change["status"], &mixed.change["err"], mixed.exit_code()),
        (&json!("Done"), &Value::Null, &json!(7))
    );

    let mut apart = shell("echo out; echo err >&2");
    apart["split-stderr"] = json!(true);
    let apart = run(&daemon, &apart, b"");
    assert_eq!(
        (apart.stdout.as_str(), apart.stderr.as_deref()),
        ("out\n", Some("err\n"))
    );

    let killed = run(&daemon, &shell("kill -TERM $$"), b"");
    assert_eq!(
        (&killed.change["status"], killed.exit_code()),
        (&json!("Done"), &json!(143))
    );

    let much = vec![b'x'; 1_500_000];
    assert!(
        run(&daemon, &json!({"command": ["cat"]}), &much)
            .stdout
            .as_bytes()
            == much
    );
    if !is_real() {
        // Pebble stops reading, and a client that sends all the same waits in vain.
        let unread = run(&daemon, &json!({"command": ["true"]}), &much);
        assert_eq!(unread.exit_code(), &json!(0), "input that nobody reads");
    }
}

#[test]
fn commands_get_their_surroundings() {
    let daemon = Daemon::start();
    let dir = daemon.dir.path().display().to_string();
    daemon.layer(&format!(
        "services: {{web: {{override: replace, command: sleep 1, working-dir: {dir}, environment: {{A: a, B: b}}}}}}"
    ));
    let mut request = shell("echo $A $B $DAEMON_SAYS; pwd");
    request["service-context"] = json!("web");
    request["environment"] = json!({"B": "mine"});
    assert_eq!(
        run(&daemon, &request, b"").stdout,
        format!("a mine hello\n{dir}\n")
    );
    request["working-dir"] = json!("/");
    let (_, task) = start(&daemon, &request);
    let answer = daemon.post("/v1/exec", request);
    assert_eq!(answer.result()["working-dir"], json!("/"));
    assert_eq!(answer.result()["environment"]["B"], json!("mine"));
    assert_ne!(answer.result()["task-id"], json!(task));
}

#[test]
fn commands_end_by_timeout_signal_or_loss() {
    let daemon = Daemon::start();
    let mut slow = shell("echo began; exec sleep 600");
    slow["timeout"] = json!("200ms");
    let late = run(&daemon, &slow, b"");
    assert_eq!((late.stdout.as_str(), late.exit_code()), ("began\n", &json!(-1)));
    let err = late.change["err"].as_str().unwrap();
    assert!(
        err.ends_with("(timed out after 200ms: context deadline exceeded)"),
        "{err}"
    );

    let exit_code = |change: &str| daemon.wait(change)["tasks"][0]["data"]["exit-code"].clone();
    let (change, task) = start(
        &daemon,
        &shell("trap 'echo bye; exit 9' INT; echo began; while :; do sleep 0.05; done"),
    );
    let said = block_on(async {
        let mut control = websocket(&daemon.socket, &task, "control").await.unwrap();
        let mut stdio = websocket(&daemon.socket, &task, "stdio").await.unwrap();
        wait_for_output(&mut stdio, "began\n").await;
        let signal = json!({"command": "signal", "signal": {"name": "SIGINT"}});
        control.send(Message::text(signal.to_string())).await.unwrap();
        read_all(&mut stdio).await
    });
    assert_eq!(
        (said.as_slice(), exit_code(&change)),
        (b"bye\n".as_slice(), json!(9))
    );

    let (change, task) = start(&daemon, &shell("echo began; exec sleep 600"));
    block_on(async {
        let control = websocket(&daemon.socket, &task, "control").await.unwrap();
        let mut stdio = websocket(&daemon.socket, &task, "stdio").await.unwrap();
        wait_for_output(&mut stdio, "began\n").await;
        drop(control);
        read_all(&mut stdio).await
    });
    assert_eq!(exit_code(&change), json!(137));
}

async fn wait_for_output(socket: &mut crate::harness::WebSocket, expect: &str) {
    let message = socket.next().await.unwrap().unwrap();
    assert_eq!(message, Message::binary(expect.as_bytes().to_vec()));
}

#[test]
fn commands_without_their_websockets_give_up() {
    let daemon = Daemon::start();
    let (change, task) = start(&daemon, &json!({"command": ["true"]}));
    block_on(async {
        let refused = websocket(&daemon.socket, &task, "stderr").await.unwrap_err();
        assert!(refused.contains("404"), "{refused}");
        let refused = websocket(&daemon.socket, "999", "stdio").await.unwrap_err();
        assert!(refused.contains("404"), "{refused}");
        let _control = websocket(&daemon.socket, &task, "control").await.unwrap();
        let refused = websocket(&daemon.socket, &task, "control").await.unwrap_err();
        assert!(refused.contains("500"), "{refused}");
    });
    let err = daemon.wait(&change)["err"].as_str().unwrap().to_owned();
    let reason = "timeout waiting for websocket connections: context deadline exceeded";
    assert!(err.ends_with(&format!("(exec {task}: {reason})")), "{err}");
}

#[test]
fn requests_to_execute_are_checked() {
    let daemon = Daemon::start();
    let check = |more: Value, status: u16, message: &str| {
        let mut request = json!({"command": ["true"]});
        request
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        assert_eq!(
            daemon.post("/v1/exec", request).refusal(),
            (status, message.to_owned()),
            "{more}"
        );
    };
    check(
        json!({"command": ["nopecmd"]}),
        400,
        r#"cannot find executable "nopecmd""#,
    );
    check(json!({"command": []}), 400, "must specify command");
    check(
        json!({"timeout": "bogus"}),
        400,
        r#"invalid timeout: time: invalid duration "bogus""#,
    );
    check(json!({"user": "nouser"}), 400, "user: unknown user nouser");
    check(
        json!({"service-context": "nope"}),
        400,
        r#"context service "nope" not found"#,
    );
    check(
        json!({"working-dir": "/nope"}),
        500,
        r#"cannot call exec: working directory "/nope" does not exist"#,
    );
    if !is_real() {
        check(
            json!({"terminal": true}),
            400,
            "cannot execute in a terminal: not supported by this Pebble",
        );
    }
}
