//! The testing kit answers hook commands as Juju's unit agent does: output, error text and exit code.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

use juju_ops::testing::{Context, Declaration, OptionType, ParameterType, RelationState, State, Trigger, on};
use serde_json::json;

fn context() -> Context {
    Context::new(
        Declaration::new("prov")
            .provides("db")
            .peers("cluster")
            .option_with_default("port", OptionType::Int, 9091)
            .option("name", OptionType::String)
            .action(
                "backup",
                [("target", ParameterType::String), ("o", ParameterType::Object)],
            ),
    )
}

fn leader() -> State {
    let mut peers = RelationState::new(0, "cluster", "prov");
    peers.remote_units = [("prov/1".to_owned(), [("p".to_owned(), "1".to_owned())].into())].into();
    let mut db = RelationState::new(2, "db", "req").with_remote("k", "v");
    db.local_unit_data.insert("a".into(), "b".into());
    State::new("prov/0")
        .leading()
        .with_relation(peers)
        .with_relation(db)
}

fn follower() -> State {
    State {
        unit: "prov/2".into(),
        leader: false,
        ..leader()
    }
}

/// Runs one command line; what it printed, or its exit code and error.
fn run(trigger: &Trigger, state: &State, line: &[&str], stdin: Option<&str>) -> String {
    let act = |unit: &juju_ops::Unit| {
        unit.transport()
            .call(line[0], &line[1..], stdin.map(str::as_bytes))
            .unwrap()
    };
    let (output, _) = context().with_unit(trigger, state, act).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    if output.code == 0 {
        text(output.stdout)
    } else {
        format!("{} {}", output.code, text(output.stderr))
    }
}

#[track_caller]
fn check(state: &State, line: &str, expect: &str) {
    let line: Vec<&str> = line.split(' ').collect();
    assert_eq!(run(&on::config_changed(), state, &line, None), expect, "{line:?}");
}

#[test]
fn arguments_are_checked_as_juju_checks_them() {
    let leader = leader();
    check(&leader, "is-leader --format=json", "true");
    check(
        &leader,
        "is-leader --nope",
        "2 ERROR option provided but not defined: --nope",
    );
    check(
        &leader,
        "is-leader --format=json extra",
        "2 ERROR unrecognized args: [\"extra\"]",
    );
    check(
        &leader,
        "relation-set -r db:2 --file",
        "2 ERROR option needs an argument: --file",
    );
    check(
        &leader,
        "status-set",
        "2 ERROR invalid args, require <status> [message]",
    );
    check(
        &leader,
        "status-set error x",
        "2 ERROR invalid status \"error\", expected one of [maintenance blocked waiting active]",
    );
    check(&leader, "juju-log", "2 ERROR no message specified");
    check(
        &leader,
        "open-port 80/sctp",
        "2 ERROR invalid protocol \"sctp\", expected \"tcp\", \"udp\", or \"icmp\"",
    );
    check(
        &leader,
        "open-port 99999",
        "2 ERROR port range bounds must be between 0 and 65535, got 99999-99999",
    );
    check(
        &leader,
        "open-port x",
        "2 ERROR invalid port \"x\": strconv.Atoi: parsing \"x\": invalid syntax",
    );
    check(
        &leader,
        "open-port 8000-8010/tcp",
        "1 ERROR port ranges are not supported for k8s applications, please specify a single port",
    );
    check(&leader, "application-version-set", "2 ERROR no version specified");
}

