//! When secrets are to rotate and expire.

use super::*;

/// A shelf whose leader made a secret of its application.
fn play(rotation: Rotation, expiry: Option<Seconds>) -> (Play, SecretId) {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.start_all();
    play.settle();
    let id = play.world.new_secret_id();
    let owner = Party::Application(name_of("shelf"));
    let edit = SecretEdit {
        rotation: Some(rotation),
        expiry: expiry.map(date),
        ..content("one")
    };
    let mut changes = Changes::default();
    changes.secrets.create(id.clone(), owner, edit).unwrap();
    run(&mut play, changes);
    (play, id)
}

fn content(value: &str) -> SecretEdit {
    SecretEdit {
        content: Some([("token".to_owned(), value.to_owned())].into()),
        ..SecretEdit::default()
    }
}

/// Runs what is due with `changes`, or `update-status` if nothing is.
fn run(play: &mut Play, changes: Changes) -> Hook {
    let unit = name_of("shelf/0");
    if play.world.next_hook(&unit).is_none() {
        let unit = unit.clone();
        play.world.perform(Operation::UpdateStatus { unit }).unwrap();
    }
    let hook = play.world.next_hook(&unit).unwrap();
    play.world.begin(&unit, &hook).unwrap();
    play.world.commit(&unit, &hook, changes).unwrap();
    hook
}

fn due(play: &Play) -> Option<Seconds> {
    play.world.next_secret_due(&name_of("shelf/0"))
}

fn rotate(play: &mut Play, changes: Changes) {
    play.world.advance_to(due(play).unwrap());
    assert_eq!(run(play, changes).to_string(), "secret-rotate");
}

#[test]
fn a_changed_secret_rotates_after_its_interval_and_another_soon() {
    let (mut play, id) = play(Rotation::Daily, None);
    assert_eq!(due(&play), Some(86_400));
    rotate(&mut play, Changes::default());
    assert_eq!(due(&play), Some(86_400 + 300));
    let mut changes = Changes::default();
    changes.secrets.update(id, content("two"));
    rotate(&mut play, changes);
    assert_eq!(due(&play), Some(2 * 86_400 + 300));
}

#[test]
fn a_secret_that_would_expire_first_rotates_soon() {
    let (mut play, id) = play(Rotation::Daily, None);
    let mut changes = Changes::default();
    let edit = SecretEdit {
        expiry: Some(date(100_000)),
        ..content("two")
    };
    changes.secrets.update(id, edit);
    rotate(&mut play, changes);
    assert_eq!(due(&play), Some(86_400 + 300));
}

#[test]
fn another_policy_counts_from_now_only_if_it_is_more_frequent() {
    let (mut play, id) = play(Rotation::Daily, None);
    let mut change = |rotation| {
        let mut changes = Changes::default();
        let edit = SecretEdit {
            rotation: Some(rotation),
            ..SecretEdit::default()
        };
        changes.secrets.update(id.clone(), edit);
        run(&mut play, changes);
        due(&play)
    };
    assert_eq!(change(Rotation::Yearly), Some(86_400));
    assert_eq!(change(Rotation::Hourly), Some(3600));
    assert_eq!(change(Rotation::Never), None);
}

#[test]
fn new_content_has_only_its_own_end() {
    let (mut play, id) = play(Rotation::Never, Some(500));
    let mut changes = Changes::default();
    changes.secrets.update(id.clone(), content("two"));
    run(&mut play, changes);
    assert_eq!(play.world.secrets()[&id].expiry(), None);
    assert_eq!(due(&play), Some(500), "the old content still ends");
    play.world.advance_to(500);
    assert_eq!(run(&mut play, Changes::default()).to_string(), "secret-expired");
    assert_eq!(due(&play), Some(800), "it is told again while it is there");
}
