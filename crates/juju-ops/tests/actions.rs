//! Actions: parameters in, results and progress out, failures told to who ran them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod common;

use common::{Cinema, context, state};
use juju_ops::testing::{Outcome, Trigger, on};
use serde_json::json;

#[track_caller]
fn run(trigger: &Trigger) -> Outcome {
    context().run(&mut Cinema::default(), trigger, &state()).unwrap()
}

#[test]
fn parameters_and_results_are_typed() {
    let outcome = run(&on::action("sell", [("tickets", json!(3))]));
    assert_eq!(outcome.exit_code, 0);
    insta::assert_debug_snapshot!(outcome.action, @r#"
    ActionOutcome {
        results: {
            "by-row.a": "3",
            "total-price": "27",
        },
        failure: None,
        progress: [
            "counting",
        ],
    }
    "#);
}

#[test]
fn an_action_does_not_reconcile() {
    let outcome = run(&on::action("sell", [("tickets", json!(3))]));
    assert_eq!(
        outcome.commands(),
        ["action-get", "action-log", "state-get", "action-set", "state-set"]
    );
    assert_eq!(outcome.state.stored["sold"], "3");
}

#[test]
fn a_failed_action_says_why_keeps_its_results_and_fails_no_hook() {
    #[track_caller]
    fn check(trigger: &Trigger, expect: &str) -> Outcome {
        let outcome = run(trigger);
        assert_eq!(
            (outcome.exit_code, outcome.action.failure.as_deref()),
            (0, Some(expect))
        );
        outcome
    }
    let sold_out = check(&on::action("sell", [("tickets", json!(101))]), "sold out");
    assert_eq!(sold_out.action.results["total-price"], "909");
    check(
        &on::action("sweep", []),
        "cannot run action `sweep`: this charm does not know it",
    );
    check(
        &on::action("sell", [("tickets", json!(300))]),
        "cannot use the parameters: `tickets`: invalid value: integer `300`, expected u8",
    );
    check(
        &on::action("sell", []),
        "cannot use the parameters: `tickets`: missing field `tickets`",
    );
}

#[test]
fn a_hook_command_that_fails_in_an_action_is_told_and_logged() {
    let context = context().failing("action-set", 1, "no space left");
    let outcome = context
        .run(
            &mut Cinema::default(),
            &on::action("sell", [("tickets", json!(1))]),
            &state(),
        )
        .unwrap();
    let why = "cannot run `action-set --`: no space left (exit code 1)";
    assert_eq!(outcome.action.failure.as_deref(), Some(why));
    assert_eq!(outcome.log.len(), 1);
    assert_eq!(outcome.log[0].1, format!("cannot run action `sell`: {why}"));
}
