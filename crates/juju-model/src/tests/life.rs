//! From the first hook of a unit to its last.

use super::*;

#[test]
fn a_new_unit_in_jujus_order() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.deploy("reader", 1);
    play.integrate();
    play.start_all();
    play.world
        .pebble_seen(&name_of("shelf/0"), &name_of("web"), "boot-1");
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 install
    reader/0 store-relation-created shelf
    reader/0 leader-elected
    reader/0 config-changed
    reader/0 start
    shelf/0 install
    reader/0 store-relation-joined shelf/0
    reader/0 store-relation-changed shelf/0
    shelf/0 cluster-relation-created shelf
    shelf/0 db-relation-created reader
    shelf/0 leader-elected
    shelf/0 web-pebble-ready
    shelf/0 config-changed
    shelf/0 start
    shelf/0 db-relation-joined reader/0
    shelf/0 db-relation-changed reader/0
    ");
}

#[test]
fn the_second_unit_is_told_that_it_does_not_lead() {
    let mut play = Play::new();
    play.deploy("shelf", 2);
    play.start_all();
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 install
    shelf/0 cluster-relation-created shelf
    shelf/0 leader-elected
    shelf/0 config-changed
    shelf/0 start
    shelf/1 install
    shelf/0 cluster-relation-joined shelf/1
    shelf/0 cluster-relation-changed shelf/1
    shelf/1 cluster-relation-created shelf
    shelf/1 leader-settings-changed
    shelf/1 config-changed
    shelf/1 start
    shelf/1 cluster-relation-joined shelf/0
    shelf/1 cluster-relation-changed shelf/0
    ");
}

#[test]
fn nothing_comes_between_the_first_config_changed_and_start() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.deploy("reader", 1);
    play.start_all();
    while play.step("shelf/0", |_| Changes::default()) != Some(Hook::ConfigChanged) {}
    play.integrate();
    play.world
        .pebble_seen(&name_of("shelf/0"), &name_of("web"), "boot-1");
    assert_eq!(play.world.next_hook(&name_of("shelf/0")), Some(Hook::Start));
}

#[test]
fn options_trust_and_addresses_change_the_configuration_and_changes_merge() {
    let mut play = Play::related(1, 1);
    play.configure("port", "81");
    play.configure("port", "82");
    play.perform(Operation::Trust {
        app: name_of("shelf"),
        remove: false,
    });
    insta::assert_snapshot!(play.settled(), @"shelf/0 config-changed");

    play.configure("port", "82");
    play.perform(Operation::Trust {
        app: name_of("shelf"),
        remove: false,
    });
    assert_eq!(play.settled(), "", "nothing changed");

    play.configure("port", "83");
    play.step("shelf/0", |_| Changes::default());
    play.configure("port", "84");
    play.settle();
    assert_eq!(
        play.ran().lines().count(),
        2,
        "a change after the hook began is told by another"
    );
}

#[test]
fn any_hook_puts_the_timer_back() {
    let mut play = Play::related(1, 1);
    play.perform(Operation::UpdateStatus {
        unit: name_of("shelf/0"),
    });
    play.perform(Operation::UpdateStatus {
        unit: name_of("shelf/0"),
    });
    insta::assert_snapshot!(play.settled(), @"shelf/0 update-status");
    play.perform(Operation::UpdateStatus {
        unit: name_of("shelf/0"),
    });
    play.configure("port", "81");
    insta::assert_snapshot!(play.settled(), @"shelf/0 config-changed");
}

#[test]
fn leadership_moves_when_the_leader_is_gone_and_not_before() {
    let mut play = Play::related(2, 1);
    assert!(play.world.is_leader(&name_of("shelf/0")));
    play.perform(Operation::MoveLeadership {
        to: name_of("shelf/1"),
    });
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 leader-settings-changed
    shelf/1 leader-elected
    ");

    play.scale("shelf", 1);
    let leads_while_dying = |play: &Play| play.world.is_leader(&name_of("shelf/1"));
    while let Some(hook) = play.step("shelf/1", |_| Changes::default()) {
        assert!(hook == Hook::Remove || leads_while_dying(&play), "{hook}");
    }
    play.ran();
    assert!(play.world.is_leader(&name_of("shelf/0")));
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-departed [shelf/1 leaves] shelf/1
    shelf/0 leader-elected
    shelf/0 cluster-relation-departed [shelf/1 leaves] shelf/1
    ");
}

#[test]
fn without_a_leader_every_unit_is_told_that_it_does_not_lead() {
    let mut play = Play::related(2, 1);
    play.perform(Operation::LoseLeadership {
        app: name_of("shelf"),
    });
    insta::assert_snapshot!(play.settled(), @"shelf/0 leader-settings-changed");
    assert!(!play.world.is_leader(&name_of("shelf/0")) && !play.world.is_leader(&name_of("shelf/1")));

    play.scale("shelf", 3);
    play.settle();
    play.ran();
    assert!(
        !play.world.status().applications[&name_of("shelf")]
            .units
            .values()
            .any(|unit| unit.leader)
    );

    play.perform(Operation::MoveLeadership {
        to: name_of("shelf/1"),
    });
    insta::assert_snapshot!(play.settled(), @"shelf/1 leader-elected");
}

