//! Relation hooks, situation by situation.

use super::*;

#[test]
fn integrate() {
    let mut play = Play::new();
    play.deploy("shelf", 2);
    play.deploy("reader", 1);
    play.start_all();
    play.settle();
    play.ran();
    play.integrate();
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-created shelf
    reader/0 store-relation-joined shelf/0
    reader/0 store-relation-changed shelf/0
    reader/0 store-relation-joined shelf/1
    reader/0 store-relation-changed shelf/1
    shelf/0 db-relation-created reader
    shelf/0 db-relation-joined reader/0
    shelf/0 db-relation-changed reader/0
    shelf/1 db-relation-created reader
    shelf/1 db-relation-joined reader/0
    shelf/1 db-relation-changed reader/0
    ");
}

#[test]
fn application_settings_are_told_with_an_empty_unit_to_all_remote_units_and_nobody_else() {
    let mut play = Play::related(2, 2);
    play.act("shelf/0", |run| app_bag(run, "db", "host", "one"));
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-changed shelf
    reader/1 store-relation-changed shelf
    ");
    play.act("shelf/0", |run| app_bag(run, "db", "host", "one"));
    assert_eq!(play.settled(), "", "an equal value is no change");
}

#[test]
fn unit_settings_are_told_with_the_unit() {
    let mut play = Play::related(2, 2);
    play.act("shelf/1", |run| unit_bag(run, "db", "port", "80"));
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-changed shelf/1
    reader/1 store-relation-changed shelf/1
    ");
}

#[test]
fn quick_changes_merge() {
    let mut play = Play::related(1, 1);
    play.act("shelf/0", |run| app_bag(run, "db", "host", "one"));
    play.act("shelf/0", |run| app_bag(run, "db", "host", "two"));
    play.act("shelf/0", |run| unit_bag(run, "db", "port", "80"));
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-changed shelf
    reader/0 store-relation-changed shelf/0
    ");
}

#[test]
fn one_changed_follows_each_joined_whatever_changes_between() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.deploy("reader", 1);
    play.start_all();
    play.settle();
    play.integrate();
    play.ran();
    while !play
        .step("reader/0", |_| Changes::default())
        .is_some_and(|hook| hook.to_string().ends_with("joined"))
    {}
    play.step("shelf/0", |run| unit_bag(run, "db", "port", "80"));
    play.ran();
    while play.step("reader/0", |_| Changes::default()).is_some() {}
    insta::assert_snapshot!(play.ran(), @"reader/0 store-relation-changed shelf/0");
}

#[test]
fn peers_see_each_other_and_the_leader_what_it_wrote_for_all() {
    let mut play = Play::related(2, 0);
    play.act("shelf/0", |run| app_bag(run, "cluster", "secret", "x"));
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 cluster-relation-changed shelf
    shelf/1 cluster-relation-changed shelf
    ");
    play.act("shelf/1", |run| unit_bag(run, "cluster", "up", "yes"));
    insta::assert_snapshot!(play.settled(), @"shelf/0 cluster-relation-changed shelf/1");
}

#[test]
fn a_unit_more_and_a_unit_less() {
    let mut play = Play::related(1, 1);
    play.scale("shelf", 2);
    play.start_all();
    insta::assert_snapshot!(play.settled(), @r"
    shelf/1 install
    reader/0 store-relation-joined shelf/1
    reader/0 store-relation-changed shelf/1
    shelf/0 cluster-relation-joined shelf/1
    shelf/0 cluster-relation-changed shelf/1
    shelf/1 cluster-relation-created shelf
    shelf/1 db-relation-created reader
    shelf/1 leader-settings-changed
    shelf/1 config-changed
    shelf/1 start
    shelf/1 cluster-relation-joined shelf/0
    shelf/1 cluster-relation-changed shelf/0
    shelf/1 db-relation-joined reader/0
    shelf/1 db-relation-changed reader/0
    ");
    play.scale("shelf", 1);
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-departed [shelf/1 leaves] shelf/1
    shelf/0 cluster-relation-departed [shelf/1 leaves] shelf/1
    shelf/1 cluster-relation-departed [shelf/1 leaves] shelf/0
    shelf/1 db-relation-departed [shelf/1 leaves] reader/0
    shelf/1 db-relation-broken reader
    shelf/1 stop
    shelf/1 remove
    ");
    play.scale("shelf", 2);
    assert!(
        play.world.unit(&name_of("shelf/1")).is_some(),
        "the same number again"
    );
}

#[test]
fn a_relation_is_removed() {
    let mut play = Play::related(2, 1);
    play.unrelate();
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-departed [shelf/0 leaves] shelf/0
    reader/0 store-relation-departed [shelf/1 leaves] shelf/1
    reader/0 store-relation-broken shelf
    shelf/0 db-relation-departed [reader/0 leaves] reader/0
    shelf/0 db-relation-broken reader
    shelf/1 db-relation-departed [reader/0 leaves] reader/0
    shelf/1 db-relation-broken reader
    ");
    assert_eq!(play.world.relations().len(), 1, "the peer relation");
}

#[test]
fn without_remote_units_there_is_created_and_broken() {
    let mut play = Play::related(0, 1);
    play.unrelate();
    insta::assert_snapshot!(play.settled(), @"reader/0 store-relation-broken shelf");

    let mut play = Play::new();
    play.deploy("shelf", 0);
    play.deploy("reader", 1);
    play.integrate();
    play.start_all();
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 install
    reader/0 store-relation-created shelf
    reader/0 leader-elected
    reader/0 config-changed
    reader/0 start
    ");
}

#[test]
fn a_relation_removed_before_created_ran_is_only_broken() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.deploy("reader", 1);
    play.start_all();
    play.settle();
    play.ran();
    play.integrate();
    play.unrelate();
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-broken shelf
    shelf/0 db-relation-broken reader
    ");
}

#[test]
fn others_may_see_a_unit_before_it_ran_created() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.deploy("reader", 1);
    play.start_all();
    play.settle();
    play.integrate();
    play.ran();
    while play.step("reader/0", |_| Changes::default()).is_some() {}
    insta::assert_snapshot!(play.ran(), @r"
    reader/0 store-relation-created shelf
    reader/0 store-relation-joined shelf/0
    reader/0 store-relation-changed shelf/0
    ");
}

#[test]
fn after_a_restart_of_the_agent_broken_has_no_application_and_peers_get_one() {
    let mut play = Play::related(1, 1);
    play.start("shelf/0", false);
    play.settle();
    play.ran();
    play.perform(Operation::RemoveApplication {
        app: name_of("shelf"),
    });
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-departed [shelf/0 leaves] shelf/0
    reader/0 store-relation-broken shelf
    shelf/0 cluster-relation-broken -
    shelf/0 db-relation-departed [shelf/0 leaves] reader/0
    shelf/0 db-relation-broken -
    shelf/0 stop
    shelf/0 remove
    ");
}

#[test]
fn a_write_in_broken_is_committed() {
    let mut play = Play::related(1, 1);
    play.unrelate();
    while play
        .world
        .next_hook(&name_of("shelf/0"))
        .is_some_and(|hook| !hook.to_string().ends_with("broken"))
    {
        play.step("shelf/0", |_| Changes::default());
    }
    play.step("shelf/0", |run| app_bag(run, "db", "last", "word"));
    let side = play.world.relations().values().find_map(|relation| {
        relation
            .local(&name_of("shelf"))
            .filter(|side| side.endpoint == name_of("db"))
    });
    assert_eq!(
        side.map(|side| side.bag.settings.contains_key("last")),
        Some(true)
    );
}
