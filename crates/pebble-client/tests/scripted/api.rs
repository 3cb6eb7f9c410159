//! Each method against recorded answers of Pebble: what is asked, what comes out.

use std::{fmt::Debug, time::Duration};

use crate::support::{Server, Step, late};
use pebble_client::{
    ChangeId, Check, CheckStatus, Combine, Current, Error, ErrorKind, Layer, Level, MakeDir, Pebble, Service,
    Startup,
};

const DONE: &str = r#"{"type":"sync","status-code":200,"status":"OK","result":null}"#;

/// The one request that `call` makes, and what it gives for `body`.
fn ask<T: Debug>(
    status: u16,
    body: &str,
    call: impl Fn(&Pebble) -> Result<T, Error>,
) -> (String, Result<T, Error>) {
    let server = Server::answering(&[(status, body)]);
    let result = call(&server.pebble());
    (server.requests().remove(0), result)
}

fn sync(result: &str) -> String {
    format!(r#"{{"type":"sync","status-code":200,"status":"OK","result":{result}}}"#)
}

#[test]
fn system() {
    let body = sync(r#"{"boot-id":"8eb873a2","http-address":":38813","version":"v1.26.0"}"#);
    let (request, info) = ask(200, &body, Pebble::system_info);
    assert_eq!(request, "GET /v1/system-info");
    let info = info.unwrap();
    assert_eq!(
        (info.boot_id.as_str(), info.version.as_str()),
        ("8eb873a2", "v1.26.0")
    );

    let unhealthy = r#"{"type":"sync","status-code":502,"status":"Bad Gateway","result":{"healthy":false}}"#;
    let (request, healthy) = ask(502, unhealthy, |pebble| pebble.is_healthy(Some(Level::Ready)));
    assert_eq!(
        (request.as_str(), healthy.unwrap()),
        ("GET /v1/health?level=ready", false)
    );
    let (request, healthy) = ask(200, &sync(r#"{"healthy":true}"#), |pebble| {
        pebble.is_healthy(None)
    });
    assert_eq!((request.as_str(), healthy.unwrap()), ("GET /v1/health", true));
}

#[test]
fn layers_and_plan() {
    let layer = Layer::new().service("web", Service::new("serve").startup(Startup::Enabled));
    let (request, added) = ask(200, &sync("true"), |pebble| {
        pebble.add_layer("app", &layer, Combine::WithExisting)
    });
    added.unwrap();
    insta::assert_snapshot!(request, @r#"
    POST /v1/layers
    {"action":"add","combine":true,"label":"app","format":"yaml","layer":"{\"services\":{\"web\":{\"override\":\"replace\",\"command\":\"serve\",\"startup\":\"enabled\"}}}"}
    "#);

    let yaml = r#""services:\n    web:\n        override: replace\n        command: serve\n        startup: enabled\n""#;
    let (request, plan) = ask(200, &sync(yaml), Pebble::plan);
    assert_eq!(request, "GET /v1/plan?format=yaml");
    assert!(plan.unwrap().contains(&layer));
    let (_, empty) = ask(200, &sync(r#""{}\n""#), Pebble::plan);
    assert!(!empty.unwrap().contains(&layer));
}

#[test]
fn services() {
    let body = sync(
        r#"[{"name":"db","startup":"disabled","current":"inactive"},
            {"name":"web","startup":"enabled","current":"backoff","current-since":"2026-11-24T04:24:29.698412721Z"}]"#,
    );
    let (request, services) = ask(200, &body, |pebble| pebble.services(&["db", "web"]));
    assert_eq!(request, "GET /v1/services?names=db%2Cweb");
    let services = services.unwrap();
    assert_eq!(
        (services[0].current, services[0].current_since.as_deref()),
        (Current::Inactive, None)
    );
    assert_eq!(
        (services[1].current, services[1].startup),
        (Current::Backoff, Startup::Enabled)
    );

    let accepted = r#"{"type":"async","status-code":202,"status":"Accepted","change":"7","result":null}"#;
    let check = |call: fn(&Pebble) -> Result<ChangeId, Error>, body: &str| {
        let (request, change) = ask(202, accepted, call);
        assert_eq!(request, format!("POST /v1/services\n{body}"));
        assert_eq!(change.unwrap().as_str(), "7");
    };
    check(
        |pebble| pebble.start(&["web"]),
        r#"{"action":"start","services":["web"]}"#,
    );
    check(
        |pebble| pebble.stop(&["web", "db"]),
        r#"{"action":"stop","services":["web","db"]}"#,
    );
    check(
        |pebble| pebble.restart(&["db"]),
        r#"{"action":"restart","services":["db"]}"#,
    );
    check(Pebble::replan, r#"{"action":"replan","services":[]}"#);

    let (request, sent) = ask(200, &sync("true"), |pebble| pebble.signal("SIGHUP", &["web"]));
    assert_eq!(
        request,
        "POST /v1/signals\n{\"signal\":\"SIGHUP\",\"services\":[\"web\"]}"
    );
    sent.unwrap();
}

#[test]
fn checks() {
    let body = sync(
        r#"[{"name":"down","level":"ready","startup":"enabled","status":"down","successes":0,"failures":4,"threshold":2,"change-id":"13"},
            {"name":"off","startup":"disabled","status":"inactive","successes":0,"threshold":3}]"#,
    );
    let (request, checks) = ask(200, &body, |pebble| pebble.checks(&[]));
    assert_eq!(request, "GET /v1/checks");
    let checks = checks.unwrap();
    assert_eq!(
        (checks[0].status, checks[0].failures, checks[0].level),
        (CheckStatus::Down, 4, Some(Level::Ready))
    );
    assert_eq!(
        (checks[1].status, checks[1].change_id.as_ref()),
        (CheckStatus::Inactive, None)
    );
}

#[test]
fn a_check_is_carried_out_at_once() {
    let info = r#""info":{"name":"up","status":"up","successes":1,"threshold":3}"#;
    let (_, good) = ask(200, &sync(&format!("{{{info}}}")), |pebble| {
        pebble.refresh_check("up", Duration::from_secs(3))
    });
    assert_eq!(good.unwrap(), Ok(()));
    let failed = sync(&format!(r#"{{{info},"error":"dial tcp: refused"}}"#));
    let (request, bad) = ask(200, &failed, |pebble| {
        pebble.refresh_check("up", Duration::from_secs(3))
    });
    assert!(request.starts_with("POST /v1/checks/refresh"), "{request}");
    assert_eq!(bad.unwrap(), Err("dial tcp: refused".to_owned()));
}

/// The check's own time is not the client's: a slow application must not look like a Pebble that does not answer.
#[test]
fn a_check_may_take_its_time() {
    let timed_out = sync(r#"{"info":{"name":"up","status":"up"},"error":"check timed out after 500ms"}"#);
    let server = Server::start(vec![
        late(Duration::from_millis(600), 200, &timed_out),
        Step::Silence,
    ]);
    let pebble = server.pebble().with_timeout(Duration::from_millis(100));
    let refreshed = |timeout| pebble.refresh_check("up", Duration::from_millis(timeout));
    assert_eq!(
        refreshed(500).unwrap(),
        Err("check timed out after 500ms".to_owned())
    );
    assert!(matches!(refreshed(50), Err(Error::TimedOut { .. })));
    server.requests();
}

#[test]
fn checks_are_started_and_stopped() {
    let changed = sync(r#"{"changed":["up"]}"#);
    let (request, started) = ask(200, &changed, |pebble| pebble.start_checks(&["up", "down"]));
    assert_eq!(
        request,
        "POST /v1/checks\n{\"action\":\"start\",\"checks\":[\"up\",\"down\"]}"
    );
    assert_eq!(started.unwrap(), ["up"]);
    let (request, stopped) = ask(200, &sync(r#"{"changed":null}"#), |pebble| {
        pebble.stop_checks(&["up"])
    });
    assert_eq!(
        request,
        "POST /v1/checks\n{\"action\":\"stop\",\"checks\":[\"up\"]}"
    );
    assert!(stopped.unwrap().is_empty());
}

#[test]
fn folders() {
    let body = sync(
        r#"[{"path":"/srv/a b","name":"a b","type":"file","size":5,"permissions":"600",
             "last-modified":"2026-11-24T04:24:29Z","user-id":0,"user":"root","group-id":0,"group":"root"},
            {"path":"/srv/d","name":"d","type":"directory","permissions":"755","last-modified":"2026-11-24T04:24:29Z",
             "user-id":1000,"user":null,"group-id":1000,"group":null}]"#,
    );
    let (request, files) = ask(200, &body, |pebble| pebble.list("/srv/a&b é"));
    assert_eq!(request, "GET /v1/files?action=list&path=/srv/a%26b%20%C3%A9");
    let files = files.unwrap();
    assert_eq!((files[0].size, files[0].user.as_deref()), (Some(5), Some("root")));
    assert_eq!((files[1].size, files[1].user_id), (None, Some(1000)));

    let missing = r#"{"type":"error","status-code":404,"status":"Not Found","result":{"message":"stat /nope: no such file or directory","kind":"not-found"}}"#;
    let (request, info) = ask(404, missing, |pebble| pebble.file_info("/nope"));
    assert_eq!(request, "GET /v1/files?action=list&path=/nope&itself=true");
    assert_eq!(info.unwrap(), None);

    let dir = MakeDir::all("/srv/x/y").permissions(0o75).owner(1000, 1001);
    let (request, made) = ask(200, &sync(r#"[{"path":"/srv/x/y"}]"#), |pebble| {
        pebble.make_dir(&dir)
    });
    insta::assert_snapshot!(request, @r#"
    POST /v1/files
    {"action":"make-dirs","dirs":[{"path":"/srv/x/y","make-parents":true,"permissions":"075","user-id":1000,"group-id":1001}]}
    "#);
    made.unwrap();

    let refused = sync(
        r#"[{"path":"/srv/d","error":{"message":"remove /srv/d: directory not empty","kind":"generic-file-error"}}]"#,
    );
    let (request, removed) = ask(200, &refused, |pebble| pebble.remove("/srv/d"));
    insta::assert_snapshot!(request, @r#"
    POST /v1/files
    {"action":"remove","paths":[{"path":"/srv/d","recursive":false}]}
    "#);
    insta::assert_snapshot!(removed.unwrap_err(), @"cannot remove `/srv/d`: remove /srv/d: directory not empty");
    let (request, removed) = ask(200, &sync(r#"[{"path":"/srv/d"}]"#), |pebble| {
        pebble.remove_all("/srv/d")
    });
    insta::assert_snapshot!(request, @r#"
    POST /v1/files
    {"action":"remove","paths":[{"path":"/srv/d","recursive":true}]}
    "#);
    removed.unwrap();
}

#[test]
fn refusals_carry_pebbles_words() {
    let check = |status: u16, body: &str| {
        let (_, result) = ask(status, body, |pebble| pebble.start(&["nope"]));
        result.unwrap_err()
    };
    let unknown = r#"{"type":"error","status-code":400,"status":"Bad Request","result":{"message":"cannot start services: service \"nope\" does not exist"}}"#;
    let error = check(400, unknown);
    insta::assert_snapshot!(error, @r#"cannot complete `POST /v1/services`: cannot start services: service "nope" does not exist"#);
    assert!(!error.is_not_found() && !error.is_unreachable());

    let denied = r#"{"type":"error","status-code":401,"status":"Unauthorized","result":{"message":"access denied","kind":"login-required"}}"#;
    assert!(matches!(
        check(401, denied),
        Error::Api {
            status: 401,
            kind: Some(ErrorKind::LoginRequired),
            ..
        }
    ));
    let new =
        r#"{"type":"error","status-code":418,"status":"Teapot","result":{"message":"no","kind":"tea"}}"#;
    assert!(matches!(
        check(418, new),
        Error::Api {
            kind: Some(ErrorKind::Other),
            ..
        }
    ));
}

#[test]
fn strange_answers_are_errors() {
    let check = |body: &str| {
        let (_, result) = ask(200, body, Pebble::replan);
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Answer { .. }), "{error:?}");
        format!("{error}: {}", std::error::Error::source(&error).unwrap())
    };
    insta::assert_snapshot!(check("<html>"), @"cannot read the answer to `POST /v1/services`: expected value at line 1 column 1");
    insta::assert_snapshot!(check("{}"), @"cannot read the answer to `POST /v1/services`: missing field `type` at line 1 column 2");
    insta::assert_snapshot!(check(DONE), @"cannot read the answer to `POST /v1/services`: it names no change");
    insta::assert_snapshot!(check(r#"{"type":"error","result":null}"#), @"cannot read the answer to `POST /v1/services`: invalid type: null, expected struct Failure");
    let (_, plan) = ask(200, &sync(r#""services: [""#), Pebble::plan);
    assert!(matches!(plan, Err(Error::Answer { .. })));
    let (_, checks) = ask(200, &sync(r#"{"name":"up"}"#), |pebble| pebble.checks(&[]));
    assert!(matches!(checks, Err(Error::Answer { .. })));
}

#[test]
fn one_client_serves_many_calls_and_threads() {
    let body = sync(r#"{"boot-id":"b","version":"v"}"#);
    let server = Server::answering(&[(200, body.as_str()); 8]);
    let pebble = server.pebble();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                pebble.system_info().unwrap();
                pebble.system_info().unwrap();
            });
        }
    });
    assert_eq!(server.requests().len(), 8);
}

#[test]
fn a_pebble_that_is_not_there_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pebble.socket");
    let pebble = Pebble::new(&path);
    let error = pebble.system_info().unwrap_err();
    assert!(
        matches!(&error, Error::SocketNotFound { path: missing } if *missing == path),
        "{error:?}"
    );
    assert!(error.is_unreachable());

    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let error = pebble.system_info().unwrap_err();
    assert!(
        matches!(&error, Error::ConnectionRefused { path: dead } if *dead == path),
        "{error:?}"
    );
    assert!(error.is_unreachable());

    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Pebble::new(file.join("pebble.socket")).system_info().unwrap_err();
    assert!(
        matches!(error, Error::Connect { .. }) && error.is_unreachable(),
        "{error:?}"
    );
}

#[test]
fn a_pebble_that_goes_away_or_hangs_is_told_apart() {
    let server = Server::start(vec![
        crate::support::Step::Answer(Vec::new()),
        crate::support::Step::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()),
        crate::support::Step::Silence,
    ]);
    let pebble = server.pebble();
    for _ in 0..2 {
        let error = pebble.system_info().unwrap_err();
        assert!(
            matches!(error, Error::Disconnected { .. }) && error.is_unreachable(),
            "{error:?}"
        );
    }
    let impatient = Pebble::new(pebble.socket()).with_timeout(Duration::from_millis(50));
    let error = impatient.system_info().unwrap_err();
    assert!(
        matches!(error, Error::TimedOut { .. }) && error.is_unreachable(),
        "{error:?}"
    );
    server.requests();
}

#[test]
fn blocking_inside_a_runtime_is_an_error_not_a_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let result = runtime.block_on(async { Pebble::new("/nonexistent").system_info() });
    assert!(matches!(result, Err(Error::InsideRuntime)));
}

#[test]
fn a_check_is_sent_as_the_layer_specification_has_it() {
    let layer = Layer::new().check(
        "c",
        Check::tcp(8080)
            .level(Level::Alive)
            .period(Duration::from_millis(2500)),
    );
    let json = serde_json::to_string(&layer).unwrap();
    insta::assert_snapshot!(json, @r#"{"checks":{"c":{"override":"replace","level":"alive","period":"2500ms","tcp":{"port":8080}}}}"#);
}
