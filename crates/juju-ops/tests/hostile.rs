//! Whatever others write, at whatever length, a dispatch ends with a status and the exit code 0.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod common;

use common::{Cinema, context, odeon, state};
use juju_ops::testing::{Context, State, on};
use proptest::prelude::*;
use serde_json::json;

/// More than Linux takes as an argument.
const MUCH: usize = 200 * 1024;

/// A text of at least [`MUCH`] bytes, with what is hard to pass on.
fn hostile() -> impl Strategy<Value = String> {
    "[a\"\\\\\0\n\u{85}🎬é-]{1,8}".prop_map(|piece| piece.repeat(MUCH / piece.len() + 1))
}

/// A bag whose data is of the wrong type, of the wrong form, or refused by the interface.
fn said(text: &str) -> [(&'static str, String); 3] {
    [
        ("hall", json!({"seats": text}).to_string()),
        ("hall", text.to_owned()),
        ("hall", json!({ text: text }).to_string()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn what_a_neighbour_says_fails_no_dispatch(text in hostile()) {
        for (key, value) in said(&text) {
            let mut neighbour = odeon();
            neighbour.remote_app_data = [(key.to_owned(), value)].into();
            let state = State::new("lumiere/0").leading().with_relation(neighbour);
            let outcome = context().run(&mut Cinema::default(), &on::config_changed(), &state).unwrap();
            prop_assert_eq!(outcome.exit_code, 0, "{:?}", outcome.log);
            let message = &outcome.state.status.message;
            prop_assert!(message.starts_with("odeon: "), "{message}");
            prop_assert!(message.len() <= 1024 && !message.contains('\n'), "{message}");
            // The same text is the same status: nothing is written again.
            let again = context().run(&mut Cinema::default(), &on::update_status(), &outcome.state).unwrap();
            prop_assert!(!again.commands().contains(&"status-set"));
        }
    }

    #[test]
    fn what_a_workload_says_of_its_version_is_told_in_one_line(text in hostile()) {
        let told = |unit: &juju_ops::Unit| unit.set_version(&text);
        let (result, outcome) = context().with_unit(&on::start(), &state(), told).unwrap();
        prop_assert!(result.is_ok(), "{result:?}");
        prop_assert!(outcome.state.version.is_some_and(|version| version.len() <= 1024));
    }
}

#[test]
fn the_testing_kit_refuses_what_linux_refuses() {
    for argument in ["x".repeat(128 * 1024), "\0".to_owned()] {
        let call = |unit: &juju_ops::Unit| unit.transport().call("juju-log", &[&argument], None);
        let (result, _) = context().with_unit(&on::start(), &state(), call).unwrap();
        assert!(result.is_err(), "{} bytes", argument.len());
    }
}

#[test]
fn why_an_action_failed_is_told_at_whatever_length() {
    let context = Context::new(juju_ops::testing::Declaration::new("verbose").action("talk", []));
    let outcome = context
        .run(&mut Verbose, &on::action("talk", []), &State::new("verbose/0"))
        .unwrap();
    assert_eq!(outcome.exit_code, 0);
    let failure = outcome.action.failure.unwrap();
    assert!(failure.starts_with("two\nlines two\nlines"));
    assert_eq!(outcome.action.progress.len(), 1);
}

/// A charm whose only action says much.
struct Verbose;

impl juju_ops::Charm for Verbose {
    type Observed = ();
    type Step = ();
    type Error = juju_ops::Error;

    fn observe(&mut self, _unit: &juju_ops::Unit) -> Result<(), juju_ops::Error> {
        Ok(())
    }

    fn decide((): &()) -> juju_ops::Decision<()> {
        juju_ops::Decision::Settled(juju_ops::Status::active(""))
    }

    fn apply(&mut self, _unit: &juju_ops::Unit, (): &()) -> Result<(), juju_ops::Error> {
        Ok(())
    }

    fn act(
        &mut self,
        unit: &juju_ops::Unit,
        action: &juju_ops::ActionEvent,
    ) -> Result<(), juju_ops::ActionError> {
        let much = "two\nlines\0".repeat(MUCH / 10);
        action.log(unit, &much)?;
        Err(juju_ops::ActionError::failed(much))
    }
}
