//! The decision as a table: facts in, one step or one status out.

use std::collections::BTreeMap;

use charmarr_lib::{
    Gid, MountPath, Uid,
    claim::{self, AccessMode, Backend, LiveClaim, LiveVolume, Phase, Source},
    interfaces::media_storage::MediaStorageProviderData,
};

use super::*;
use crate::{
    facts::{Consumer, Remembered, Seen},
    options::Wanted,
    stage::{claim as claim_stage, publish},
};

const NAME: &str = "charmarr-shared-storage";

fn fast_class() -> Backend {
    Backend::StorageClass {
        class: "fast".to_owned(),
    }
}

fn nas() -> Backend {
    Backend::NativeNfs {
        server: "nas.example".to_owned(),
        path: "/export".to_owned(),
    }
}

/// A claim of ours that is as wanted, remembered, and published to two applications.
fn settled(backend: Backend) -> Facts {
    let wanted = Wanted {
        claim: claim::Wanted {
            name: NAME.parse().unwrap(),
            model: "cinema".to_owned(),
            app: "vault".to_owned(),
            size: "100Gi".parse().unwrap(),
            access_mode: AccessMode::ReadWriteMany,
            backend,
        },
        named: false,
        puid: Uid::try_from(1001).unwrap(),
        pgid: Gid::try_from(1002).unwrap(),
        cleanup_on_remove: false,
    };
    let data = MediaStorageProviderData {
        pvc_name: wanted.claim.name.clone(),
        mount_path: MountPath::usual(),
        puid: wanted.puid,
        pgid: wanted.pgid,
    };
    let consumer = |number: u32, name: &str| Consumer {
        id: format!("media-storage:{number}").parse().unwrap(),
        name: name.to_owned(),
        published: Some(data.clone()),
    };
    let is_static = wanted.claim.backend.kind().is_static();
    let read = Read {
        claim: Some(claim(is_static)),
        volume: is_static.then(volume),
        volume_name: is_static.then(|| wanted.claim.volume_name()),
        original: false,
        renamed_to: None,
    };
    Facts {
        remembered: Some(Remembered {
            name: wanted.claim.name.clone(),
            uid: "claim-uid".to_owned(),
        }),
        cluster: Seen::Read(Box::new(read)),
        consumers: vec![consumer(3, "usher"), consumer(7, "kiosk")],
        noted: BTreeMap::from([(3, "usher".to_owned()), (7, "kiosk".to_owned())]),
        wanted,
    }
}

fn claim(is_static: bool) -> LiveClaim {
    LiveClaim {
        uid: "claim-uid".to_owned(),
        ownership: Ownership::Ours,
        phase: Phase::Bound,
        deleting: false,
        class: Some(if is_static {
            String::new()
        } else {
            "fast".to_owned()
        }),
        access_modes: vec!["ReadWriteMany".to_owned()],
        size: Some("100Gi".parse().unwrap()),
        volume: Some(if is_static {
            format!("cinema.{NAME}")
        } else {
            "pvc-1".to_owned()
        }),
    }
}

fn volume() -> LiveVolume {
    LiveVolume {
        name: format!("cinema.{NAME}"),
        uid: "volume-uid".to_owned(),
        ownership: Ownership::Ours,
        phase: Phase::Bound,
        deleting: false,
        source: Source::Nfs {
            server: "nas.example".to_owned(),
            path: "/export".to_owned(),
        },
        claim: Some(("cinema".to_owned(), NAME.to_owned())),
        reclaim_policy: "Retain".to_owned(),
    }
}

/// Something that happened.
type Change = fn(&mut Facts);

/// The facts of [`settled`] with something changed.
fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = settled(fast_class());
    change(&mut facts);
    facts
}

/// The same, with what is in the cluster changed.
fn reading(change: impl FnOnce(&mut Read)) -> Facts {
    with(|facts| change(read(facts)))
}

fn read(facts: &mut Facts) -> &mut Read {
    let Seen::Read(read) = &mut facts.cluster else {
        panic!("nothing is read")
    };
    read
}

fn the_claim(facts: &mut Facts) -> &mut LiveClaim {
    read(facts).claim.as_mut().unwrap()
}

#[track_caller]
fn check(facts: Facts, expect: impl std::borrow::Borrow<Decision<Step>>) {
    assert_eq!(decide(&Observed::Leader(Box::new(facts))), *expect.borrow());
}

#[track_caller]
fn blocked(facts: Facts, expect: &str) {
    check(facts, Decision::Settled(Status::blocked(expect)));
}

fn unpublished(facts: &mut Facts) {
    for consumer in &mut facts.consumers {
        consumer.published = None;
    }
}

