//! The environment of a hook becomes a context: every hook of Juju, and any environment at all.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

use juju_ops::testing::{Context, Declaration, RelationState, State, Trigger, on};
use juju_ops::{Event, JujuContext, RelationChange};
use proptest::prelude::*;

/// The event that a charm sees for a trigger, through the environment that Juju gives.
fn event(trigger: &Trigger) -> Event {
    let context = Context::new(
        Declaration::new("app")
            .requires("db-admin")
            .container("web-7")
            .storage("my-data")
            .action("back-up", []),
    );
    let relation = RelationState::new(7, "db-admin", "mysql");
    let state = State::new("app/3").leading().with_relation(relation);
    context
        .with_unit(trigger, &state, |unit| unit.event().clone())
        .unwrap()
        .0
}

#[test]
fn who_it_is_about_comes_from_the_variables() {
    let relation = RelationState::new(7, "db-admin", "mysql");
    let events: Vec<Event> = [
        on::relation_created(&relation),
        on::relation_joined(&relation, "mysql/0"),
        on::relation_departed(&relation, "mysql/0", "app/3"),
        on::relation_broken_after_restart(&relation),
        on::pebble_ready("web-7"),
        on::pebble_custom_notice("web-7", "example.com/foo"),
        on::pebble_check_failed("web-7", "up"),
        on::secret_expired("secret:9m4e2mr0ui3e8a215n4g", 3),
        on::storage_attached("my-data/0"),
        on::action("back-up", []),
        on::hook("db-admin-relation-suspended"),
        on::hook("web-7-pebble-sneezed"),
    ]
    .iter()
    .map(event)
    .collect();
    let lines: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Relation(RelationEvent { endpoint: EndpointName("db-admin"), id: RelationId { endpoint: EndpointName("db-admin"), number: 7 }, remote_app: Some(AppName("mysql")), remote_unit: None, change: Created })
    Relation(RelationEvent { endpoint: EndpointName("db-admin"), id: RelationId { endpoint: EndpointName("db-admin"), number: 7 }, remote_app: Some(AppName("mysql")), remote_unit: Some(UnitName("mysql/0")), change: Joined })
    Relation(RelationEvent { endpoint: EndpointName("db-admin"), id: RelationId { endpoint: EndpointName("db-admin"), number: 7 }, remote_app: Some(AppName("mysql")), remote_unit: Some(UnitName("mysql/0")), change: Departed { departing_unit: Some(UnitName("app/3")) } })
    Relation(RelationEvent { endpoint: EndpointName("db-admin"), id: RelationId { endpoint: EndpointName("db-admin"), number: 7 }, remote_app: None, remote_unit: None, change: Broken })
    Workload(WorkloadEvent { container: ContainerName("web-7"), change: Ready })
    Workload(WorkloadEvent { container: ContainerName("web-7"), change: CustomNotice { id: "16", kind: "custom", key: "example.com/foo" } })
    Workload(WorkloadEvent { container: ContainerName("web-7"), change: CheckFailed { check: "up" } })
    Secret(SecretEvent { id: SecretId("secret:9m4e2mr0ui3e8a215n4g"), label: None, change: Expired { revision: 3 } })
    Storage(StorageEvent { name: StorageName("my-data"), id: StorageId("my-data/0"), location: Some("/var/lib/juju/storage/my-data/0"), change: Attached })
    Action(ActionEvent { name: ActionName("back-up"), id: "2" })
    Other("db-admin-relation-suspended")
    Other("web-7-pebble-sneezed")
    "#);
}

#[test]
fn the_plain_hooks_have_plain_events() {
    for (trigger, expect) in [
        (on::install(), Event::Install),
        (on::start(), Event::Start),
        (on::config_changed(), Event::ConfigChanged),
        (on::upgrade_charm(), Event::UpgradeCharm),
        (on::update_status(), Event::UpdateStatus),
        (on::stop(), Event::Stop),
        (on::remove(), Event::Remove),
        (on::leader_elected(), Event::LeaderElected),
        (
            on::hook("collect-metrics"),
            Event::Other("collect-metrics".into()),
        ),
    ] {
        assert_eq!(event(&trigger), expect);
    }
}

