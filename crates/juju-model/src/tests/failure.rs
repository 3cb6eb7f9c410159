//! Hooks that fail.

use super::*;

fn fail(play: &mut Play, unit: &str) -> Hook {
    let unit = name_of(unit);
    let hook = play.world.next_hook(&unit).expect("a hook is due");
    play.world.begin(&unit, &hook).expect("due");
    play.world.fail(&unit, &hook, "exit status 1");
    hook
}

#[test]
fn a_failed_hook_is_tried_again_later_and_later() {
    let mut play = Play::related(1, 1);
    play.configure("port", "81");
    let mut waits = Vec::new();
    for _ in 0..9 {
        assert_eq!(fail(&mut play, "shelf/0"), Hook::ConfigChanged);
        let retry = play.world.next_retry().expect("it is tried again");
        waits.push(retry - play.world.now());
        assert_eq!(play.world.next_hook(&name_of("shelf/0")), None, "not yet");
        play.world.advance_to(retry);
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    assert_eq!(play.settled(), "shelf/0 config-changed");
    assert_eq!(play.world.next_retry(), None);
}

#[test]
fn a_failed_hook_holds_up_all_but_actions() {
    let mut play = Play::related(1, 1);
    let shelf: UnitName = name_of("shelf/0");
    play.configure("port", "81");
    fail(&mut play, "shelf/0");
    play.act("reader/0", |run| app_bag(run, "store", "name", "x"));
    play.world.pebble_seen(&shelf, &name_of("web"), "boot-1");
    assert_eq!(play.settled(), "");
    let params = serde_json::Map::new();
    play.perform(Operation::Run {
        unit: shelf.clone(),
        action: name_of("backup"),
        params,
    });
    assert_eq!(play.settled(), "shelf/0 backup");

    let status = play.world.status();
    let unit = &status.applications[&name_of("shelf")].units[&shelf];
    let shown = format!(
        "{} {:?} {} {:?}",
        unit.workload.status, unit.workload.message, unit.agent, unit.failure
    );
    insta::assert_snapshot!(shown, @r#"error "hook failed: \"config-changed\"" idle Some(Failure { hook: "config-changed", attempts: 1, why: "exit status 1" })"#);

    play.perform(Operation::Resolve {
        unit: shelf,
        retry: true,
    });
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 config-changed
    shelf/0 web-pebble-ready
    shelf/0 db-relation-changed reader
    ");
}

#[test]
fn a_failed_hook_can_be_skipped() {
    let mut play = Play::related(1, 1);
    play.unrelate();
    fail(&mut play, "shelf/0");
    play.perform(Operation::Resolve {
        unit: name_of("shelf/0"),
        retry: false,
    });
    insta::assert_snapshot!(play.settled(), @r"
    reader/0 store-relation-departed [shelf/0 leaves] shelf/0
    reader/0 store-relation-broken shelf
    shelf/0 db-relation-broken reader
    ");
}

#[test]
fn nothing_of_a_failed_hook_is_kept_but_what_was_said_at_once() {
    let mut play = Play::related(1, 1);
    let shelf: UnitName = name_of("shelf/0");
    play.configure("port", "81");
    play.world.begin(&shelf, &Hook::ConfigChanged).expect("due");
    play.world.set_unit_status(&shelf, StatusKind::Blocked, "no");
    play.world.fail(&shelf, &Hook::ConfigChanged, "exit status 1");
    let unit = play.world.unit(&shelf).expect("a unit");
    assert_eq!((unit.workload.status, unit.state.len()), (StatusKind::Blocked, 0));
}

#[test]
fn a_new_pod_begins_anew_after_a_failure() {
    let mut play = Play::related(1, 1);
    play.act("reader/0", |run| app_bag(run, "store", "name", "x"));
    fail(&mut play, "shelf/0");
    play.world.agent_gone(&name_of("shelf/0"));
    play.start("shelf/0", true);
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 upgrade-charm
    shelf/0 config-changed
    shelf/0 start
    shelf/0 db-relation-changed reader
    ");
}

#[test]
fn a_restarted_agent_waits_for_its_first_retry() {
    let mut play = Play::related(1, 1);
    play.configure("port", "81");
    fail(&mut play, "shelf/0");
    play.world.agent_gone(&name_of("shelf/0"));
    play.start("shelf/0", false);
    insta::assert_snapshot!(play.settled(), @"");
    play.world.advance_to(play.world.next_retry().unwrap());
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 config-changed
    shelf/0 start
    ");
}

#[test]
fn the_controller_refuses_what_it_must() {
    let mut play = Play::related(2, 1);
    let shelf: UnitName = name_of("shelf/0");
    play.configure("port", "81");
    let run = play.world.begin(&shelf, &Hook::ConfigChanged).expect("due");
    let big = "x".repeat(16 * 1024 * 1024);
    let long_key = Some(BTreeMap::from([("k".repeat(257), String::new())]));
    let mut refused = Vec::new();
    let mut refuse = |play: &mut Play, changes| {
        let refusal = play
            .world
            .commit(&shelf, &Hook::ConfigChanged, changes)
            .expect_err("refused");
        refused.push(refusal.to_string());
    };
    refuse(&mut play, app_bag(&run, "db", "k", &big));
    refuse(
        &mut play,
        Changes {
            state: long_key,
            ..Changes::default()
        },
    );
    let unknown = BTreeMap::from([(RelationId(99), Settings::new())]);
    refuse(
        &mut play,
        Changes {
            unit_bags: unknown,
            ..Changes::default()
        },
    );
    play.perform(Operation::MoveLeadership {
        to: name_of("shelf/1"),
    });
    refuse(&mut play, app_bag(&run, "db", "k", "v"));
    play.world.fail(&shelf, &Hook::ConfigChanged, "refused");
    refuse(&mut play, Changes::default());
    insta::assert_snapshot!(refused.join("\n"), @r"
    cannot write relation settings: 16777217 bytes exceed the limit of 16777216
    cannot write charm state key: 257 bytes exceed the limit of 256
    cannot write settings in relation `99`: relation not found
    cannot write settings of application in relation `1`: `shelf/0` is not the leader
    cannot commit `config-changed`: it is not running on `shelf/0`
    ");
}

#[test]
fn only_the_next_hook_can_begin() {
    let mut play = Play::related(1, 1);
    let refused = play
        .world
        .begin(&name_of("shelf/0"), &Hook::Start)
        .expect_err("not due");
    insta::assert_snapshot!(refused, @"cannot run `start` on `shelf/0`: it is not the next hook");
}
