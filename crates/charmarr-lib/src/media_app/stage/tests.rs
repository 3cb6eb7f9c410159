//! What the stages decide, from facts to the next step or the status.

use juju_ops::{Decision, InvalidConfig, InvalidData, LONGEST_POLL, Status};
use pebble_client::{Current, Layer};
use std::time::Duration;

use super::{Step, decide, mount, ready, relation, standby, workload};
use crate::interfaces::media_storage::{MediaStorageProviderData, Offer};
use crate::media_app::desired::Desired;
use crate::media_app::facts::{
    Container, Facts, Kubernetes, Observed, Ready, RelationFacts, Standby, Workload,
};
use crate::mount::{MountPoint, Mounted, SharedMount, Volume};

fn data(claim: &str) -> MediaStorageProviderData {
    MediaStorageProviderData {
        pvc_name: claim.parse().unwrap(),
        mount_path: "/reels".parse().unwrap(),
        puid: 1234.try_into().unwrap(),
        pgid: 4321.try_into().unwrap(),
    }
}

fn nothing_mounted() -> Mounted {
    Mounted {
        uid: "8c1f".to_owned(),
        volume: None,
        points: Vec::new(),
        beside: vec!["/config".to_owned()],
        volume_is_ours: false,
        co_owners: Vec::new(),
    }
}

fn mounted(claim: &str) -> Mounted {
    Mounted {
        volume: Some(Volume::Claim(claim.to_owned())),
        points: vec![MountPoint {
            container: "jukebox".to_owned(),
            path: "/reels".to_owned(),
            plain: true,
            ours: true,
        }],
        volume_is_ours: true,
        ..nothing_mounted()
    }
}

fn desired() -> Desired {
    Desired {
        mount_path: "/reels".parse().unwrap(),
        uid: 1234.try_into().unwrap(),
        gid: 4321.try_into().unwrap(),
        folders: Vec::new(),
        layer: Layer::new().summary("the layer"),
    }
}

fn running() -> Workload {
    Workload {
        missing: Vec::new(),
        config_is_writable: true,
        planned: true,
        service: Some(Current::Active),
        started: false,
    }
}

/// An application with everything as wanted.
fn steady() -> Facts {
    Facts {
        app: "booth".parse().unwrap(),
        container: "jukebox",
        port: 8765,
        refusal: None,
        relation: RelationFacts {
            offer: Offer::Ready(data("reel-store")),
            untold: false,
            kept: Some(data("reel-store")),
        },
        kubernetes: Some(Kubernetes::Found(mounted("reel-store"))),
        pod_is_current: Some(true),
        desired: Some(Ok(desired())),
        workload: Some(Container::Seen(running())),
        ready: Some(Ready {
            answers: true,
            port_is_open: true,
        }),
    }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Facts), expect: Decision<Step>) {
    let mut facts = steady();
    change(&mut facts);
    assert_eq!(decide(&Observed::Leader(Box::new(facts))), expect);
}

fn does(step: Step) -> Decision<Step> {
    Decision::Do(step)
}

fn blocked(text: &str) -> Decision<Step> {
    Decision::Settled(Status::blocked(text))
}

fn waiting(text: &str) -> Decision<Step> {
    Decision::wait(Status::waiting(text))
}

fn polling(text: &str) -> Decision<Step> {
    Decision::Wait {
        status: Status::waiting(text),
        poll_for: LONGEST_POLL,
    }
}

#[test]
fn everything_as_wanted_is_active() {
    check(|_| {}, Decision::Settled(Status::active("")));
}

#[test]
fn a_unit_that_does_not_lead_runs_nothing() {
    let check = |beside, running, expect| {
        assert_eq!(decide(&Observed::Standby(Standby { beside, running })), expect);
    };
    check(0, false, waiting("Standby (non-leader)"));
    check(0, true, waiting("Standby (non-leader)"));
    check(1, true, does(Step::Standby(standby::Step::Stop)));
    check(
        2,
        false,
        blocked("Scaling not supported - only leader runs workload"),
    );
}

#[test]
fn a_refusal_is_told_before_all_else() {
    check(
        |facts| {
            facts.refusal = Some(Status::blocked("told"));
            facts.relation.untold = true;
        },
        blocked("told"),
    );
}

#[test]
fn the_storage_is_told_first() {
    check(
        |facts| {
            facts.relation.untold = true;
            facts.kubernetes = None;
        },
        does(Step::Relation(relation::Step::Publish)),
    );
}

#[test]
fn kubernetes_must_be_seen() {
    let seen = |kubernetes| move |facts: &mut Facts| facts.kubernetes = Some(kubernetes);
    check(
        seen(Kubernetes::Untrusted),
        blocked("Not trusted: run `juju trust booth --scope=cluster`"),
    );
    check(
        seen(Kubernetes::Unreachable),
        waiting("Waiting for the Kubernetes API"),
    );
    check(seen(Kubernetes::Absent), waiting("Waiting for StatefulSet booth"));
    check(
        |facts| facts.kubernetes = None,
        waiting("Waiting for the Kubernetes API"),
    );
}

