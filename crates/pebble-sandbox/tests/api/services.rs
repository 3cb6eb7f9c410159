//! `/v1/services` and `/v1/signals`.

use crate::harness::{Daemon, wait_for};
use serde_json::{Value, json};

/// A layer of services, each with further members.
fn layer(services: &[(&str, &str, &str)]) -> String {
    let entry = |(name, command, more): &(&str, &str, &str)| {
        format!("  {name}:\n    override: replace\n    command: {command}\n    {more}\n")
    };
    format!("services:\n{}", services.iter().map(entry).collect::<String>())
}

fn states(daemon: &Daemon) -> Vec<(String, String)> {
    let services = daemon.get("/v1/services").result();
    let state = |service: &Value| {
        let text = |member: &str| service[member].as_str().unwrap().to_owned();
        (text("name"), text("current"))
    };
    services.as_array().unwrap().iter().map(state).collect()
}

fn expect_states(daemon: &Daemon, expect: &[(&str, &str)]) {
    let expect: Vec<(String, String)> = expect
        .iter()
        .map(|(name, state)| ((*name).to_owned(), (*state).to_owned()))
        .collect();
    assert_eq!(states(daemon), expect);
}

#[test]
fn services_start_stop_and_restart_with_what_they_require() {
    let daemon = Daemon::start();
    daemon.layer(&layer(&[
        ("db", "sleep 600", ""),
        ("web", "sleep 600", "requires: [db]\n    after: [db]"),
        ("cron", "sleep 600", "startup: enabled"),
    ]));
    let expect = json!([
        {"name": "cron", "startup": "enabled", "current": "inactive"},
        {"name": "db", "startup": "disabled", "current": "inactive"},
        {"name": "web", "startup": "disabled", "current": "inactive"},
    ]);
    assert_eq!(daemon.get("/v1/services").result(), expect);
    assert_eq!(daemon.get("/v1/services?names=nope").result(), json!([]));

    let change = daemon.done("start", &["web"]);
    assert_eq!(change["summary"], json!(r#"Start service "web" and 1 more"#));
    expect_states(
        &daemon,
        &[("cron", "inactive"), ("db", "active"), ("web", "active")],
    );
    assert!(daemon.service("web")["current-since"].is_string());

    let again = daemon.done("start", &["db"]);
    let log = again["tasks"][0]["log"][0].as_str().unwrap();
    assert!(log.ends_with(r#"INFO Service "db" already started."#), "{log}");

    let since = daemon.service("web")["current-since"].clone();
    daemon.done("restart", &["web"]);
    assert_ne!(daemon.service("web")["current-since"], since);

    daemon.done("stop", &["db"]);
    expect_states(
        &daemon,
        &[("cron", "inactive"), ("db", "inactive"), ("web", "inactive")],
    );
    let log = daemon.done("stop", &["cron"])["tasks"][0]["log"][0]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        log.ends_with(r#"INFO Service "cron" has never been started."#),
        "{log}"
    );
    daemon.done("autostart", &[]);
    expect_states(
        &daemon,
        &[("cron", "active"), ("db", "inactive"), ("web", "inactive")],
    );
}

#[test]
fn replan_restarts_only_what_changed() {
    let daemon = Daemon::start_with("--hold", |_| {});
    daemon.layer(&layer(&[
        ("kept", "sleep 600", "startup: enabled"),
        ("changed", "sleep 600", "startup: enabled"),
        ("other", "sleep 600", ""),
    ]));
    let first = daemon.done("replan", &[]);
    assert_eq!(first["summary"], json!(r#"Replan service "changed" and 1 more"#));
    let since = |name: &str| daemon.service(name)["current-since"].clone();
    let (kept, changed) = (since("kept"), since("changed"));
    daemon.layer("services: {changed: {override: merge, environment: {A: b}}}");
    assert_eq!(since("changed"), changed, "a layer alone changes nothing");
    let second = daemon.done("replan", &[]);
    let kinds: Vec<_> = second["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["summary"].clone())
        .collect();
    assert_eq!(kinds[0], json!(r#"Stop service "changed""#));
    assert_eq!((since("kept"), since("changed") != changed), (kept, true));
    assert_eq!(daemon.service("other")["current"], json!("inactive"));
    let third = daemon.done("replan", &[]);
    let logs: Vec<_> = third["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| &task["log"][0])
        .collect();
    assert!(
        logs.iter()
            .all(|log| log.as_str().unwrap().ends_with("already started.")),
        "{logs:?}"
    );
}

#[test]
fn a_service_that_exits_quickly_fails_its_change_and_is_retried() {
    let daemon = Daemon::start();
    let more = "backoff-delay: 10ms\n    on-failure: restart";
    let script = "sh -c 'echo oops; echo more >&2; echo x >> runs; exit 3'";
    let dir = daemon.dir.path().display();
    daemon.layer(&layer(&[
        ("bad", script, &format!("working-dir: {dir}\n    {more}")),
        ("silent", "sh -c 'exit 4'", "on-failure: ignore"),
        ("none", "/nope/program", ""),
    ]));
    let change = daemon.wait(&daemon.act("start", &["bad"]));
    let reason = "service start attempt: exited quickly with code 3, will restart";
    let err = format!("cannot perform the following tasks:\n- Start service \"bad\" ({reason})");
    assert_eq!(
        (&change["status"], &change["err"]),
        (&json!("Error"), &json!(err))
    );
    let log = |line: usize| {
        change["tasks"][0]["log"][line]
            .as_str()
            .unwrap()
            .split_once('Z')
            .unwrap()
            .1
    };
    assert_eq!(log(0), " INFO Most recent service output:\n    oops\n    more");
    assert_eq!(log(1), format!(" ERROR {reason}"));
    assert_eq!(
        change["tasks"][0]["progress"],
        json!({"label": "", "done": 1, "total": 1})
    );
    let runs = || {
        std::fs::read_to_string(daemon.dir.path().join("runs"))
            .unwrap()
            .lines()
            .count()
    };
    wait_for("a third run", || runs() >= 3);
    daemon.done("stop", &["bad"]);
    assert_eq!(daemon.service("bad")["current"], json!("inactive"));

    let change = daemon.wait(&daemon.act("start", &["silent"]));
    let err = change["err"].as_str().unwrap();
    assert!(
        err.ends_with("(service start attempt: exited quickly with code 4, will ignore)"),
        "{err}"
    );
    assert_eq!(daemon.service("silent")["current"], json!("error"));

    let change = daemon.wait(&daemon.act("start", &["none"]));
    let err = change["err"].as_str().unwrap();
    assert!(
        err.ends_with("(cannot start service: fork/exec /nope/program: no such file or directory)"),
        "{err}"
    );
}

#[test]
fn stopping_reaches_the_whole_group_and_kills_what_stays() {
    let daemon = Daemon::start();
    // The grandchild tells by a lock on a pipe that it is gone; the shell ignores the polite signal.
    let script = "sh -c 'trap \"\" TERM; sleep 6000 & echo $! > child; wait; sleep 6000'";
    let dir = daemon.dir.path().display();
    daemon.layer(&layer(&[(
        "stubborn",
        script,
        &format!("working-dir: {dir}\n    kill-delay: 100ms"),
    )]));
    daemon.done("start", &["stubborn"]);
    let child = std::fs::read_to_string(daemon.dir.path().join("child")).unwrap();
    let stat = format!("/proc/{}/stat", child.trim());
    assert!(std::fs::exists(&stat).unwrap());
    daemon.done("stop", &["stubborn"]);
    let gone = || std::fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z "));
    wait_for("the grandchild to be gone", gone);
}

#[test]
fn requests_about_services_are_checked() {
    let daemon = Daemon::start();
    daemon.layer(&layer(&[("web", "sleep 600", "")]));
    let check = |action: &str, services: Value, expect: &str| {
        let answer = daemon.post("/v1/services", json!({"action": action, "services": services}));
        assert_eq!(answer.refusal(), (400, expect.to_owned()), "{action} {services}");
    };
    check(
        "start",
        json!(["nope"]),
        r#"cannot start services: service "nope" does not exist"#,
    );
    check(
        "stop",
        json!(["nope"]),
        r#"cannot stop services: service "nope" does not exist"#,
    );
    check(
        "restart",
        json!(["nope"]),
        r#"cannot restart services: service "nope" does not exist"#,
    );
    check("start", json!([]), "must specify services for start action");
    check("stop", Value::Null, "must specify services for stop action");
    check("replan", json!(["web"]), "replan accepts no service names");
    check("autostart", json!(["web"]), "autostart accepts no service names");
    check("autostart", json!([]), "no default services");
    check("bogus", json!(["web"]), r#"invalid action "bogus""#);
    let answer = daemon.post("/v1/services", json!({"action": "autostart"}));
    assert_eq!(answer.result()["kind"], json!("no-default-services"));
    let nothing = daemon.done("replan", &[]);
    assert_eq!(
        (&nothing["summary"], &nothing["ready"]),
        (&json!("Replan - no services"), &json!(true))
    );
}

#[test]
fn services_get_their_surroundings() {
    let daemon = Daemon::start();
    let dir = daemon.dir.path().display();
    let script = "sh -c 'pwd; echo $A $DAEMON_SAYS; id -u; id -g; echo $HOME $USER; exec sleep 600'";
    let more = format!("working-dir: {dir}\n    environment: {{A: given}}\n    user: root");
    daemon.layer(&layer(&[("same", script, &more)]));
    daemon.done("start", &["same"]);
    let lines = |service: &str| -> Vec<String> {
        let text = daemon.get(&format!("/v1/logs?services={service}")).body;
        let line = |line: &str| {
            serde_json::from_str::<Value>(line).unwrap()["message"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        String::from_utf8(text.to_vec())
            .unwrap()
            .lines()
            .map(line)
            .collect()
    };
    let dir = dir.to_string();
    assert_eq!(
        lines("same"),
        [dir.as_str(), "given hello", "0", "0", "/root root"]
    );
}

/// Only where the tests run as root of a whole machine can a service become somebody else.
#[test]
fn services_run_as_another_user_or_say_why_not() {
    let daemon = Daemon::start();
    let more = "user-id: 1234\n    group-id: 1235";
    daemon.layer(&layer(&[(
        "other",
        "sh -c 'echo $(id -u):$(id -g); exec sleep 600'",
        more,
    )]));
    daemon.done("start", &["other"]);
    let said = String::from_utf8(daemon.get("/v1/logs").body.to_vec()).unwrap();
    let line: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    let (uid, gid) = (nix::unistd::getuid(), nix::unistd::getgid());
    let whole = std::fs::read_to_string("/proc/self/uid_map")
        .unwrap()
        .contains("4294967295");
    if uid.is_root() && whole {
        assert_eq!(line["message"], json!("1234:1235"));
    } else {
        assert_eq!(line["message"], json!(format!("{uid}:{gid}")));
        let warning = format!("[pebble] cannot run services as 1234:1235 here: running as {uid}");
        assert_eq!(daemon.log().matches(&warning).count(), 1);
    }
}

#[test]
fn unknown_users_do_not_start() {
    let daemon = Daemon::start();
    daemon.layer(&layer(&[
        ("ghost", "sleep 600", "user: nouser"),
        ("group", "sleep 600", "group-id: 7"),
    ]));
    let check = |service: &str, expect: &str| {
        let change = daemon.wait(&daemon.act("start", &[service]));
        let err = change["err"].as_str().unwrap();
        assert!(err.ends_with(&format!("({expect})")), "{err}");
    };
    check("ghost", "user: unknown user nouser");
    check("group", "must specify user, not just group");
}

#[test]
fn signals_reach_running_services() {
    let daemon = Daemon::start();
    let script = "sh -c 'trap \"echo got it\" USR1; while :; do sleep 0.05; done'";
    daemon.layer(&layer(&[("ear", script, ""), ("off", "sleep 600", "")]));
    daemon.done("start", &["ear"]);
    let send = |signal: &str, services: &[&str]| {
        daemon.post("/v1/signals", json!({"signal": signal, "services": services}))
    };
    assert_eq!(send("SIGUSR1", &["ear"]).result(), json!(true));
    wait_for("the service to answer", || {
        String::from_utf8_lossy(&daemon.get("/v1/logs").body).contains("got it")
    });
    let idle = r#"cannot send signal to "off": service is not running"#;
    assert_eq!(send("SIGHUP", &["off"]).refusal(), (500, idle.to_owned()));
    let unknown = r#"cannot send signal to "ear": invalid signal name "SIGFOO""#;
    assert_eq!(send("SIGFOO", &["ear"]).refusal(), (500, unknown.to_owned()));
    let both = format!("{idle}; {unknown}");
    assert_eq!(send("SIGFOO", &["off", "ear"]).refusal(), (500, both));
    assert_eq!(
        send("SIGHUP", &[]).refusal(),
        (400, "must specify one or more services".to_owned())
    );
}
