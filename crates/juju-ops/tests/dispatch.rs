//! One dispatch from its environment to its exit code: status, errors, waiting, log.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod common;

use std::time::Duration;

use common::{Cinema, context, state};
use juju_ops::testing::{Context, Declaration, Outcome, State, on};
use juju_ops::{Charm, Decision, Error, LONGEST_POLL, MOST_STEPS, Redacted, Status, Unit};

/// A charm of functions, for what the cinema never does.
struct Scripted {
    decide: fn(usize) -> Decision<Redacted<usize>>,
    apply: fn(&Unit) -> Result<(), Failure>,
    turns: usize,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot turn reel `{0}`")]
    Reel(u8, #[source] std::num::ParseIntError),
    #[error(transparent)]
    Juju(#[from] Error),
}

impl Charm for Scripted {
    type Observed = Decision<Redacted<usize>>;
    type Step = Redacted<usize>;
    type Error = Failure;

    fn observe(&mut self, _unit: &Unit) -> Result<Self::Observed, Failure> {
        self.turns += 1;
        Ok((self.decide)(self.turns))
    }

    fn decide(observed: &Self::Observed) -> Decision<Self::Step> {
        observed.clone()
    }

    fn apply(&mut self, unit: &Unit, _step: &Self::Step) -> Result<(), Failure> {
        (self.apply)(unit)
    }
}

fn run(decide: fn(usize) -> Decision<Redacted<usize>>, apply: fn(&Unit) -> Result<(), Failure>) -> Outcome {
    run_on(&State::new("scripted/0"), decide, apply)
}

fn run_on(
    state: &State,
    decide: fn(usize) -> Decision<Redacted<usize>>,
    apply: fn(&Unit) -> Result<(), Failure>,
) -> Outcome {
    let mut charm = Scripted {
        decide,
        apply,
        turns: 0,
    };
    Context::new(Declaration::new("scripted"))
        .run(&mut charm, &on::start(), state)
        .unwrap()
}

fn step(turn: usize) -> Decision<Redacted<usize>> {
    Decision::Do(Redacted::new(turn))
}

fn settle_after_one(turn: usize) -> Decision<Redacted<usize>> {
    if turn == 1 {
        step(turn)
    } else {
        Decision::Settled(Status::active("done"))
    }
}

fn log_of(outcome: &Outcome) -> Vec<String> {
    outcome
        .log
        .iter()
        .map(|(level, message)| format!("{level} {message}"))
        .collect()
}

#[test]
fn the_status_is_the_decision_and_is_not_set_twice() {
    let first = context()
        .run(&mut Cinema::default(), &on::start(), &state())
        .unwrap();
    assert_eq!(first.state.status, Status::active("2 screens").into());
    let second = context()
        .run(&mut Cinema::default(), &on::start(), &first.state)
        .unwrap();
    assert!(!second.commands().contains(&"status-set"));
    let mut other_message = first.state.clone();
    other_message.status = Status::active("3 screens").into();
    let third = context()
        .run(&mut Cinema::default(), &on::start(), &other_message)
        .unwrap();
    assert_eq!(third.state.status, Status::active("2 screens").into());
}

#[test]
fn an_option_that_does_not_fit_is_a_status_and_no_error() {
    let context = Context::new(Declaration::new("cinema").provides("screen"));
    let outcome = context
        .run(&mut Cinema::default(), &on::start(), &state())
        .unwrap();
    assert_eq!(outcome.exit_code, 0);
    insta::assert_snapshot!(outcome.state.status.message, @"option `film`: missing field `film`");
}

#[test]
fn an_unknown_hook_is_a_reason_to_look_and_succeeds() {
    let outcome = context()
        .run(
            &mut Cinema::default(),
            &on::hook("meter-status-changed"),
            &state(),
        )
        .unwrap();
    assert_eq!(
        (outcome.exit_code, outcome.state.status.message.as_str()),
        (0, "2 screens")
    );
}

#[test]
fn what_is_logged_comes_in_few_calls() {
    let outcome = context()
        .run(&mut Cinema::default(), &on::start(), &state())
        .unwrap();
    assert_eq!(
        log_of(&outcome),
        ["INFO published to screen:7\npublished to screen:12"]
    );
    let quiet = context()
        .run(&mut Cinema::default(), &on::start(), &outcome.state)
        .unwrap();
    assert!(quiet.log.is_empty());
    assert!(!quiet.commands().contains(&"juju-log"));
}

#[test]
fn an_error_is_logged_once_with_its_causes_and_nothing_else_changes() {
    let outcome = run(step, |unit| {
        unit.set_state("reel", "1")?;
        tracing::warn!(reel = 2, "smells of smoke");
        tracing::debug!("not for Juju");
        "x".parse::<u8>()
            .map(drop)
            .map_err(|error| Failure::Reel(2, error))
    });
    assert_eq!(outcome.exit_code, 1);
    assert_eq!(outcome.state, State::new("scripted/0"));
    assert_eq!(
        log_of(&outcome),
        [
            "WARNING smells of smoke reel=2",
            "ERROR cannot turn reel `2`: invalid digit found in string"
        ]
    );
    assert!(!outcome.commands().contains(&"status-set"));
}

#[test]
fn a_failing_hook_command_names_itself_and_juju_says_why() {
    let context = context().failing("config-get", 1, "connection is shut down");
    let outcome = context
        .run(&mut Cinema::default(), &on::start(), &state())
        .unwrap();
    assert_eq!(outcome.exit_code, 1);
    assert_eq!(
        log_of(&outcome),
        ["ERROR cannot run `config-get --format=json`: connection is shut down (exit code 1)"]
    );
}

#[test]
fn a_step_that_changes_nothing_is_not_taken_again() {
    let outcome = run(|_| step(1), |_| Ok(()));
    assert_eq!(outcome.exit_code, 1);
    assert_eq!(
        log_of(&outcome),
        ["ERROR cannot settle: step `[redacted]` changed nothing and is to be taken again"]
    );
}

#[test]
fn the_number_of_steps_is_bounded() {
    let outcome = run(step, |_| Ok(()));
    assert_eq!(outcome.exit_code, 1);
    assert_eq!(
        log_of(&outcome),
        [format!(
            "ERROR cannot settle within {MOST_STEPS} steps: the next is `[redacted]`"
        )]
    );
}

#[test]
fn waiting_ends_the_dispatch_unless_polling_is_asked_for() {
    #[track_caller]
    fn check(reel_after: usize, poll_for: Duration, expect: &str, waited: Duration) {
        let mut cinema = Cinema {
            reel_after: Some((reel_after, poll_for)),
            looks: 0,
        };
        let outcome = context().run(&mut cinema, &on::start(), &state()).unwrap();
        assert_eq!(
            (outcome.exit_code, outcome.state.status.message.as_str()),
            (0, expect)
        );
        assert_eq!(outcome.waited, waited);
    }
    let seconds = Duration::from_secs;
    check(3, Duration::ZERO, "reel on its way", Duration::ZERO);
    check(4, seconds(2), "2 screens", Duration::from_millis(500));
    check(usize::MAX, seconds(2), "reel on its way", seconds(2));
    check(
        usize::MAX,
        Duration::from_millis(300),
        "reel on its way",
        Duration::from_millis(300),
    );
    check(usize::MAX, seconds(3600), "reel on its way", LONGEST_POLL);
}

#[test]
fn what_was_logged_is_sent_before_time_passes() {
    let mut cinema = Cinema {
        reel_after: Some((4, Duration::from_secs(1))),
        looks: 0,
    };
    let outcome = context().run(&mut cinema, &on::start(), &state()).unwrap();
    let commands = outcome.commands();
    let logged = commands.iter().position(|command| *command == "juju-log");
    let shown = commands.iter().position(|command| *command == "status-get");
    assert!(logged.is_some() && logged < shown, "{commands:?}");
}

#[test]
fn the_charm_state_is_written_once_and_only_where_it_changed() {
    let mut state = State::new("scripted/0");
    for (key, value) in [("kept", "a"), ("changed", "b"), ("gone", "c")] {
        state.stored.insert(key.into(), value.into());
    }
    let ((), outcome) = Context::new(Declaration::new("scripted"))
        .with_unit(&on::start(), &state, |unit| {
            unit.set_state("kept", "x").unwrap();
            unit.set_state("kept", "a").unwrap();
            unit.set_state("changed", "-- é\u{85}").unwrap();
            unit.remove_state("gone").unwrap();
            assert_eq!(unit.state("changed").unwrap().as_deref(), Some("-- é\u{85}"));
            let long = unit.set_state("long", "x".repeat(65_537)).unwrap_err();
            insta::assert_snapshot!(long, @"cannot keep `long` in the charm state: 65537 bytes are more than the 65536 that Juju takes");
        })
        .unwrap();
    let calls: Vec<String> = outcome.calls.iter().map(ToString::to_string).collect();
    assert_eq!(
        calls,
        [
            "state-get --format=json",
            r#"state-set --file - < {"changed":"-- é\u0085"}"#,
            "state-delete -- gone",
        ]
    );
    assert_eq!(outcome.state.stored["changed"], "-- é\u{85}");
}

#[test]
fn ports_and_version_are_written_only_where_they_differ() {
    use juju_ops::Port::{Tcp, Udp};
    let state = State::new("scripted/0").with_port(Tcp(80));
    let context = Context::new(Declaration::new("scripted"));
    let act = |unit: &Unit| {
        unit.open_port(Tcp(80)).unwrap();
        unit.open_port(Udp(53)).unwrap();
        unit.open_port(Udp(53)).unwrap();
        unit.close_port(Tcp(81)).unwrap();
        unit.set_version("-1.2").unwrap();
    };
    let ((), first) = context.with_unit(&on::start(), &state, act).unwrap();
    let expect = [
        "opened-ports",
        "open-port",
        "state-get",
        "application-version-set",
        "state-set",
    ];
    assert_eq!(first.commands(), expect);
    assert_eq!(first.state.version.as_deref(), Some("-1.2"));
    let ((), second) = context.with_unit(&on::start(), &first.state, act).unwrap();
    assert_eq!(second.commands(), ["opened-ports", "state-get"]);
}

#[test]
fn a_charm_that_asks_nothing_makes_two_calls() {
    let outcome = run(settle_after_one, |_| Ok(()));
    assert_eq!(outcome.commands(), ["status-get", "status-set"]);
}

#[test]
fn a_log_longer_than_an_argument_comes_in_parts() {
    let outcome = run(settle_after_one, |_| {
        tracing::info!("{}", "é".repeat(150_000));
        Ok(())
    });
    let sizes: Vec<usize> = outcome.log.iter().map(|(_, message)| message.len()).collect();
    assert_eq!(sizes, [131_070, 131_070, 37_860]);
}

#[test]
fn a_value_is_remembered_and_one_that_cannot_be_read_is_none_and_told_once() {
    let state = State::new("scripted/0");
    let context = Context::new(Declaration::new("scripted"));
    let ((), kept) = context
        .with_unit(&on::start(), &state, |unit| {
            unit.remember("reels", &[1, 2]).unwrap();
        })
        .unwrap();
    assert_eq!(kept.state.stored["reels"], "[1,2]");
    let (reels, _) = context
        .with_unit(&on::start(), &kept.state, |unit| {
            unit.remembered::<Vec<u8>>("reels").unwrap()
        })
        .unwrap();
    assert_eq!(reels, Some(vec![1, 2]));

    let outcome = run_on(&kept.state, settle_after_one, |unit| {
        for _ in 0..2 {
            assert_eq!(unit.remembered::<bool>("reels")?, None);
        }
        assert_eq!(unit.remembered::<bool>("other")?, None);
        Ok(())
    });
    assert_eq!(
        log_of(&outcome),
        [
            "WARNING cannot read `reels` in the charm state, it counts as none: invalid type: sequence, expected a boolean at line 1 column 0"
        ]
    );
}
