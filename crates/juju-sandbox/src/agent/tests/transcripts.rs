//! Hook commands against transcripts: what Juju's own commands answered in the same situation. `$ command`, then its
//! output, then `! <exit code> <message>` where it failed. All rows of one file run in one hook, one after the other.

use super::*;
use serde_json::json;

/// Runs the commands of `transcript` in the next hook of `unit`; every answer is to be as written.
#[track_caller]
fn check(stage: &Stage, unit: &str, transcript: &str) {
    let commands: Vec<_> = transcript
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    assert!(!commands.is_empty(), "an empty transcript proves nothing");
    let said = stage.play(unit, &commands);
    let split = |text: &str| text.split("$ ").map(str::to_owned).collect::<Vec<_>>();
    for (said, written) in split(&said).iter().zip(&split(transcript)) {
        assert_eq!(said, written);
    }
    assert_eq!(said, transcript);
}

fn run(stage: &Stage, action: &str, params: &serde_json::Value) {
    let params = params.as_object().cloned().unwrap();
    let (unit, action) = ("shelf/0".parse().unwrap(), action.parse().unwrap());
    stage.perform(Operation::Run { unit, action, params });
}

/// In the order in which they were recorded: later ones see what earlier ones did.
#[test]
fn a_leader_s_hooks_and_what_others_see_of_them() {
    let stage = Stage::new();
    stage.configure(9091);
    check(
        &stage,
        "shelf/0",
        concat!(
            include_str!("transcripts/leader.txt"),
            include_str!("transcripts/config.txt"),
            include_str!("transcripts/relation.txt"),
            include_str!("transcripts/status.txt"),
            include_str!("transcripts/state.txt"),
            include_str!("transcripts/port.txt"),
            include_str!("transcripts/log.txt"),
            include_str!("transcripts/facts.txt"),
            include_str!("transcripts/secret.txt"),
        ),
    );
    stage.perform(Operation::UpdateStatus {
        unit: "shelf/0".parse().unwrap(),
    });
    check(&stage, "shelf/0", include_str!("transcripts/later.txt"));
    check(&stage, "reader/0", include_str!("transcripts/app-changed.txt"));
    check(&stage, "reader/0", include_str!("transcripts/unit-changed.txt"));

    run(&stage, "backup", &json!({"f": 1.5, "n": 3, "o": {"k": [1]}}));
    check(&stage, "shelf/0", include_str!("transcripts/action.txt"));
    run(&stage, "noop", &json!({}));
    check(&stage, "shelf/0", include_str!("transcripts/action-bare.txt"));
    stage.perform(Operation::UpdateStatus {
        unit: "shelf/0".parse().unwrap(),
    });
    check(
        &stage,
        "shelf/0",
        "$ state-get --format=json\n{\"fromaction\":\"1\",\"l\":\"\"}\n",
    );
}

#[test]
fn a_follower_s_hook() {
    let stage = Stage::new();
    stage.configure(9091);
    check(&stage, "shelf/1", include_str!("transcripts/follower.txt"));
}

/// What no transcript of Juju has: from its documentation.
#[test]
fn more_of_the_same() {
    let stage = Stage::new();
    stage.configure(9091);
    check(&stage, "shelf/0", include_str!("transcripts/more.txt"));
}