#[test]
fn statuses_the_agent_says_itself() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    let shown = |play: &Play| {
        let status = play.world.workload_shown(&name_of("shelf/0")).expect("a unit");
        format!("{} {:?}", status.status, status.message)
    };
    let mut seen = vec![shown(&play)];
    play.start_all();
    let note = |play: &mut Play, seen: &mut Vec<String>| {
        let unit = name_of("shelf/0");
        while let Some(hook) = play.world.next_hook(&unit) {
            play.world.begin(&unit, &hook).expect("due");
            seen.push(format!("{hook} begun: {}", shown(play)));
            play.world
                .commit(&unit, &hook, Changes::default())
                .expect("accepted");
            if play.world.unit(&unit).is_some() {
                seen.push(format!("{hook} done: {}", shown(play)));
            }
        }
    };
    note(&mut play, &mut seen);
    play.perform(Operation::RemoveApplication {
        app: name_of("shelf"),
    });
    note(&mut play, &mut seen);
    insta::assert_snapshot!(seen.join("\n"), @r#"
    waiting "installing agent"
    install begun: maintenance "installing charm software"
    install done: maintenance "installing charm software"
    cluster-relation-created begun: maintenance "installing charm software"
    cluster-relation-created done: maintenance "installing charm software"
    leader-elected begun: maintenance "installing charm software"
    leader-elected done: maintenance "installing charm software"
    config-changed begun: maintenance "installing charm software"
    config-changed done: maintenance "installing charm software"
    start begun: maintenance "installing charm software"
    start done: unknown ""
    stop begun: maintenance "stopping charm software"
    stop done: maintenance ""
    remove begun: maintenance "cleaning up prior to charm deletion"
    "#);
}

#[test]
fn a_status_the_charm_said_stays_after_start() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.start_all();
    play.step("shelf/0", |_| Changes::default());
    play.world
        .set_unit_status(&name_of("shelf/0"), StatusKind::Active, "ready");
    play.settle();
    let status = play.world.status();
    let app = &status.applications[&name_of("shelf")];
    assert_eq!(
        (app.status.status, app.status.message.as_str()),
        (StatusKind::Active, "ready")
    );
}

#[test]
fn an_application_goes_with_its_last_unit() {
    let mut play = Play::related(1, 2);
    play.perform(Operation::RemoveApplication {
        app: name_of("reader"),
    });
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-departed [reader/0 leaves] shelf/0
    reader/0 store-relation-broken shelf
    reader/0 stop
    reader/0 remove
    reader/1 store-relation-departed [reader/1 leaves] shelf/0
    reader/1 store-relation-broken shelf
    reader/1 stop
    reader/1 remove
    shelf/0 db-relation-departed [reader/0 leaves] reader/0
    shelf/0 db-relation-departed [reader/1 leaves] reader/1
    shelf/0 db-relation-broken reader
    ");
    assert!(play.world.application(&name_of("reader")).is_none());
    let left: Vec<_> = play.world.relations().values().map(Relation::key).collect();
    assert_eq!(left, ["shelf:cluster"]);

    play.perform(Operation::RemoveApplication {
        app: name_of("shelf"),
    });
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 stop
    shelf/0 remove
    ");
    assert!(play.world.applications().is_empty() && play.world.relations().is_empty());
}

#[test]
fn what_never_ran_is_gone_at_once() {
    let mut play = Play::new();
    play.deploy("shelf", 2);
    play.deploy("reader", 0);
    play.integrate();
    play.perform(Operation::RemoveApplication {
        app: name_of("shelf"),
    });
    play.perform(Operation::RemoveApplication {
        app: name_of("reader"),
    });
    assert!(play.world.applications().is_empty() && play.world.relations().is_empty());
}

#[test]
fn storage_is_attached_and_detached() {
    let mut play = Play::new();
    play.deploy("stored", 1);
    play.start_all();
    play.settle();
    play.perform(Operation::RemoveApplication {
        app: name_of("stored"),
    });
    insta::assert_snapshot!(play.settled(), @r"
    stored/0 install
    stored/0 leader-elected
    stored/0 config-storage-attached
    stored/0 config-changed
    stored/0 start
    stored/0 config-storage-detaching
    stored/0 stop
    stored/0 remove
    ");
}

#[test]
fn a_world_is_saved_and_read_back() {
    let mut play = Play::related(2, 1);
    play.configure("port", "81");
    let text = serde_json::to_string(&play.world).expect("it can be saved");
    let read: World = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(read, play.world);
}