#[test]
fn what_is_as_wanted_is_active_and_says_who_shares_it() {
    check(
        settled(fast_class()),
        Decision::Settled(Status::active("2 apps: kiosk, usher")),
    );
    check(
        settled(nas()),
        Decision::Settled(Status::active("2 apps: kiosk, usher")),
    );
    let one = with(|facts| {
        facts.consumers.pop();
        facts.noted.remove(&7);
    });
    check(one, Decision::Settled(Status::active("1 app: usher")));
    let none = with(|facts| {
        facts.consumers.clear();
        facts.noted.clear();
    });
    check(none, Decision::Settled(Status::active("")));
}

#[test]
fn gates_open_one_after_the_other() {
    assert_eq!(
        decide(&Observed::Standby),
        Decision::Settled(Status::active("Standby (leader manages storage)"))
    );
    let wrong = Status::blocked("backend-type not configured");
    assert_eq!(
        decide(&Observed::Invalid(wrong.clone())),
        Decision::Settled(wrong)
    );
}

#[test]
fn an_absent_claim_is_made_once_after_its_volume() {
    let absent = |backend| {
        let mut facts = settled(backend);
        facts.remembered = None;
        unpublished(&mut facts);
        let read = read(&mut facts);
        read.claim = None;
        read.volume = None;
        facts
    };
    let make = |step| Decision::Do(Step::Claim(step));
    let dynamic = absent(fast_class());
    let wanted = dynamic.wanted.claim.clone();
    check(dynamic, make(claim_stage::Step::ApplyClaim(wanted)));

    let mut facts = absent(nas());
    let wanted = facts.wanted.claim.clone();
    check(
        facts.clone(),
        make(claim_stage::Step::ApplyVolume(wanted.clone())),
    );
    read(&mut facts).volume = Some(volume());
    check(facts, make(claim_stage::Step::ApplyClaim(wanted)));
}

#[test]
fn a_claim_that_is_there_is_remembered_before_it_is_published() {
    let facts = with(|facts| {
        facts.remembered = None;
        unpublished(facts);
    });
    let remembered = Remembered {
        name: NAME.parse().unwrap(),
        uid: "claim-uid".to_owned(),
    };
    check(
        facts,
        Decision::Do(Step::Claim(claim_stage::Step::Remember(remembered))),
    );
}

#[test]
fn a_claim_is_published_while_it_waits_for_its_first_consumer() {
    let facts = with(|facts| {
        the_claim(facts).phase = Phase::Pending;
        unpublished(facts);
    });
    let data = MediaStorageProviderData {
        pvc_name: NAME.parse().unwrap(),
        mount_path: MountPath::usual(),
        puid: Uid::try_from(1001).unwrap(),
        pgid: Gid::try_from(1002).unwrap(),
    };
    check(facts, Decision::Do(Step::Publish(publish::Step::Publish(data))));
}

#[test]
fn another_user_is_published_again() {
    let facts = with(|facts| facts.wanted.puid = Uid::try_from(2000).unwrap());
    let Decision::Do(Step::Publish(publish::Step::Publish(data))) =
        decide(&Observed::Leader(Box::new(facts)))
    else {
        panic!("nothing is published");
    };
    assert_eq!((data.puid.get(), data.pgid.get()), (2000, 1002));
}

#[test]
fn who_comes_and_goes_is_noted() {
    let facts = with(|facts| {
        facts.noted = BTreeMap::from([(2, "gone".to_owned()), (3, "usher".to_owned())]);
    });
    let step = publish::Step::Note {
        before: facts.noted.clone(),
        now: settled(fast_class()).noted,
    };
    check(facts, Decision::Do(Step::Publish(step)));
}

#[test]
fn what_the_claim_cannot_follow_is_said_and_nothing_is_withdrawn() {
    let again = |option: &str, live: &str, wanted: &str| {
        format!(
            "Cannot change {option} from '{live}' to '{wanted}' once the claim exists: run `juju config vault {option}={live}`"
        )
    };
    let size = with(|facts| facts.wanted.claim.size = "200Gi".parse().unwrap());
    blocked(size, &again("size", "100Gi", "200Gi"));
    let smaller = with(|facts| facts.wanted.claim.size = "1Gi".parse().unwrap());
    blocked(smaller, &again("size", "100Gi", "1Gi"));
    let class = with(|facts| {
        facts.wanted.claim.backend = Backend::StorageClass {
            class: "slow".to_owned(),
        }
    });
    blocked(class, &again("storage-class", "fast", "slow"));
    let mode = with(|facts| facts.wanted.claim.access_mode = AccessMode::ReadWriteOnce);
    blocked(mode, &again("access-mode", "ReadWriteMany", "ReadWriteOnce"));
    let mut server = settled(nas());
    server.wanted.claim.backend = Backend::NativeNfs {
        server: "other.example".to_owned(),
        path: "/export".to_owned(),
    };
    blocked(server, &again("nfs-server", "nas.example", "other.example"));
    let mut path = settled(nas());
    path.wanted.claim.backend = Backend::NativeNfs {
        server: "nas.example".to_owned(),
        path: "/other".to_owned(),
    };
    blocked(path, &again("nfs-path", "/export", "/other"));
    let name = reading(|read| read.renamed_to = Some("second".parse().unwrap()));
    blocked(name, &again("claim-name", NAME, "second"));
    let backend = with(|facts| facts.wanted.claim.backend = nas());
    blocked(
        backend,
        "Cannot change backend from 'storage-class' to 'native-nfs'. Redeploy with required backend (WARNING: may cause data loss).",
    );
    let same = with(|facts| facts.wanted.claim.size = "0.09765625Ti".parse().unwrap());
    check(same, Decision::Settled(Status::active("2 apps: kiosk, usher")));
}

