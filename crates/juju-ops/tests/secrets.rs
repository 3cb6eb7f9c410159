//! Secrets, addresses and resources: the hook commands, what the testing kit answers, and what a unit makes of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

use std::collections::BTreeMap;

use juju_ops::hookcmds::{
    SecretContent, SecretGrantee, SecretOptions, SecretOwner, SecretRead, SecretRef, SecretRotate,
    network_get, relation_model_get, resource_get, secret_add, secret_get, secret_grant, secret_ids,
    secret_info_get, secret_remove, secret_revoke, secret_set,
};
use juju_ops::testing::{Context, Declaration, Outcome, RelationState, SecretState, State, on};
use juju_ops::{Error, Redacted, Secret, SecretId, Unit};
use serde::Deserialize;

const GRANTED: &str = "secret:9m4e2mr0ui3e8a215n4g";
const OWN: &str = "secret:dc2k25hksdua55694seg";

fn context() -> Context {
    Context::new(Declaration::new("vault").provides("db").resource("tool"))
}

fn state() -> State {
    State::new("vault/0")
        .leading()
        .with_relation(RelationState::new(2, "db", "web"))
}

fn with<T>(state: &State, act: impl FnOnce(&Unit) -> T) -> (T, Outcome) {
    context().with_unit(&on::config_changed(), state, act).unwrap()
}

fn content(password: &str) -> SecretContent {
    Redacted::new(BTreeMap::from([("password".to_owned(), password.to_owned())]))
}

fn id(text: &str) -> SecretId {
    text.parse().unwrap()
}

fn password(content: &SecretContent) -> &str {
    &content.expose()["password"]
}

const ADMIN: SecretOptions<'_> = SecretOptions {
    label: Some("admin"),
    description: Some("the password of the administrator"),
    expire: None,
    rotate: Some(SecretRotate::Monthly),
};

#[test]
fn a_secret_is_made_found_by_its_label_and_never_among_the_arguments() {
    let (made, outcome) = with(&state(), |unit| {
        let juju = unit.transport();
        let missing = secret_info_get(juju, SecretRef::Label("admin")).unwrap_err();
        assert!(missing.is_no_secret(), "{missing:?}");
        let made = secret_add(juju, SecretOwner::Application, &content("hunter2\n\u{85}"), ADMIN).unwrap();
        let read = secret_get(juju, SecretRef::Label("admin"), SecretRead::Tracked).unwrap();
        assert_eq!(password(&read), "hunter2\n\u{85}");
        let info = secret_info_get(juju, SecretRef::Id(&made)).unwrap();
        assert_eq!((info.revision, info.rotation), (1, None), "not yet taken by Juju");
        made
    });
    let shown = format!("{:?}", outcome.calls);
    assert!(!shown.contains("hunter2"), "{shown}");
    let file = outcome.calls[1].args.last().unwrap();
    assert!(
        !std::fs::exists(file).unwrap(),
        "the file `{file}` is left behind"
    );

    let ((), _) = with(&outcome.state, |unit| {
        let info = secret_info_get(unit.transport(), SecretRef::Label("admin")).unwrap();
        assert_eq!(info.id, made);
        assert_eq!(info.owner, "application");
        assert_eq!(info.rotation.as_deref(), Some("monthly"));
        assert_eq!(info.description.as_deref(), ADMIN.description);
        assert_eq!(secret_ids(unit.transport()).unwrap(), [made]);
    });
}

#[test]
fn a_new_revision_is_tracked_when_it_is_asked_for() {
    let own = SecretState::owned(SecretOwner::Application, OWN, [("password", "new")]).labelled("admin");
    let ((), outcome) = with(&state().with_secret(own), |unit| {
        let juju = unit.transport();
        let read = |how| password(&secret_get(juju, SecretRef::Id(&id(OWN)), how).unwrap()).to_owned();
        assert_eq!(read(SecretRead::Tracked), "new");
        secret_set(juju, &id(OWN), Some(&content("third")), SecretOptions::default()).unwrap();
        secret_set(juju, &id(OWN), Some(&content("fourth")), SecretOptions::default()).unwrap();
        assert_eq!(read(SecretRead::Tracked), "new");
        assert_eq!(read(SecretRead::Peek), "fourth");
        assert_eq!(read(SecretRead::Tracked), "new");
        assert_eq!(read(SecretRead::Refresh), "fourth");
        assert_eq!(read(SecretRead::Tracked), "fourth");
    });
    let secret = outcome.state.secret(OWN).unwrap();
    assert_eq!(
        secret.revisions.len(),
        2,
        "all that a hook writes is one revision"
    );
    assert_eq!(
        (secret.label.as_deref(), secret.tracked),
        (Some("admin"), Some(2))
    );
}

