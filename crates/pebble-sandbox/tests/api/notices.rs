//! `/v1/notices`.

use crate::harness::{Daemon, try_ask};
use bytes::Bytes;
use serde_json::{Value, json};

fn add(daemon: &Daemon, more: &Value) -> crate::harness::Answer {
    let mut body = json!({"action": "add", "type": "custom", "key": "example.com/foo"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    daemon.post("/v1/notices", body)
}

#[test]
fn notices_are_added_repeated_and_found() {
    let daemon = Daemon::start();
    let id = add(&daemon, &json!({"data": {"a": "b"}, "repeat-after": "1h"})).result()["id"].clone();
    assert_eq!(
        add(&daemon, &json!({"repeat-after": "1h", "data": {"a": "c"}})).result()["id"],
        id
    );
    let notice = daemon
        .get(&format!("/v1/notices/{}", id.as_str().unwrap()))
        .result();
    let uid = nix::unistd::getuid().as_raw();
    let expect = json!({
        "id": id, "user-id": uid, "type": "custom", "key": "example.com/foo", "occurrences": 2,
        "last-data": {"a": "c"}, "repeat-after": "1h0m0s", "expire-after": "168h0m0s",
        "first-occurred": notice["first-occurred"], "last-repeated": notice["first-occurred"],
        "last-occurred": notice["last-occurred"],
    });
    assert_eq!(notice, expect);
    let list = |query: &str| {
        daemon
            .get(&format!("/v1/notices?{query}"))
            .result()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(list("types=custom"), 1);
    assert_eq!(list("types=custom&keys=example.com/other"), 0);
    assert_eq!(list("types=of-tomorrow"), 0);
    assert_eq!(list("types=custom&users=all"), 1);
    assert_eq!(list("types=custom&user-id=77"), 0);
    let after = notice["last-repeated"].as_str().unwrap();
    assert_eq!(list(&format!("types=custom&after={after}")), 0);
    assert_eq!(list(&format!("types=custom&after={after}&timeout=20ms")), 0);
}

#[test]
fn a_notice_ends_a_long_poll() {
    let daemon = Daemon::start();
    let socket = daemon.socket.clone();
    let poll = std::thread::spawn(move || {
        try_ask(
            &socket,
            "GET",
            "/v1/notices?types=custom&timeout=25s",
            &[],
            Bytes::new(),
        )
        .unwrap()
    });
    add(&daemon, &json!({}));
    assert_eq!(poll.join().unwrap().result()[0]["key"], json!("example.com/foo"));
}

#[test]
fn requests_about_notices_are_checked() {
    let daemon = Daemon::start();
    let check =
        |more: &Value, expect: &str| assert_eq!(add(&daemon, more).refusal(), (400, expect.to_owned()));
    check(
        &json!({"key": "foo"}),
        r#"invalid key "foo" (must be in "example.com/path" format)"#,
    );
    check(
        &json!({"type": "warning"}),
        r#"invalid type "warning" (can only add "custom" notices)"#,
    );
    check(&json!({"action": "x"}), r#"invalid action "x""#);
    check(
        &json!({"key": format!("example.com/{}", "x".repeat(256))}),
        "key must be 256 bytes or less",
    );
    check(
        &json!({"data": {"a": "x".repeat(5000)}}),
        "total size of data must be 4096 bytes or less",
    );
    let repeat = r#"invalid repeat-after: time: invalid duration "x""#;
    check(&json!({"repeat-after": "x"}), repeat);
    let get = |path: &str| daemon.get(path).refusal();
    assert_eq!(
        get("/v1/notices/9999"),
        (404, r#"cannot find notice with ID "9999""#.to_owned())
    );
    assert_eq!(
        get("/v1/notices?users=x"),
        (400, r#"invalid "users" filter: must be "all""#.to_owned())
    );
    assert_eq!(
        get("/v1/notices?timeout=x"),
        (400, r#"invalid timeout: time: invalid duration "x""#.to_owned())
    );
}