#[test]
fn an_offer_is_mounted_and_remembered() {
    check(
        |facts| facts.kubernetes = Some(Kubernetes::Found(nothing_mounted())),
        does(Step::Mount(mount::Step::Mount(SharedMount::from(&data(
            "reel-store",
        ))))),
    );
    check(
        |facts| facts.relation.offer = Offer::Ready(data("other-store")),
        does(Step::Mount(mount::Step::Mount(SharedMount::from(&data(
            "other-store",
        ))))),
    );
    check(
        |facts| facts.relation.kept = None,
        does(Step::Mount(mount::Step::Keep(data("reel-store")))),
    );
    check(
        |facts| {
            facts.kubernetes = Some(Kubernetes::Found(Mounted {
                co_owners: vec!["python".to_owned()],
                ..mounted("reel-store")
            }));
        },
        does(Step::Mount(mount::Step::Adopt)),
    );
}

#[test]
fn what_is_in_the_way_of_a_mount_is_told() {
    check(
        |facts| {
            facts.kubernetes = Some(Kubernetes::Found(Mounted {
                beside: vec!["/config".to_owned(), "/reels/old".to_owned()],
                ..nothing_mounted()
            }));
        },
        blocked("media-storage: `mount_path`: the container has a mount at `/reels/old` already"),
    );
    check(
        |facts| {
            facts.kubernetes = Some(Kubernetes::Found(Mounted {
                volume: Some(Volume::Other),
                co_owners: vec!["python".to_owned()],
                ..nothing_mounted()
            }));
        },
        blocked(
            "Cannot mount shared storage: volume charmarr-shared-data is no writable claim (by `python`)",
        ),
    );
}

#[test]
fn without_a_relation_nothing_stays_mounted() {
    let unrelated = |kubernetes, kept: Option<&'static str>| {
        move |facts: &mut Facts| {
            facts.relation.offer = Offer::NotRelated;
            facts.relation.kept = kept.map(data);
            facts.kubernetes = Some(kubernetes);
        }
    };
    let never_related = blocked("Waiting for media-storage relation");
    check(
        unrelated(Kubernetes::Found(mounted("reel-store")), Some("reel-store")),
        does(Step::Mount(mount::Step::Unmount)),
    );
    check(
        unrelated(Kubernetes::Found(mounted("reel-store")), None),
        does(Step::Mount(mount::Step::Unmount)),
    );
    check(
        unrelated(Kubernetes::Found(nothing_mounted()), Some("reel-store")),
        does(Step::Mount(mount::Step::Forget)),
    );
    check(
        unrelated(Kubernetes::Found(nothing_mounted()), None),
        never_related.clone(),
    );
    for unseen in [Kubernetes::Untrusted, Kubernetes::Absent, Kubernetes::Unreachable] {
        check(unrelated(unseen, None), never_related.clone());
    }
    // What is mounted can only be unmounted with Kubernetes.
    check(
        unrelated(Kubernetes::Untrusted, Some("reel-store")),
        blocked("Not trusted: run `juju trust booth --scope=cluster`"),
    );
    check(
        unrelated(Kubernetes::Unreachable, Some("reel-store")),
        waiting("Waiting for the Kubernetes API"),
    );
}

#[test]
fn an_offer_that_never_was_is_waited_for() {
    let fresh = |offer| {
        move |facts: &mut Facts| {
            facts.relation.offer = offer;
            facts.relation.kept = None;
            facts.kubernetes = Some(Kubernetes::Found(nothing_mounted()));
        }
    };
    let provider = || "vault".parse().unwrap();
    // The relation is there and the storage says nothing: only the storage's own status knows why.
    let not_yet = Decision::Settled(Status::waiting("Waiting for shared storage"));
    check(fresh(Offer::NotYet { provider: provider() }), not_yet.clone());
    check(
        |facts| {
            fresh(Offer::NotYet { provider: provider() })(facts);
            facts.kubernetes = Some(Kubernetes::Untrusted);
        },
        not_yet,
    );
    check(
        fresh(Offer::Invalid(InvalidData::new(
            "mount_path",
            "`../etc` is not an absolute path",
        ))),
        blocked("media-storage: `mount_path`: `../etc` is not an absolute path"),
    );
    check(
        fresh(Offer::Several {
            providers: vec![provider(), "attic".parse().unwrap()],
        }),
        blocked("media-storage: more than one provider (vault, attic): remove all but one"),
    );
}