#[test]
fn rights_are_given_and_taken() {
    let own = || SecretState::owned(SecretOwner::Application, OWN, [("password", "x12")]);
    let relation = "db:2".parse().unwrap();
    let ((), outcome) = with(&state().with_secret(own()), |unit| {
        secret_grant(unit.transport(), &id(OWN), &relation, None).unwrap();
    });
    let ((), outcome) = with(&outcome.state, |unit| {
        let info = secret_info_get(unit.transport(), SecretRef::Id(&id(OWN))).unwrap();
        assert_eq!(info.access.len(), 1);
        assert_eq!(info.access[0].target, "application-web");
        assert_eq!(info.access[0].role, "view");
        secret_revoke(unit.transport(), &id(OWN), SecretGrantee::Relation(&relation)).unwrap();
    });
    assert!(outcome.state.secret(OWN).unwrap().grants.is_empty());
    let ((), outcome) = with(&state().with_secret(own()), |unit| {
        secret_remove(unit.transport(), &id(OWN), None).unwrap();
    });
    assert!(outcome.state.secrets.is_empty());
}

#[test]
fn only_the_leader_writes_what_is_the_applications() {
    let mut follower = state().with_secret(SecretState::owned(
        SecretOwner::Application,
        OWN,
        [("password", "x12")],
    ));
    follower.leader = false;
    let ((), outcome) = with(&follower, |unit| {
        let juju = unit.transport();
        let add = |owner| secret_add(juju, owner, &content("x12"), SecretOptions::default());
        let refused = add(SecretOwner::Application).unwrap_err();
        let Error::Command { source, .. } = &refused else {
            panic!("{refused:?}")
        };
        assert_eq!(source.to_string(), "this unit is not the leader (exit code 1)");
        assert!(!refused.is_no_secret());
        let own = add(SecretOwner::Unit).unwrap();
        assert_eq!(secret_ids(juju).unwrap(), [own]);
        let set = secret_set(juju, &id(OWN), Some(&content("x13")), SecretOptions::default());
        assert!(set.is_err());
        let read = secret_get(juju, SecretRef::Id(&id(OWN)), SecretRead::Tracked).unwrap();
        assert_eq!(password(&read), "x12");
    });
    assert_eq!(outcome.state.secrets.len(), 2);
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Login {
    user: String,
    password: String,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "read only to see it fail")]
struct Pin {
    pin: u16,
}

#[test]
fn a_secret_of_others_is_a_value_read_once() {
    let granted = SecretState::granted(GRANTED, [("user", "bob"), ("password", "hunter2")])
        .with_revision([("user", "bob"), ("password", "hunter3")]);
    let first = SecretState {
        tracked: Some(1),
        ..granted
    };
    let ((), outcome) = with(&state().with_secret(first), |unit| {
        let read = || unit.secret::<Login>(&id(GRANTED)).unwrap();
        let login = read().ready().unwrap().expose().clone();
        assert_eq!((login.user.as_str(), login.password.as_str()), ("bob", "hunter2"));
        assert_eq!(format!("{:?}", read()), "Ready([redacted])");
        let latest = unit.refresh_secret::<Login>(&id(GRANTED)).unwrap();
        assert_eq!(latest.ready().unwrap().expose().password, "hunter3");
        assert_eq!(read().ready().unwrap().expose().password, "hunter3");
    });
    assert_eq!(outcome.commands(), ["secret-get", "secret-get"]);
    assert_eq!(outcome.state.secret(GRANTED).unwrap().tracked, Some(2));
}

#[test]
fn a_secret_that_is_not_shown_or_does_not_fit_says_why_without_what_it_holds() {
    let pin = SecretState::granted(GRANTED, [("pin", "hunter2")]);
    let ((), outcome) = with(&state().with_secret(pin), |unit| {
        let Secret::Invalid(invalid) = unit.secret::<Pin>(&id(GRANTED)).unwrap() else {
            panic!("a text passed for a number")
        };
        assert_eq!(invalid.to_string(), "`pin`: invalid value (not shown)");
        let Secret::Invalid(invalid) = unit.secret::<Login>(&id(GRANTED)).unwrap() else {
            panic!("a field was not missed")
        };
        assert_eq!(invalid.to_string(), "`user`: missing field `user`");
        let Secret::Refused(refusal) = unit.secret::<Login>(&id(OWN)).unwrap() else {
            panic!("a secret that is not there was shown")
        };
        assert_eq!(refusal.message, "secret \"dc2k25hksdua55694seg\" not found");
    });
    assert_eq!(outcome.commands().len(), 2);
}

#[test]
fn addresses_resources_and_models_are_told() {
    let mut state = state().with_resource("tool", "/var/lib/juju/resources/tool/tool.bin");
    state.relations[0].remote_model_uuid = Some("c0ffee".to_owned());
    let relation = "db:2".parse().unwrap();
    let ((), _) = with(&state, |unit| {
        let juju = unit.transport();
        let network = network_get(juju, "db", Some(&relation)).unwrap();
        assert_eq!(network.bind_address(), Some("10.1.0.10"));
        assert_eq!(network.ingress_address(), Some("10.152.183.20"));
        assert!(network_get(juju, "cache", None).is_err());
        let path = resource_get(juju, "tool").unwrap();
        assert_eq!(path.to_str(), Some("/var/lib/juju/resources/tool/tool.bin"));
        assert!(resource_get(juju, "other").is_err());
        assert_eq!(relation_model_get(juju, &relation).unwrap(), "c0ffee");
    });
    state.juju_version = "3.6.1".to_owned();
    let (old, _) = with(&state, |unit| relation_model_get(unit.transport(), &relation));
    assert!(old.is_err(), "Juju has it since 3.6.2");
}
