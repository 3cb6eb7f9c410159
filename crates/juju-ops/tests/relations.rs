//! What a charm's relations cost in hook commands, and what is remembered between dispatches.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod common;

use common::{Cinema, SCREEN, app, context, odeon, state};
use juju_ops::testing::{Context, Outcome, RelationState, State, Trigger, on};
use juju_ops::{Published, Remote};

#[track_caller]
fn run(trigger: &Trigger, state: &State) -> Outcome {
    context().run(&mut Cinema::default(), trigger, state).unwrap()
}

/// The state after the first dispatch: everything published and remembered.
fn settled() -> State {
    run(&on::config_changed(), &state()).state
}

fn transcript(outcome: &Outcome) -> String {
    outcome
        .calls
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_first_dispatch_reads_publishes_and_remembers() {
    let outcome = run(&on::config_changed(), &state());
    insta::assert_snapshot!(transcript(&outcome), @r#"
    is-leader --format=json
    config-get --format=json
    relation-ids --format=json screen
    state-get --format=json
    relation-list --format=json --app -r screen:7
    relation-list --format=json --app -r screen:12
    relation-get --format=json -r screen:7 --app - odeon
    relation-get --format=json -r screen:12 --app - rex
    relation-get --format=json -r screen:7 --app - lumiere
    relation-get --format=json -r screen:12 --app - lumiere
    relation-set --app -r screen:7 --file - < {"programme":"{\"film\":\"Metropolis\",\"rating\":12}"}
    relation-set --app -r screen:12 --file - < {"programme":"{\"film\":\"Metropolis\",\"rating\":12}"}
    state-set --file - < {"juju-ops/relations/screen":"{\"screen:7\":{\"app\":\"odeon\",\"published\":{\"programme\":\"{\\\"film\\\":\\\"Metropolis\\\",\\\"rating\\\":12}\"}},\"screen:12\":{\"app\":\"rex\",\"published\":{\"programme\":\"{\\\"film\\\":\\\"Metropolis\\\",\\\"rating\\\":12}\"}}}"}
    status-get --format=json --include-data
    status-set -- active 2 screens
    juju-log --log-level INFO -- published to screen:7
    published to screen:12
    "#);
    assert_eq!(outcome.exit_code, 0);
}

#[test]
fn a_steady_dispatch_makes_five_calls_and_one_for_each_relation_and_writes_nothing() {
    let before = settled();
    let outcome = run(&on::update_status(), &before);
    insta::assert_snapshot!(transcript(&outcome), @r"
    is-leader --format=json
    config-get --format=json
    relation-ids --format=json screen
    state-get --format=json
    relation-get --format=json -r screen:7 --app - odeon
    relation-get --format=json -r screen:12 --app - rex
    status-get --format=json --include-data
    ");
    assert_eq!(outcome.calls.len(), 5 + before.relations.len());
    assert_eq!(outcome.state, before);
}

#[test]
fn what_another_leader_published_is_seen_when_this_unit_is_elected_and_when_its_agent_starts() {
    let mut before = settled();
    before.relations[0]
        .local_app_data
        .insert("programme".into(), r#"{"film":"M","rating":12}"#.into());
    let unaware = run(&on::update_status(), &before);
    assert_eq!(
        unaware.state.relations[0].local_app_data["programme"],
        r#"{"film":"M","rating":12}"#
    );
    for trigger in [on::leader_elected(), on::start(), on::upgrade_charm()] {
        let outcome = run(&trigger, &before);
        assert_eq!(
            outcome.state.relations[0].local_app_data["programme"], r#"{"film":"Metropolis","rating":12}"#,
            "{trigger:?}"
        );
        let asked_who = outcome.commands().contains(&"relation-list");
        assert!(!asked_who, "the other side of a relation never changes");
    }
}

#[test]
fn who_loses_leadership_forgets_what_it_published() {
    let led = settled();
    let follower = State {
        leader: false,
        ..led.clone()
    };
    let outcome = run(&on::update_status(), &follower);
    assert_eq!(
        outcome
            .commands()
            .iter()
            .filter(|command| **command == "relation-get")
            .count(),
        2
    );
    insta::assert_snapshot!(outcome.state.stored["juju-ops/relations/screen"], @r#"{"screen:7":{"app":"odeon"},"screen:12":{"app":"rex"}}"#);
}

#[test]
fn an_unreadable_memory_is_read_anew() {
    for memory in [
        "",
        "{",
        "[]",
        r#"{"x":1}"#,
        r#"{"screen:7":{"app":"NOT AN APP"}}"#,
    ] {
        let mut before = settled();
        before
            .stored
            .insert("juju-ops/relations/screen".into(), memory.into());
        let outcome = run(&on::update_status(), &before);
        assert_eq!(outcome.exit_code, 0, "memory `{memory}`");
        assert_eq!(outcome.state, settled(), "memory `{memory}`");
    }
}

#[test]
fn a_memory_too_large_for_juju_is_not_kept_and_nothing_fails() {
    let mut state = State::new("lumiere/0")
        .leading()
        .with_config("film", "x".repeat(40_000));
    state.relations = vec![odeon(), RelationState::new(12, "screen", "rex")];
    let outcome = run(&on::config_changed(), &state);
    assert_eq!((outcome.exit_code, outcome.state.stored.len()), (0, 0));
}

#[test]
fn only_what_differs_is_written_and_a_new_relation_costs_the_rest_nothing() {
    let mut before = settled();
    before.relations.push(RelationState::new(20, "screen", "savoy"));
    let created = on::relation_created(&before.relations[2]);
    let outcome = run(&created, &before);
    insta::assert_snapshot!(transcript(&outcome), @r#"
    is-leader --format=json
    config-get --format=json
    relation-ids --format=json screen
    state-get --format=json
    relation-get --format=json -r screen:7 --app - odeon
    relation-get --format=json -r screen:12 --app - rex
    relation-get --format=json -r screen:20 --app - savoy
    relation-get --format=json -r screen:20 --app - lumiere
    relation-set --app -r screen:20 --file - < {"programme":"{\"film\":\"Metropolis\",\"rating\":12}"}
    state-set --file - < {"juju-ops/relations/screen":"{\"screen:7\":{\"app\":\"odeon\",\"published\":{\"programme\":\"{\\\"film\\\":\\\"Metropolis\\\",\\\"rating\\\":12}\"}},\"screen:12\":{\"app\":\"rex\",\"published\":{\"programme\":\"{\\\"film\\\":\\\"Metropolis\\\",\\\"rating\\\":12}\"}},\"screen:20\":{\"app\":\"savoy\",\"published\":{\"programme\":\"{\\\"film\\\":\\\"Metropolis\\\",\\\"rating\\\":12}\"}}}"}
    status-get --format=json --include-data
    status-set -- active 3 screens
    juju-log --log-level INFO -- published to screen:20
    "#);
}

#[test]
fn a_relation_whose_broken_hook_runs_is_gone_and_forgotten() {
    let before = settled();
    for trigger in [
        on::relation_broken(&before.relations[0]),
        on::relation_broken_after_restart(&before.relations[0]),
    ] {
        let outcome = run(&trigger, &before);
        assert_eq!(outcome.exit_code, 0);
        assert_eq!(outcome.state.status.message, "1 screens");
        assert!(!outcome.state.stored["juju-ops/relations/screen"].contains("screen:7"));
        assert!(
            outcome
                .calls
                .iter()
                .all(|call| !call.args.contains(&"screen:7".to_owned())),
            "{outcome:?}"
        );
    }
}

/// A context in which Juju answers this to a command of the relation family.
fn refusing(command: &str, message: &str) -> Context {
    context().failing(command, 1, message)
}

/// A state with one relation only, to `odeon`.
fn with_odeon_alone() -> State {
    let state = State::new("lumiere/0").leading().with_relation(odeon());
    run(&on::config_changed(), &state).state
}

#[test]
fn a_relation_that_juju_does_not_know_is_left_out_while_it_goes_away_and_an_error_otherwise() {
    #[track_caller]
    fn check(trigger: &Trigger, before: &State, exit_code: u8, message: &str) {
        let outcome = refusing(
            "relation-get",
            "invalid value \"7\" for option -r: relation not found",
        )
        .run(&mut Cinema::default(), trigger, before)
        .unwrap();
        assert_eq!(
            (outcome.exit_code, outcome.state.status.message.as_str()),
            (exit_code, message)
        );
    }
    let (one, two) = (with_odeon_alone(), settled());
    let departed = on::relation_departed(&one.relations[0], "odeon/0", "odeon/0");
    check(&on::stop(), &two, 0, "0 screens");
    check(&departed, &one, 0, "0 screens");
    check(&on::update_status(), &one, 1, "1 screens");
    // That one relation goes away says nothing of the other.
    check(&departed, &two, 1, "2 screens");
}

#[test]
fn a_relation_that_juju_denies_while_it_goes_away_stays_in_the_list() {
    let before = with_odeon_alone();
    let departed = on::relation_departed(&before.relations[0], "odeon/0", "odeon/0");
    for trigger in [on::stop(), departed] {
        let (relations, _) = refusing("relation-get", "permission denied")
            .with_unit(&trigger, &before, |unit| unit.relations(&SCREEN).unwrap())
            .unwrap();
        assert_eq!(relations.len(), 1);
        assert_eq!(relations[0].remote, Remote::Unreadable);
    }
    let (outcome, _) = refusing("relation-get", "permission denied")
        .with_unit(&on::update_status(), &before, |unit| unit.relations(&SCREEN))
        .unwrap();
    assert!(outcome.unwrap_err().is_denied());
}

#[test]
fn a_write_that_juju_refuses_while_the_relation_goes_away_is_told_and_not_tried_again() {
    let before = with_odeon_alone().with_config("film", "M");
    let departed = on::relation_departed(&before.relations[0], "odeon/0", "odeon/0");
    let denied = refusing("relation-set", "permission denied");
    let outcome = denied.run(&mut Cinema::default(), &departed, &before).unwrap();
    assert_eq!(outcome.exit_code, 0, "{:?}", outcome.log);
    assert_eq!(
        outcome
            .commands()
            .iter()
            .filter(|name| **name == "relation-set")
            .count(),
        1
    );
    // Where the relation lives on, the next dispatch tries again.
    assert_eq!(outcome.state.stored, before.stored);
    let again = run(&on::update_status(), &outcome.state);
    assert_eq!(
        again.state.relations[0].local_app_data["programme"],
        r#"{"film":"M","rating":12}"#
    );
    let elsewhere = denied
        .run(&mut Cinema::default(), &on::update_status(), &before)
        .unwrap();
    assert_eq!(elsewhere.exit_code, 1);
}

#[test]
fn what_the_other_side_says_is_a_value_whatever_it_is() {
    #[track_caller]
    fn check(hall: &str, expect: &str) {
        let mut state = state();
        state.relations[0].remote_app_data = [("hall".to_owned(), hall.to_owned())].into();
        let (relations, _) = context()
            .with_unit(&on::start(), &state, |unit| unit.relations(&SCREEN).unwrap())
            .unwrap();
        let said = match &relations[0].remote {
            Remote::NotYet => "nothing".to_owned(),
            Remote::Invalid(invalid) => invalid.to_string(),
            Remote::Unreadable => "unreadable".to_owned(),
            Remote::Ready(hall) => format!("{} seats", hall.seats),
        };
        assert_eq!(said, expect);
    }
    check(r#"{"seats":80,"bar":true}"#, "80 seats");
    check("{}", "`seats`: missing field `seats`");
    check(
        r#"{"seats":-1}"#,
        "`seats`: invalid value: integer `-1`, expected u16",
    );
    check(
        "{",
        "`hall`: not JSON: EOF while parsing an object at line 1 column 1",
    );
    check("[80]", "`hall`: not a JSON object");
    check("null", "`hall`: not a JSON object");
}

#[test]
fn publishing_twice_writes_once_and_withdrawing_deletes_every_key() {
    let mut state = state();
    state.relations[0]
        .local_app_data
        .insert("old-key".into(), "old".into());
    let programme = common::Programme {
        film: "M".into(),
        rating: 16,
    };
    let ((), outcome) = context()
        .with_unit(&on::start(), &state, |unit| {
            let leader = unit.leader().unwrap().unwrap();
            let id = "screen:7".parse().unwrap();
            let publish = || leader.publish(&SCREEN, &id, &programme).unwrap();
            assert_eq!((publish(), publish()), (Published::Written, Published::Unchanged));
            assert_eq!(leader.withdraw(&SCREEN, &id).unwrap(), Published::Written);
            let other = "stage:7".parse().unwrap();
            let error = leader.publish(&SCREEN, &other, &programme).unwrap_err();
            assert_eq!(
                error.to_string(),
                "cannot use `stage:7` at endpoint `screen`: it is a relation of another"
            );
        })
        .unwrap();
    insta::assert_snapshot!(transcript(&outcome), @r#"
    is-leader --format=json
    state-get --format=json
    relation-get --format=json -r screen:7 --app - lumiere
    relation-set --app -r screen:7 --file - < {"old-key":"","programme":"{\"film\":\"M\",\"rating\":16}"}
    relation-ids --format=json screen
    relation-set --app -r screen:7 --file - < {"programme":""}
    state-set --file - < {"juju-ops/relations/screen":"{\"screen:7\":{\"published\":{}}}"}
    "#);
    assert!(outcome.state.relations[0].local_app_data.is_empty());
}

#[test]
fn a_unit_that_does_not_lead_reads_the_other_side_and_not_its_own() {
    let follower = State {
        leader: false,
        ..state()
    };
    let (relations, outcome) = context()
        .with_unit(&on::start(), &follower, |unit| unit.relations(&SCREEN).unwrap())
        .unwrap();
    assert_eq!(relations[0].app, app("odeon"));
    assert_eq!(relations[0].remote.ready().map(|hall| hall.seats), Some(80));
    assert_eq!(relations[0].published, None);
    assert!(
        outcome.calls.iter().all(|call| call.code == 0),
        "nothing forbidden was tried"
    );
}
