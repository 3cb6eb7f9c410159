//! The decision as a table: facts in, one step or one status out.

use std::collections::BTreeMap;

use charmarr_lib::{
    Gid, MountPath, Uid,
    claim::{self, AccessMode, Backend, LiveClaim, LiveVolume, Ownership, Phase, ReservedFor, Source},
    interfaces::media_storage::MediaStorageProviderData,
};

use super::*;
use crate::{
    facts::{Consumer, Read, Seen},
    memory::{InUse, Memory, Remembered},
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
        in_use: InUse::Claim(remembered()),
        claim: Some(claim(is_static)),
        volume: is_static.then(volume),
        volume_name: is_static.then(|| wanted.claim.volume_name()),
        original: false,
        renamed_to: None,
    };
    Facts {
        remembered: Some(remembered()),
        cluster: Seen::Read(Box::new(read)),
        consumers: vec![consumer(3, "usher"), consumer(7, "kiosk")],
        noted: BTreeMap::from([(3, "usher".to_owned()), (7, "kiosk".to_owned())]),
        idle: false,
        wanted,
    }
}

fn remembered() -> Remembered {
    Remembered {
        name: NAME.parse().unwrap(),
        uid: "claim-uid".to_owned(),
    }
}

pub(crate) fn claim(is_static: bool) -> LiveClaim {
    LiveClaim {
        name: NAME.to_owned(),
        goes_with: None,
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
        claim: Some(ReservedFor {
            namespace: "cinema".to_owned(),
            name: NAME.to_owned(),
            uid: Some("claim-uid".to_owned()),
        }),
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

/// The facts of another unit that has just become the leader: it remembers nothing, and reads what all can read.
fn another_leader(mut facts: Facts) -> Facts {
    facts.remembered = None;
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

/// Before the first claim.
fn nothing_yet(facts: &mut Facts) {
    unpublished(facts);
    facts.remembered = None;
    let read = read(facts);
    read.in_use = InUse::Nothing;
    read.claim = None;
    read.volume = None;
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
        nothing_yet(&mut facts);
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
    let mut fresh = volume();
    fresh.claim.as_mut().unwrap().uid = None;
    read(&mut facts).volume = Some(fresh);
    check(facts, make(claim_stage::Step::ApplyClaim(wanted)));
}

#[test]
fn a_claim_that_is_there_is_remembered_before_it_is_published() {
    let facts = with(|facts| {
        facts.remembered = None;
        unpublished(facts);
    });
    check(
        facts,
        Decision::Do(Step::Claim(claim_stage::Step::Remember(remembered()))),
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
    let name = || reading(|read| read.renamed_to = Some("second".parse().unwrap()));
    let new = another_leader(name());
    check(
        new,
        Decision::Do(Step::Claim(claim_stage::Step::Remember(remembered()))),
    );
    blocked(name(), &again("claim-name", NAME, "second"));
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
        check(another_leader(with(change)), withdraw());
        let withdrawn = with(|facts| {
            change(facts);
            unpublished(facts);
        });
        blocked(another_leader(withdrawn.clone()), text);
        blocked(withdrawn, text);
    }
}

#[test]
fn an_original_claim_is_never_left_beside_an_empty_new_one() {
    let facts = with(|facts| {
        nothing_yet(facts);
        read(facts).original = true;
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
fn a_claim_that_only_a_person_can_choose_is_not_made() {
    let in_use = |in_use| {
        with(|facts| {
            nothing_yet(facts);
            read(facts).in_use = in_use;
        })
    };
    let several = InUse::Several(vec!["attic".to_owned(), "reels".to_owned()]);
    blocked(
        in_use(several),
        "Found claims attic, reels. Set claim-name to the one to go on with",
    );
    blocked(
        in_use(InUse::Unreadable),
        "Cannot read which claim was in use. If none was: `kubectl annotate statefulset vault charmarr.io/claim-`",
    );
}

/// The static claim is not bound, and its volume is as changed.
fn unbound(change: impl FnOnce(&mut LiveVolume)) -> Facts {
    let mut facts = settled(nas());
    let read = read(&mut facts);
    read.claim.as_mut().unwrap().phase = Phase::Pending;
    change(read.volume.as_mut().unwrap());
    facts
}

fn of_an_earlier_claim(volume: &mut LiveVolume) {
    volume.phase = Phase::Released;
    volume.claim.as_mut().unwrap().uid = Some("earlier-uid".to_owned());
}

#[test]
fn a_volume_of_an_earlier_claim_is_reclaimed() {
    let reclaim = Decision::Do(Step::Claim(claim_stage::Step::Reclaim {
        volume: format!("cinema.{NAME}"),
        uid: "earlier-uid".to_owned(),
    }));
    check(unbound(of_an_earlier_claim), &reclaim);
    let before_the_claim = {
        let mut facts = unbound(of_an_earlier_claim);
        let left = read(&mut facts).volume.take();
        nothing_yet(&mut facts);
        read(&mut facts).volume = left;
        facts
    };
    check(before_the_claim, &reclaim);
}

#[test]
fn a_static_claim_that_cannot_bind_is_blocked() {
    let foreign = unbound(|volume| {
        of_an_earlier_claim(volume);
        volume.ownership = Ownership::Foreign;
    });
    blocked(
        foreign,
        &format!("Volume cinema.{NAME} belongs to someone else. Set claim-name to another name"),
    );
    let another = unbound(|volume| volume.claim.as_mut().unwrap().namespace = "opera".to_owned());
    blocked(
        another,
        &format!("Volume cinema.{NAME} is for claim opera/{NAME}. Set claim-name to another name"),
    );
    blocked(
        unbound(|volume| volume.deleting = true),
        &format!("Volume cinema.{NAME} is being deleted: a new one is made when it is gone"),
    );
    blocked(
        unbound(|volume| volume.phase = Phase::Failed),
        "NFS PV failed. Check storage backend",
    );
}

#[test]
fn a_claim_that_had_its_time_to_bind_says_that_it_waits() {
    let idle = |mut facts: Facts| {
        facts.idle = true;
        facts
    };
    let pending = || with(|facts| the_claim(facts).phase = Phase::Pending);
    let describe = format!("see `kubectl -n cinema describe pvc {NAME}`");
    check(
        idle(pending()),
        Decision::Settled(Status::active(format!(
            "2 apps: kiosk, usher; claim {NAME} waits to be provisioned: {describe}"
        ))),
    );
    let mut alone = pending();
    alone.consumers.clear();
    alone.noted.clear();
    check(
        idle(alone),
        Decision::Settled(Status::active(format!(
            "Claim {NAME} waits for its first application"
        ))),
    );
    check(
        idle(unbound(|volume| volume.phase = Phase::Available)),
        Decision::Settled(Status::waiting(format!(
            "Claim {NAME} waits for volume cinema.{NAME}: {describe}"
        ))),
    );
    check(
        idle(settled(nas())),
        Decision::Settled(Status::active("2 apps: kiosk, usher")),
    );
}

/// What the last unit leaves behind, with something changed.
fn left(change: impl FnOnce(&mut Estate)) -> Decision<Step> {
    let mut estate = Estate {
        memory: Memory::Claim(remembered()),
        claims: vec![claim(true)],
        application: Some("set-uid".to_owned()),
    };
    change(&mut estate);
    decide(&Observed::Leaving(Leaving::Last(Box::new(estate))))
}

#[test]
fn the_claim_in_use_goes_with_the_application_and_not_before() {
    let hand_over = Decision::Do(Step::HandOver {
        claim: Target {
            name: NAME.to_owned(),
            uid: "claim-uid".to_owned(),
        },
        application: "set-uid".to_owned(),
    });
    assert_eq!(left(|_| {}), hand_over);
    assert_eq!(
        left(|estate| estate.claims[0].ownership = Ownership::Original),
        hand_over
    );
    let goes = Decision::Settled(Status::maintenance(format!(
        "Claim {NAME} goes with the application"
    )));
    assert_eq!(
        left(|estate| estate.claims[0].goes_with = Some("set-uid".to_owned())),
        goes
    );
    assert_eq!(left(|estate| estate.claims[0].deleting = true), goes);
}

#[test]
fn no_claim_goes_but_the_one_that_is_remembered_and_ours() {
    let kept = Decision::Settled(Status::maintenance("The claim and its data are kept"));
    assert_eq!(decide(&Observed::Leaving(Leaving::Keeping)), kept);
    assert_eq!(
        left(|estate| estate.claims[0].ownership = Ownership::Foreign),
        kept
    );
    assert_eq!(left(|estate| estate.claims[0].uid = "later-uid".to_owned()), kept);
    assert_eq!(left(|estate| estate.claims[0].name = "reels".to_owned()), kept);
    assert_eq!(left(|estate| estate.memory = Memory::Nothing), kept);
    assert_eq!(left(|estate| estate.memory = Memory::Unreadable), kept);
    assert_eq!(left(|estate| estate.application = None), kept);
}

#[test]
fn an_application_that_is_there_again_takes_its_claim_back() {
    let handed_over = with(|facts| the_claim(facts).goes_with = Some("set-uid".to_owned()));
    let take_back = Decision::Do(Step::Claim(claim_stage::Step::TakeBack {
        claim: Target {
            name: NAME.to_owned(),
            uid: "claim-uid".to_owned(),
        },
        application: "set-uid".to_owned(),
    }));
    check(handed_over.clone(), &take_back);
    check(another_leader(handed_over), &take_back);
}
