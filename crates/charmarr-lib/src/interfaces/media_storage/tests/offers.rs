//! What a requirer makes of its relations, and says.

use juju_ops::{InvalidData, Relation, Remote, Requires, Status};

use super::reels;
use crate::interfaces::media_storage::{MediaStorage, MediaStorageProviderData, Offer};

fn relation(
    id: u32,
    app: &str,
    remote: Remote<MediaStorageProviderData>,
) -> Relation<Requires<MediaStorage>> {
    Relation {
        id: format!("media-storage:{id}").parse().unwrap(),
        app: app.parse().unwrap(),
        remote,
        published: None,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "reads better in the cases")]
#[track_caller]
fn check(relations: &[Relation<Requires<MediaStorage>>], mounted: bool, expect: Option<Status>) {
    assert_eq!(Offer::of(relations).complaint(mounted), expect);
}

#[test]
fn every_case_has_its_words() {
    let invalid = || Remote::Invalid(InvalidData::new("mount_path", "`../etc` is not an absolute path"));
    check(
        &[],
        false,
        Some(Status::blocked("Waiting for media-storage relation")),
    );
    check(
        &[],
        true,
        Some(Status::blocked("Waiting for media-storage relation")),
    );
    check(
        &[relation(1, "vault", Remote::NotYet)],
        false,
        Some(Status::waiting("Waiting for shared storage")),
    );
    check(
        &[relation(1, "vault", Remote::NotYet)],
        true,
        Some(Status::waiting(
            "Shared storage withdrawn by vault; still mounted",
        )),
    );
    check(
        &[relation(1, "vault", invalid())],
        false,
        Some(Status::blocked(
            "media-storage: `mount_path`: `../etc` is not an absolute path",
        )),
    );
    check(
        &[relation(1, "vault", invalid())],
        true,
        Some(Status::blocked(
            "media-storage: `mount_path`: `../etc` is not an absolute path; still mounted",
        )),
    );
    let two = [
        relation(1, "vault", Remote::Ready(reels())),
        relation(4, "attic", Remote::NotYet),
    ];
    check(
        &two,
        false,
        Some(Status::blocked(
            "media-storage: more than one provider (vault, attic): remove all but one",
        )),
    );
    check(&[relation(1, "vault", Remote::Ready(reels()))], false, None);
}

#[test]
fn there_is_one_provider_or_none() {
    assert_eq!(
        Offer::of(&[relation(1, "vault", Remote::Ready(reels()))]).ready(),
        Some(&reels())
    );
    let two = [
        relation(1, "vault", Remote::Ready(reels())),
        relation(4, "attic", Remote::Ready(reels())),
    ];
    assert_eq!(Offer::of(&two).ready(), None);
}