#[test]
fn an_offer_taken_back_leaves_the_workload_as_it_is() {
    let withdrawn = || Offer::NotYet {
        provider: "vault".parse().unwrap(),
    };
    let told = Decision::Settled(Status::waiting(
        "Shared storage withdrawn by vault; still mounted",
    ));
    check(|facts| facts.relation.offer = withdrawn(), told.clone());
    // After a restart of the pod it is started again, with the data of before.
    check(
        |facts| {
            facts.relation.offer = withdrawn();
            facts.workload = Some(Container::Seen(Workload {
                planned: false,
                service: None,
                ..running()
            }));
        },
        does(Step::Workload(workload::Step::Configure(desired().layer))),
    );
    // Another claim is mounted than the one remembered, or nothing is remembered: hands off.
    check(
        |facts| {
            facts.relation.offer = withdrawn();
            facts.kubernetes = Some(Kubernetes::Found(mounted("other-store")));
        },
        told.clone(),
    );
    check(
        |facts| {
            facts.relation.offer = withdrawn();
            facts.relation.kept = None;
        },
        told,
    );
    check(
        |facts| {
            facts.relation.offer =
                Offer::Invalid(InvalidData::new("puid", "-1 is not an id: 0 to 2147483647"))
        },
        blocked("media-storage: `puid`: -1 is not an id: 0 to 2147483647; still mounted"),
    );
}

#[test]
fn nothing_is_begun_in_a_pod_that_is_replaced() {
    check(
        |facts| {
            facts.pod_is_current = Some(false);
            facts.workload = None;
        },
        waiting("Restarting with the shared storage"),
    );
}

#[test]
fn no_workload_before_its_volume_is_seen() {
    let stopped = Workload {
        planned: false,
        service: None,
        ..running()
    };
    let container = |container| move |facts: &mut Facts| facts.workload = Some(container);
    check(container(Container::Unreachable), waiting("Waiting for Pebble"));
    check(
        container(Container::NoVolume),
        waiting("Waiting for the shared storage at /reels"),
    );
    check(
        container(Container::ReadOnly),
        blocked("Shared storage at /reels is read-only"),
    );
    check(
        container(Container::Seen(stopped)),
        does(Step::Workload(workload::Step::Configure(desired().layer))),
    );
}

#[test]
fn the_workload_is_prepared_in_order() {
    let (uid, gid) = (desired().uid, desired().gid);
    let seen = |workload| move |facts: &mut Facts| facts.workload = Some(Container::Seen(workload));
    let paths = vec!["/reels/media".to_owned()];
    let bare = Workload {
        missing: paths.clone(),
        config_is_writable: false,
        planned: false,
        service: None,
        started: false,
    };
    check(
        seen(bare.clone()),
        does(Step::Workload(workload::Step::MakeFolders { paths, uid, gid })),
    );
    let bare = Workload {
        missing: Vec::new(),
        ..bare
    };
    check(
        seen(bare.clone()),
        does(Step::Workload(workload::Step::OwnConfig { uid, gid })),
    );
    let bare = Workload {
        config_is_writable: true,
        ..bare
    };
    check(
        seen(bare),
        does(Step::Workload(workload::Step::Configure(desired().layer))),
    );
}

#[test]
fn a_service_that_stands_still_is_started_once() {
    let service = |service, started| {
        move |facts: &mut Facts| {
            facts.workload = Some(Container::Seen(Workload {
                service,
                started,
                ..running()
            }))
        }
    };
    let start = || does(Step::Workload(workload::Step::Start));
    check(service(Some(Current::Inactive), false), start());
    check(service(Some(Current::Error), false), start());
    check(service(None, false), start());
    check(
        service(Some(Current::Inactive), true),
        polling("Waiting for workload"),
    );
    check(
        service(Some(Current::Backoff), true),
        polling("Waiting for workload"),
    );
    check(
        service(Some(Current::Backoff), false),
        waiting("Waiting for workload"),
    );
}

#[test]
fn an_application_is_active_when_it_answers() {
    let silent = Some(Ready {
        answers: false,
        port_is_open: false,
    });
    check(
        |facts| facts.ready = silent.clone(),
        waiting("Waiting for workload"),
    );
    check(
        |facts| {
            facts.ready = silent.clone();
            facts.workload = Some(Container::Seen(Workload {
                started: true,
                ..running()
            }));
        },
        polling("Waiting for workload"),
    );
    check(
        |facts| {
            facts.ready = Some(Ready {
                answers: true,
                port_is_open: false,
            })
        },
        does(Step::Ready(ready::Step::OpenPort(8765))),
    );
    assert_eq!(LONGEST_POLL, Duration::from_secs(5));
}

#[test]
fn a_wrong_option_is_named() {
    check(
        |facts| {
            facts.desired = Some(Err(InvalidConfig {
                option: "variant".to_owned(),
                reason: "unknown".to_owned(),
            }));
            facts.workload = None;
        },
        blocked("option `variant`: unknown"),
    );
}
