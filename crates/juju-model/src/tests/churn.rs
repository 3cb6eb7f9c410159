//! Pods come and go.

use super::*;

fn settled(play: &mut Play) -> String {
    play.settle();
    play.ran()
}

#[test]
fn a_pod_is_replaced() {
    let mut play = Play::related(1, 1);
    let shelf = name_of("shelf/0");
    play.world.pebble_seen(&shelf, &name_of("web"), "boot-1");
    play.settle();
    play.ran();
    play.world.agent_stopping(&shelf);
    assert!(!play.world.agent_done(&shelf), "stop is owed");
    assert_eq!(settled(&mut play), "shelf/0 stop");
    assert!(play.world.agent_done(&shelf));
    play.world.agent_gone(&shelf);
    play.start("shelf/0", true);
    play.world.pebble_seen(&shelf, &name_of("web"), "boot-2");
    insta::assert_snapshot!(settled(&mut play), @r"
    shelf/0 upgrade-charm
    shelf/0 config-changed
    shelf/0 start
    shelf/0 web-pebble-ready
    ");
}

#[test]
fn a_pod_is_lost_without_stop() {
    let mut play = Play::related(1, 1);
    play.world.agent_gone(&name_of("shelf/0"));
    play.configure("port", "81");
    assert_eq!(settled(&mut play), "");
    play.start("shelf/0", true);
    insta::assert_snapshot!(settled(&mut play), @r"
    shelf/0 upgrade-charm
    shelf/0 config-changed
    shelf/0 start
    ");
}

#[test]
fn only_the_charm_s_container_is_restarted() {
    let mut play = Play::related(1, 1);
    let shelf = name_of("shelf/0");
    play.world.agent_gone(&shelf);
    play.start("shelf/0", false);
    play.world.pebble_seen(&shelf, &name_of("web"), "boot-1");
    insta::assert_snapshot!(settled(&mut play), @r"
    shelf/0 start
    shelf/0 web-pebble-ready
    ");
}

#[test]
fn only_the_workload_s_container_is_restarted() {
    let mut play = Play::related(1, 1);
    let shelf = name_of("shelf/0");
    for boot in ["boot-1", "boot-1", "boot-2"] {
        play.world.pebble_seen(&shelf, &name_of("web"), boot);
        play.settle();
    }
    insta::assert_snapshot!(play.ran(), @r"
    shelf/0 web-pebble-ready
    shelf/0 web-pebble-ready
    ");
}

#[test]
fn a_pod_replaced_before_install_succeeded_installs_again() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.start_all();
    let shelf = name_of("shelf/0");
    play.world.begin(&shelf, &Hook::Install).expect("due");
    play.world.agent_gone(&shelf);
    play.start("shelf/0", true);
    assert_eq!(play.world.next_hook(&shelf), Some(Hook::Install));
}

#[test]
fn a_hook_killed_with_its_pod_is_owed_as_before_and_an_action_has_failed() {
    let mut play = Play::related(1, 1);
    let shelf: UnitName = name_of("shelf/0");
    play.configure("port", "81");
    play.world.begin(&shelf, &Hook::ConfigChanged).expect("due");
    play.world.agent_stopping(&shelf);
    assert_eq!(play.world.next_hook(&shelf), None, "one hook at a time");
    play.world.requeue(&shelf, &Hook::ConfigChanged);
    assert_eq!(play.world.next_hook(&shelf), Some(Hook::Stop), "before it ends");
    play.world.agent_gone(&shelf);
    play.start("shelf/0", false);
    assert_eq!(settled(&mut play), "shelf/0 start\nshelf/0 config-changed");

    let action = Operation::Run {
        unit: shelf.clone(),
        action: name_of("backup"),
        params: serde_json::Map::new(),
    };
    let Outcome::Queued(id) = play.perform(action) else {
        panic!("not queued")
    };
    let hook = play.world.next_hook(&shelf).expect("the action");
    play.world.begin(&shelf, &hook).expect("due");
    play.world.agent_gone(&shelf);
    assert_eq!(play.world.actions()[&id].status, ActionStatus::Failed);
    play.start("shelf/0", false);
    assert_eq!(settled(&mut play), "shelf/0 start", "never run again");
}

#[test]
fn a_new_address_reaches_the_other_side_with_config_changed() {
    let mut play = Play::related(1, 1);
    let shelf = name_of("shelf/0");
    play.world.agent_gone(&shelf);
    let start = AgentStart {
        charm_dir_empty: true,
        address: [10, 1, 7, 7].into(),
        service_address: None,
    };
    play.world.agent_started(&shelf, start);
    insta::assert_snapshot!(settled(&mut play), @r"
    shelf/0 upgrade-charm
    shelf/0 config-changed
    reader/0 store-relation-changed shelf/0
    shelf/0 start
    ");
}

#[test]
fn state_outlives_the_pod() {
    let mut play = Play::related(1, 1);
    let state = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
    play.act("shelf/0", |_| Changes {
        state: Some(state.clone()),
        ..Changes::default()
    });
    play.world.agent_gone(&name_of("shelf/0"));
    play.start("shelf/0", true);
    play.settle();
    assert_eq!(
        play.world.unit(&name_of("shelf/0")).map(|unit| &unit.state),
        Some(&state)
    );
}
