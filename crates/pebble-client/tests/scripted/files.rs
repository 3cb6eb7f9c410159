//! Pull and push: the multipart bodies.

use crate::support::{Server, answer};
use pebble_client::{Error, ErrorKind, File};

const MULTIPART: &str = "multipart/form-data; boundary=562112b3a0e14b7f9c";

fn read(parts: &str) -> (Result<Vec<u8>, Error>, String) {
    let server = Server::start(vec![answer(200, MULTIPART, &parts.replace('\n', "\r\n"))]);
    let result = server.pebble().pull("/srv/a b.txt");
    (result, server.requests().remove(0))
}

const GOOD: &str = "--562112b3a0e14b7f9c
Content-Disposition: form-data; name=\"files\"; filename=\"/srv/a b.txt\"
Content-Type: application/octet-stream

hello
--562112b3a0e14b7f9c
Content-Disposition: form-data; name=\"response\"
Content-Type: application/json

{\"type\":\"sync\",\"status-code\":200,\"status\":\"OK\",\"result\":[{\"path\":\"/srv/a b.txt\"}]}
--562112b3a0e14b7f9c--
";

const MISSING: &str = "--562112b3a0e14b7f9c
Content-Disposition: form-data; name=\"response\"
Content-Type: application/json

{\"type\":\"sync\",\"status-code\":200,\"status\":\"OK\",\"result\":[{\"path\":\"/srv/a b.txt\",\"error\":{\"message\":\"stat /srv/a b.txt: no such file or directory\",\"kind\":\"not-found\"}}]}
--562112b3a0e14b7f9c--
";

#[test]
fn pull() {
    let (content, request) = read(GOOD);
    assert_eq!(content.unwrap(), b"hello");
    assert_eq!(request, "GET /v1/files?action=read&path=/srv/a%20b.txt");
}

#[test]
fn a_file_that_is_not_there_is_told_apart() {
    let error = read(MISSING).0.unwrap_err();
    assert!(error.is_not_found());
    insta::assert_snapshot!(error, @"cannot read `/srv/a b.txt`: stat /srv/a b.txt: no such file or directory");
}

#[test]
fn an_answer_without_verdict_is_no_file() {
    let (head, _) = GOOD.split_once("hello").unwrap();
    let cut = format!("{head}hel");
    let whole_first_part = format!("{head}hello\n--562112b3a0e14b7f9c--\n");
    for broken in [cut.as_str(), whole_first_part.as_str(), ""] {
        let error = read(broken).0.unwrap_err();
        assert!(matches!(error, Error::Answer { .. }), "{error:?}");
    }
}

#[test]
fn a_pebble_that_goes_away_amid_a_file_is_unreachable() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {MULTIPART}\r\nContent-Length: 9999\r\n\r\n");
    let half = GOOD.split_once("llo").unwrap().0.replace('\n', "\r\n");
    let server = Server::start(vec![crate::support::Step::Answer(
        [head, half].concat().into_bytes(),
    )]);
    let error = server.pebble().pull("/srv/a b.txt").unwrap_err();
    assert!(error.is_unreachable(), "{error:?}");
    server.requests();
}

#[test]
fn a_refused_read_is_json() {
    let denied = r#"{"type":"error","status-code":401,"status":"Unauthorized","result":{"message":"access denied","kind":"login-required"}}"#;
    let server = Server::answering(&[(401, denied)]);
    let error = server.pebble().pull("/srv/a").unwrap_err();
    assert!(matches!(error, Error::Api { status: 401, .. }), "{error:?}");
    server.requests();
}

#[test]
fn push() {
    let good = r#"{"type":"sync","status-code":200,"status":"OK","result":[{"path":"/srv/w/a.txt"}]}"#;
    let server = Server::answering(&[(200, good)]);
    let file = File::new("/srv/w/a.txt", "hello\n")
        .permissions(0o600)
        .owner(1000, 1001)
        .make_dirs();
    server.pebble().push(&file).unwrap();
    insta::assert_snapshot!(server.requests().remove(0).replace('\r', ""), @r#"
    POST /v1/files
    --pebble-client-00000000000000000000
    Content-Type: application/json
    Content-Disposition: form-data; name="request"

    {"action":"write","files":[{"path":"/srv/w/a.txt","make-dirs":true,"permissions":"600","user-id":1000,"group-id":1001}]}
    --pebble-client-00000000000000000000
    Content-Type: application/octet-stream
    Content-Disposition: form-data; name="files"; filename="/srv/w/a.txt"

    hello

    --pebble-client-00000000000000000000--
    "#);
}

#[test]
fn a_file_that_cannot_be_written() {
    let refused = r#"{"type":"sync","status-code":200,"status":"OK","result":[{"path":"/no/a","error":{"message":"open /no/a.x~: no such file or directory","kind":"not-found"}}]}"#;
    let server = Server::answering(&[(200, refused)]);
    let error = server.pebble().push(&File::new("/no/a", "")).unwrap_err();
    assert!(
        matches!(
            error,
            Error::File {
                operation: "write",
                kind: Some(ErrorKind::NotFound),
                ..
            }
        ),
        "{error:?}"
    );
    server.requests();
}