fn environment(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let base = [
        ("JUJU_DISPATCH_PATH", "hooks/db-relation-changed"),
        ("JUJU_UNIT_NAME", "app/3"),
        ("JUJU_MODEL_NAME", "cinema"),
        ("JUJU_MODEL_UUID", "0d2c1d7e"),
        ("JUJU_CHARM_DIR", "/charm"),
        ("JUJU_VERSION", "3.6.8"),
        ("JUJU_RELATION", "db"),
        ("JUJU_RELATION_ID", "db:7"),
        ("JUJU_REMOTE_APP", "mysql"),
        ("JUJU_REMOTE_UNIT", ""),
    ];
    base.iter()
        .chain(changes)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn an_empty_remote_unit_is_none() {
    let context = JujuContext::from_environ(environment(&[])).unwrap();
    let Event::Relation(event) = context.event() else {
        panic!("{context:?}")
    };
    assert_eq!(
        (event.remote_unit.as_ref(), &event.change),
        (None, &RelationChange::Changed)
    );
    assert_eq!(context.app(), "app");
}

#[test]
fn a_variable_that_cannot_be_is_named() {
    #[track_caller]
    fn check(name: &str, value: &str, expect: &str) {
        let error = JujuContext::from_environ(environment(&[(name, value)])).unwrap_err();
        let source = std::error::Error::source(&error)
            .map(|source| format!(": {source}"))
            .unwrap_or_default();
        assert_eq!(format!("{error}{source}"), expect);
    }
    check(
        "JUJU_UNIT_NAME",
        "",
        "cannot find variable `JUJU_UNIT_NAME`: is this run by Juju?",
    );
    check(
        "JUJU_UNIT_NAME",
        "App",
        "cannot read variable `JUJU_UNIT_NAME`: cannot use `App` as a unit name",
    );
    check(
        "JUJU_RELATION_ID",
        "db",
        "cannot read variable `JUJU_RELATION_ID`: cannot use `db` as a relation id",
    );
    check(
        "JUJU_RELATION",
        "",
        "cannot find variable `JUJU_RELATION`: is this run by Juju?",
    );
    check(
        "JUJU_DISPATCH_PATH",
        "db-relation-changed",
        "cannot tell the event from dispatch path `db-relation-changed`",
    );
    check(
        "JUJU_DISPATCH_PATH",
        "hooks/",
        "cannot tell the event from dispatch path `hooks/`",
    );
    check(
        "JUJU_DISPATCH_PATH",
        "actions/x",
        "cannot find variable `JUJU_ACTION_NAME`: is this run by Juju?",
    );
}

const VARIABLES: [&str; 20] = [
    "JUJU_DISPATCH_PATH",
    "JUJU_UNIT_NAME",
    "JUJU_MODEL_NAME",
    "JUJU_MODEL_UUID",
    "JUJU_CHARM_DIR",
    "JUJU_VERSION",
    "JUJU_RELATION",
    "JUJU_RELATION_ID",
    "JUJU_REMOTE_APP",
    "JUJU_REMOTE_UNIT",
    "JUJU_DEPARTING_UNIT",
    "JUJU_WORKLOAD_NAME",
    "JUJU_NOTICE_ID",
    "JUJU_NOTICE_TYPE",
    "JUJU_NOTICE_KEY",
    "JUJU_PEBBLE_CHECK_NAME",
    "JUJU_SECRET_ID",
    "JUJU_SECRET_REVISION",
    "JUJU_STORAGE_ID",
    "JUJU_ACTION_NAME",
];

/// A value near to what Juju writes, or anything.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "(hooks|actions)/[a-z]{0,4}(-(relation|pebble|storage)-(created|changed|broken|ready|attached|x))?",
        "[a-z]{0,5}[:/-]?[0-9]{0,12}",
        "secret-(changed|rotate|expired|remove)",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn no_environment_makes_it_panic(values in prop::collection::vec((prop::sample::select(&VARIABLES), value()), 0..25)) {
        let variables = values.into_iter().map(|(name, value)| (name.to_owned(), value));
        let _ = JujuContext::from_environ(variables);
    }

    #[test]
    fn a_hook_nobody_knows_is_other(name in "[a-z][a-z-]{0,30}x") {
        let context = JujuContext::from_environ(environment(&[("JUJU_DISPATCH_PATH", &format!("hooks/{name}"))]));
        let context = context.unwrap();
        prop_assert_eq!(context.event(), &Event::Other(name));
    }
}
