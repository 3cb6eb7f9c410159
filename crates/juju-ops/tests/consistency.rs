//! The testing kit refuses what Juju cannot be, with all reasons at once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod common;

use common::{Cinema, context, odeon, state};
use juju_ops::testing::{Context, Declaration, OptionType, RelationState, State, Trigger, on};
use serde_json::json;

#[track_caller]
fn check(trigger: &Trigger, state: &State, reasons: &[&str]) {
    check_in(&context(), trigger, state, reasons);
}

#[track_caller]
fn check_in(context: &Context, trigger: &Trigger, state: &State, reasons: &[&str]) {
    let inconsistent = context.run(&mut Cinema::default(), trigger, state).unwrap_err();
    assert_eq!(inconsistent.reasons, reasons);
}

#[test]
fn all_reasons_come_at_once() {
    let mut state = State::new("Lumiere")
        .with_config("colour", true)
        .with_config("film", 7);
    state.status.status = "happy".into();
    state.opened_ports.insert("0/tcp".into());
    check(
        &on::pebble_ready("projector"),
        &state,
        &[
            "cannot use `Lumiere` as a unit name",
            "option `colour` is not declared",
            "option `film` is 7, not of type String",
            "`happy` is no status",
            "`0/tcp` is no port",
            "container `projector` is not declared",
        ],
    );
    let inconsistent = context()
        .run(&mut Cinema::default(), &on::leader_elected(), &State::new("x/0"))
        .unwrap_err();
    insta::assert_snapshot!(inconsistent, @"cannot run charm `cinema`: `leader-elected` runs on a unit that does not lead");
}

#[test]
fn relations_are_declared_and_belong_together() {
    let twice = state().with_relation(RelationState::new(7, "screen", "savoy"));
    check(&on::start(), &twice, &["two relations have the same id"]);
    let mut stray = odeon();
    stray.endpoint = "stage".into();
    stray.remote_units.insert("rex/0".into(), [].into());
    stray.remote_app_data.insert("k".into(), String::new());
    check(
        &on::start(),
        &State::new("lumiere/0").with_relation(stray),
        &[
            "endpoint `stage` is not declared",
            "`rex/0` is no unit of `odeon`",
            "the bag of the other application at `stage` holds an empty key or value",
        ],
    );
    let own = State::new("lumiere/0").with_relation(RelationState::new(1, "screen", "lumiere"));
    check(
        &on::start(),
        &own,
        &["endpoint `screen` is related to its own application"],
    );
}

#[test]
fn a_relation_hook_is_about_a_relation_of_the_state_and_its_units() {
    check(
        &on::relation_created(&RelationState::new(9, "screen", "odeon")),
        &state(),
        &["relation `screen:9` is not in the state"],
    );
    check(
        &on::relation_changed(&RelationState::new(7, "screen", "savoy")),
        &state(),
        &["relation `screen:7` is with `odeon`, not `savoy`"],
    );
    check(
        &on::relation_joined(&odeon(), "odeon/5"),
        &state(),
        &["`odeon/5` is not in relation `screen:7`"],
    );
    check(
        &on::relation_departed(&odeon(), "odeon/0", "rex/0"),
        &state(),
        &["`rex/0` departs, which is neither the remote unit nor this one"],
    );
    let mut empty = odeon();
    empty.remote_units.clear();
    let state = State::new("lumiere/0").with_relation(empty.clone());
    check(
        &on::relation_changed(&empty),
        &state,
        &["`screen-relation-changed` needs a remote unit"],
    );
}

#[test]
fn actions_secrets_and_storages_are_as_declared() {
    check(
        &on::action("dance", []),
        &state(),
        &["action `dance` is not declared"],
    );
    check(
        &on::action("sell", [("tickets", json!("x")), ("row", json!(1))]),
        &state(),
        &[
            "parameter `row` is not declared",
            "parameter `tickets` is \"x\", not of type Integer",
        ],
    );
    check(
        &on::secret_changed("secret:short"),
        &state(),
        &["`secret:short` is no URI of a secret"],
    );
    check(
        &on::storage_attached("reels/0"),
        &state(),
        &["storage `reels` is not declared"],
    );
    check(
        &on::storage_attached("reels"),
        &state(),
        &["cannot use `reels` as a storage instance"],
    );
}

#[test]
fn a_declaration_must_be_possible_too() {
    let declaration = Declaration::new("odd")
        .provides("juju-info")
        .provides("both")
        .peers("both")
        .container("Web")
        .action("juju-run", [])
        .option_with_default("size", OptionType::Int, "ten");
    check_in(
        &Context::new(declaration),
        &on::start(),
        &State::new("odd/0"),
        &[
            "endpoint `both` is declared under provides and peers",
            "endpoint `juju-info` has a name that Juju reserves",
            "cannot use `Web` as a container name",
            "action `juju-run` has a name that Juju reserves",
            "the default of option `size` is not of type Int",
        ],
    );
}