#[test]
fn options_have_their_defaults() {
    let leader = leader();
    check(&leader, "config-get --format=json", r#"{"port":9091}"#);
    check(
        &leader,
        "config-get --all --format=json",
        r#"{"name":null,"port":9091}"#,
    );
    check(&leader, "config-get --format=json nosuch", "null");
    check(
        &leader,
        "config-get --format=json -a port",
        "2 ERROR cannot use argument --all together with key \"port\"",
    );
}

#[test]
fn relations_are_found_by_their_number() {
    let leader = leader();
    check(&leader, "relation-ids --format=json db", r#"["db:2"]"#);
    check(&leader, "relation-ids --format=json nosuch", "[]");
    check(
        &leader,
        "relation-ids --format=json",
        "2 ERROR no relation name specified",
    );
    check(
        &leader,
        "relation-list --format=json -r cluster:2",
        r#"["req/0"]"#,
    );
    check(&leader, "relation-list --format=json -r 2 --app", r#""req""#);
    check(
        &leader,
        "relation-list --format=json",
        "2 ERROR no relation id specified",
    );
    check(
        &leader,
        "relation-list --format=json -r one",
        "2 ERROR invalid value \"one\" for option -r: invalid relation id",
    );
    check(
        &leader,
        "relation-list --format=json -r db:99",
        "2 ERROR invalid value \"db:99\" for option -r: relation not found",
    );
}

#[test]
fn bags_are_read_by_who_may() {
    let (leader, follower) = (leader(), follower());
    check(
        &leader,
        "relation-get -r db:2 --format=json - prov/0",
        r#"{"a":"b"}"#,
    );
    check(&leader, "relation-get -r db:2 --format=json nokey req/0", "null");
    check(
        &leader,
        "relation-get -r db:2 --format=json - prov/1",
        "1 ERROR permission denied",
    );
    check(
        &leader,
        "relation-get -r db:2 --format=json - req",
        "2 ERROR expected unit name, got application name \"req\"",
    );
    check(
        &leader,
        "relation-get -r db:2 --format=json - x_y",
        "2 ERROR invalid unit name \"x_y\"",
    );
    check(
        &leader,
        "relation-get -r db:2 --format=json -",
        "2 ERROR no unit or application specified",
    );
    check(
        &leader,
        "relation-get -r db:2 --app --format=json - req/0",
        r#"{"k":"v"}"#,
    );
    check(&leader, "relation-get -r db:2 --app --format=json - prov", "{}");
    check(
        &leader,
        "relation-get -r db:2 --app --format=json - nosuch",
        "1 ERROR permission denied",
    );
    check(
        &leader,
        "relation-get -r 0 --format=json - prov/1",
        r#"{"p":"1"}"#,
    );
    check(&follower, "relation-get -r 0 --app --format=json - prov", "{}");
    check(
        &follower,
        "relation-get -r db:2 --app --format=json - prov",
        "1 ERROR permission denied",
    );
    check(
        &follower,
        "relation-get -r db:2 --app --format=json k req",
        r#""v""#,
    );
}

#[test]
fn bags_are_written_by_who_may() {
    let leader = leader();
    check(
        &leader,
        "relation-set -r db:2 haha",
        "2 ERROR expected \"key=value\", got \"haha\"",
    );
    check(
        &leader,
        "relation-set -r db:2 k=1 k=2",
        "2 ERROR key \"k\" specified more than once",
    );
    check(&leader, "relation-set k=v", "2 ERROR no relation id specified");
    check(
        &leader,
        "relation-set -r db:2 --file /nonexistent",
        "1 ERROR open /nonexistent: no such file or directory",
    );
    check(&leader, "relation-set -r db:2 --app k=v", "");
    check(
        &follower(),
        "relation-set -r db:2 --app k=v",
        "1 ERROR cannot write relation settings",
    );
    check(
        &follower(),
        "relation-set -r 0 --app k=v",
        "1 ERROR cannot write relation settings",
    );
    let (_, outcome) = context()
        .with_unit(&on::start(), &leader, |unit| {
            let stdin = br#"{"a":"","u":"1","v":"2"}"#;
            unit.transport()
                .call("relation-set", &["-r", "2", "--file", "-", "v=3"], Some(stdin))
                .unwrap()
        })
        .unwrap();
    let bag = &outcome.state.relations[1].local_unit_data;
    assert_eq!(
        bag,
        &[("u".to_owned(), "1".to_owned()), ("v".to_owned(), "3".to_owned())].into()
    );
}

#[test]
fn a_relation_hook_implies_its_relation_and_remote() {
    let leader = leader();
    let db = &leader.relations[1];
    let get = ["relation-get", "--format=json", "-"];
    assert_eq!(
        run(&on::relation_unit_changed(db, "req/0"), &leader, &get, None),
        "{}"
    );
    assert_eq!(
        run(&on::relation_changed(db), &leader, &get, None),
        r#"{"k":"v"}"#
    );
    assert_eq!(run(&on::relation_broken(db), &leader, &get, None), r#"{"k":"v"}"#);
    let forgotten = on::relation_broken_after_restart(db);
    assert_eq!(
        run(&forgotten, &leader, &get, None),
        "2 ERROR no unit or application specified"
    );
    assert_eq!(
        run(&forgotten, &leader, &["relation-list", "--format=json"], None),
        "[]"
    );
    assert_eq!(
        run(&forgotten, &leader, &["relation-ids", "--format=json"], None),
        r#"["db:2"]"#
    );
}

#[test]
fn the_state_of_nothing_is_null() {
    let leader = leader();
    check(&leader, "state-get --format=json", "null");
    check(&leader, "state-get --format=json nokey", r#""""#);
    check(
        &leader,
        "state-get --format=json --strict nokey",
        "1 ERROR \"nokey\" not found",
    );
    check(
        &leader,
        "state-set bad",
        "2 ERROR expected \"key=value\", got \"bad\"",
    );
}

#[test]
fn action_commands_work_in_an_action_only() {
    let leader = leader();
    for line in [
        "action-get --format=json",
        "action-set a=b",
        "action-fail x",
        "action-log x",
    ] {
        check(&leader, line, "1 ERROR not running an action");
    }
    let backup = on::action("backup", [("target", json!("local")), ("o", json!({"k": [1]}))]);
    let act = |line: &[&str], expect: &str| assert_eq!(run(&backup, &leader, line, None), expect);
    act(
        &["action-get", "--format=json"],
        r#"{"o":{"k":[1]},"target":"local"}"#,
    );
    act(&["action-get", "--format=json", "o.k"], "[1]");
    act(&["action-get", "--format=json", "nokey"], "null");
    let bad = "must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric, \
               hyphens and periods";
    act(&["action-set", "Bad=1"], &format!("2 ERROR key \"Bad\" {bad}"));
    act(&["action-set", "a..b=1"], &format!("2 ERROR key \"\" {bad}"));
    act(
        &["action-set", "stdout=1"],
        "2 ERROR cannot set reserved action key \"stdout\"",
    );
    act(
        &["action-set", "x"],
        "2 ERROR argument \"x\" must be of the form key...=value",
    );
}

#[test]
fn a_command_that_juju_does_not_have_is_not_found() {
    let call = |unit: &juju_ops::Unit| {
        unit.transport()
            .call("make-coffee", &[], None)
            .unwrap_err()
            .to_string()
    };
    let (error, _) = context().with_unit(&on::start(), &leader(), call).unwrap();
    insta::assert_snapshot!(error, @"cannot find the hook command in `PATH`: is this run by Juju, and does this version have it?");
}