#[test]
fn what_is_going_or_gone_is_withdrawn_before_it_is_said() {
    let withdraw = || Decision::Do(Step::Publish(publish::Step::Withdraw));
    let gone: Change = |facts| read(facts).claim = None;
    let going: Change = |facts| the_claim(facts).deleting = true;
    let lost: Change = |facts| the_claim(facts).phase = Phase::Lost;
    let cases: [(Change, &str); 3] = [
        (
            gone,
            "Claim charmarr-shared-storage is gone. Restore it, or set claim-name to another name to start an empty one",
        ),
        (
            going,
            "Claim charmarr-shared-storage is being deleted: it goes when no application mounts it any more",
        ),
        (lost, "PVC lost. Check storage backend"),
    ];
    for (change, text) in cases {
        check(with(change), withdraw());
        blocked(
            with(|facts| {
                change(facts);
                unpublished(facts);
            }),
            text,
        );
    }
}

#[test]
fn an_original_claim_is_never_left_beside_an_empty_new_one() {
    let facts = with(|facts| {
        facts.remembered = None;
        let read = read(facts);
        read.claim = None;
        read.original = true;
    });
    blocked(
        facts,
        "Found claim charmarr-shared-media. Set claim-name=charmarr-shared-media to go on with it, or another name to start an empty one",
    );
}

#[test]
fn a_foreign_claim_is_used_only_when_a_person_named_it() {
    let foreign = |named| {
        with(|facts| {
            facts.wanted.named = named;
            let claim = the_claim(facts);
            claim.ownership = Ownership::Foreign;
            claim.size = Some("5Gi".parse().unwrap());
        })
    };
    blocked(
        foreign(false),
        "Claim charmarr-shared-storage belongs to someone else. Set claim-name=charmarr-shared-storage to use it as it is, or another name",
    );
    check(
        foreign(true),
        Decision::Settled(Status::active("2 apps: kiosk, usher")),
    );
}

#[test]
fn a_cluster_that_cannot_be_used_is_said() {
    let seen = |seen| with(|facts| facts.cluster = seen);
    blocked(
        seen(Seen::Forbidden {
            verb: "get".to_owned(),
            resource: "persistentvolumeclaims".to_owned(),
        }),
        "Not allowed to get persistentvolumeclaims: run `juju trust vault --scope=cluster`",
    );
    blocked(seen(Seen::Refused("exceeded quota".to_owned())), "exceeded quota");
    check(
        seen(Seen::Unavailable),
        Decision::wait(Status::waiting("Waiting for the Kubernetes API")),
    );
}

#[test]
fn removal_deletes_only_what_is_ours_and_only_when_asked() {
    let leaving = |leaving| decide(&Observed::Leaving(leaving));
    assert_eq!(
        leaving(Leaving::Keeping),
        Decision::Settled(Status::maintenance("The claim and its data are kept"))
    );
    let cleaning = |ownership, deleting| {
        let mut claim = claim(true);
        claim.ownership = ownership;
        claim.deleting = deleting;
        let mut volume = volume();
        volume.ownership = ownership;
        volume.deleting = deleting;
        let read = Read {
            claim: Some(claim),
            volume: Some(volume),
            ..Read::default()
        };
        leaving(Leaving::CleaningUp {
            claim: Box::new(read),
            name: NAME.parse().unwrap(),
        })
    };
    let all = Step::CleanUp {
        claim: Some(Target {
            name: NAME.to_owned(),
            uid: "claim-uid".to_owned(),
        }),
        volume: Some(Target {
            name: format!("cinema.{NAME}"),
            uid: "volume-uid".to_owned(),
        }),
    };
    assert_eq!(cleaning(Ownership::Ours, false), Decision::Do(all.clone()));
    assert_eq!(cleaning(Ownership::Original, false), Decision::Do(all));
    let nothing = Decision::Settled(Status::maintenance("Nothing of ours is left to delete"));
    assert_eq!(cleaning(Ownership::Foreign, false), nothing);
    assert_eq!(cleaning(Ownership::Ours, true), nothing);
}
