//! The two classes on a Juju in memory: what they write, read, and leave alone.

use juju_ops::testing::{Context, RelationState, State, Trigger, on};

use super::{REELS, leader, provider, reels, requirer};
use crate::interfaces::media_storage::{
    ENDPOINT, MediaStorageChangedEvent, MediaStorageProvider, MediaStorageRequirer, MediaStorageRequirerData,
};

const PROVIDER: MediaStorageProvider = MediaStorageProvider::new(ENDPOINT);
const REQUIRER: MediaStorageRequirer = MediaStorageRequirer::new(ENDPOINT);

fn vault_of_two() -> State {
    leader("vault/0")
        .with_relation(
            RelationState::new(3, ENDPOINT, "jukebox")
                .with_remote("config", r#"{"instance_name":"jukebox"}"#),
        )
        .with_relation(RelationState::new(8, ENDPOINT, "projector"))
}

/// Publishes, and leaves the numbers of the relations written to, with the state and the writing commands.
fn publish(state: &State) -> (Vec<u32>, State, Vec<String>) {
    let (written, outcome) = Context::new(provider())
        .with_unit(&on::update_status(), state, |unit| {
            PROVIDER.relations(unit).unwrap();
            PROVIDER
                .publish_data(unit, unit.leader().unwrap().unwrap(), &reels())
                .unwrap()
        })
        .unwrap();
    let written = written.iter().map(juju_ops::RelationId::number).collect();
    let writes = outcome
        .commands()
        .into_iter()
        .filter(|command| command.ends_with("-set"))
        .map(str::to_owned)
        .collect();
    (written, outcome.state, writes)
}

#[test]
fn the_provider_writes_to_all_relations_once() {
    let (written, state, writes) = publish(&vault_of_two());
    assert_eq!(written, [3, 8]);
    assert_eq!(writes, ["relation-set", "relation-set", "state-set"]);
    for id in [3, 8] {
        assert_eq!(state.relation(id).unwrap().local_app_data["config"], REELS);
    }
    let (written, again, writes) = publish(&state);
    assert_eq!((written, writes), (vec![], vec![]));
    assert_eq!(again, state);
}

#[test]
fn an_application_that_joins_later_is_the_only_one_written_to() {
    let (_, state, _) = publish(&vault_of_two());
    let (written, state, _) = publish(&state.with_relation(RelationState::new(9, ENDPOINT, "gramophone")));
    assert_eq!(written, [9]);
    assert_eq!(state.relation(9).unwrap().local_app_data["config"], REELS);
}

#[test]
fn the_provider_takes_its_data_back() {
    let (_, state, _) = publish(&vault_of_two());
    let (written, outcome) = Context::new(provider())
        .with_unit(&on::update_status(), &state, |unit| {
            PROVIDER
                .withdraw_data(unit, unit.leader().unwrap().unwrap())
                .unwrap()
                .len()
        })
        .unwrap();
    assert_eq!(written, 2);
    assert!(outcome.state.relation(3).unwrap().local_app_data.is_empty());
}

#[test]
fn the_provider_sees_who_mounts() {
    let (apps, _) = Context::new(provider())
        .with_unit(&on::update_status(), &vault_of_two(), |unit| {
            let relations = PROVIDER.relations(unit).unwrap();
            relations
                .into_iter()
                .map(|r| (r.app.to_string(), r.remote.ready().cloned()))
                .collect::<Vec<_>>()
        })
        .unwrap();
    let instance_name = "jukebox".parse().unwrap();
    assert_eq!(
        apps,
        [
            (
                "jukebox".to_owned(),
                Some(MediaStorageRequirerData { instance_name })
            ),
            ("projector".to_owned(), None)
        ]
    );
}

fn jukebox(unit: &str) -> State {
    leader(unit).with_relation(RelationState::new(3, ENDPOINT, "vault").with_remote("config", REELS))
}

#[track_caller]
fn check_ready(state: &State, expect: bool) {
    let (ready, _) = Context::new(requirer())
        .with_unit(&on::update_status(), state, |unit| {
            REQUIRER.is_ready(unit).unwrap()
        })
        .unwrap();
    assert_eq!(ready, expect);
}

#[test]
fn the_requirer_is_ready_when_both_have_spoken() {
    check_ready(&jukebox("jukebox/0"), false);
    let ((), outcome) = Context::new(requirer())
        .with_unit(&on::update_status(), &jukebox("jukebox/0"), |unit| {
            let data = MediaStorageRequirerData {
                instance_name: unit.app().into(),
            };
            let leader = unit.leader().unwrap().unwrap();
            assert_eq!(REQUIRER.publish_data(unit, leader, &data).unwrap().len(), 1);
            assert_eq!(REQUIRER.publish_data(unit, leader, &data).unwrap().len(), 0);
            assert_eq!(REQUIRER.get_provider_data(unit).unwrap(), Some(reels()));
        })
        .unwrap();
    assert_eq!(
        outcome.state.relation(3).unwrap().local_app_data["config"],
        r#"{"instance_name":"jukebox"}"#
    );
    check_ready(&outcome.state, true);
    check_ready(&leader("jukebox/0"), false);
    let silent =
        RelationState::new(3, ENDPOINT, "vault").with_local("config", r#"{"instance_name":"jukebox"}"#);
    check_ready(&leader("jukebox/0").with_relation(silent), false);
}

#[test]
fn a_unit_that_does_not_lead_is_not_ready_and_asks_nothing() {
    let mut state = jukebox("jukebox/1");
    state.leader = false;
    let (ready, outcome) = Context::new(requirer())
        .with_unit(&on::update_status(), &state, |unit| {
            REQUIRER.is_ready(unit).unwrap()
        })
        .unwrap();
    assert!(!ready);
    assert_eq!(outcome.commands(), ["is-leader"]);
}

fn vault(endpoint: &str, id: u32) -> RelationState {
    RelationState::new(id, endpoint, "vault")
}

#[track_caller]
fn check_changed(trigger: &Trigger, broken: Option<bool>) {
    let state = leader("jukebox/0")
        .with_relation(vault(ENDPOINT, 3))
        .with_relation(vault("logging", 4));
    let (changed, _) = Context::new(requirer().requires("logging"))
        .with_unit(trigger, &state, |unit| REQUIRER.changed(unit.event()))
        .unwrap();
    let expect = broken.map(|broken| MediaStorageChangedEvent {
        id: "media-storage:3".parse().unwrap(),
        app: Some("vault".parse().unwrap()),
        broken,
    });
    assert_eq!(changed, expect);
}

#[test]
fn only_changed_and_broken_of_our_endpoint_are_changes() {
    let vault_0 = "vault/0";
    let storage = vault(ENDPOINT, 3);
    check_changed(&on::relation_changed(&storage), Some(false));
    check_changed(&on::relation_unit_changed(&storage, vault_0), Some(false));
    check_changed(&on::relation_broken(&storage), Some(true));
    check_changed(&on::relation_created(&storage), None);
    check_changed(&on::relation_joined(&storage, vault_0), None);
    check_changed(&on::relation_departed(&storage, vault_0, vault_0), None);
    check_changed(&on::relation_changed(&vault("logging", 4)), None);
    check_changed(&on::update_status(), None);
}

#[test]
fn a_relation_that_breaks_is_gone() {
    let state = jukebox("jukebox/0");
    let broken = on::relation_broken(state.relation(3).unwrap());
    let (offer, _) = Context::new(requirer())
        .with_unit(&broken, &state, |unit| REQUIRER.get_provider_data(unit).unwrap())
        .unwrap();
    assert_eq!(offer, None);
}
