//! Up to the mount.

use juju_ops::{Decision, InvalidData, Status};

use super::*;
use crate::media_app::facts::Refusal;
use crate::media_app::stage::{mount, relation, workload};
use crate::mount::SharedMount;

#[test]
fn the_storage_is_told_first() {
    check(
        |facts| {
            facts.relation.untold = true;
            facts.stateful_set = None;
        },
        does(Step::Relation(relation::Step::Publish)),
    );
}

#[test]
fn kubernetes_must_be_seen() {
    let seen = |kubernetes| move |facts: &mut Facts| facts.stateful_set = Some(kubernetes);
    check(
        seen(Kubernetes::Untrusted),
        blocked("Not trusted: run `juju trust booth --scope=cluster`"),
    );
    check(
        seen(Kubernetes::Unreachable),
        waiting("Waiting for the Kubernetes API"),
    );
    check(
        seen(Kubernetes::Said(None)),
        waiting("Waiting for StatefulSet booth"),
    );
    check(
        |facts| facts.stateful_set = None,
        waiting("Waiting for the Kubernetes API"),
    );
}

#[test]
fn an_offer_is_mounted_and_remembered() {
    check(
        |facts| facts.stateful_set = Some(Kubernetes::Said(Some(nothing_mounted()))),
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
            facts.stateful_set = Some(Kubernetes::Said(Some(Mounted {
                co_owners: vec!["python".to_owned()],
                ..mounted("reel-store")
            })));
        },
        does(Step::Mount(mount::Step::Adopt)),
    );
}

#[test]
fn what_is_in_the_way_of_a_mount_is_told() {
    check(
        |facts| {
            facts.stateful_set = Some(Kubernetes::Said(Some(Mounted {
                beside: vec!["/config".to_owned(), "/reels/old".to_owned()],
                ..nothing_mounted()
            })));
        },
        blocked("media-storage: `mount_path`: the container has a mount at `/reels/old` already"),
    );
    check(
        |facts| {
            facts.stateful_set = Some(Kubernetes::Said(Some(Mounted {
                volume: Some(Volume::Other),
                co_owners: vec!["python".to_owned()],
                ..nothing_mounted()
            })));
        },
        blocked(
            "Cannot mount shared storage: volume charmarr-shared-data is no writable claim (by `python`)",
        ),
    );
}

#[test]
fn a_refused_change_is_told() {
    let refused = |refusal| {
        move |facts: &mut Facts| {
            facts.stateful_set = Some(Kubernetes::Said(Some(nothing_mounted())));
            facts.refusal = Some(refusal);
        }
    };
    check(
        refused(Refusal::Untrusted),
        blocked("Not trusted: run `juju trust booth --scope=cluster`"),
    );
    check(
        refused(Refusal::InTheWay {
            owner: Some("python".to_owned()),
            what: "another claimName is set".to_owned(),
        }),
        blocked("Cannot mount shared storage: another claimName is set (by `python`)"),
    );
    check(
        refused(Refusal::InTheWay {
            owner: None,
            what: "exceeded quota".to_owned(),
        }),
        blocked("Cannot mount shared storage: exceeded quota"),
    );
}

#[test]
fn without_a_relation_nothing_stays_mounted() {
    let unrelated = |kubernetes, kept: Option<&'static str>| {
        move |facts: &mut Facts| {
            facts.relation.offer = Offer::NotRelated;
            facts.relation.kept = kept.map(data);
            facts.stateful_set = Some(kubernetes);
        }
    };
    let never_related = blocked("Waiting for media-storage relation");
    check(
        unrelated(Kubernetes::Said(Some(mounted("reel-store"))), Some("reel-store")),
        does(Step::Mount(mount::Step::Unmount)),
    );
    check(
        unrelated(Kubernetes::Said(Some(mounted("reel-store"))), None),
        does(Step::Mount(mount::Step::Unmount)),
    );
    check(
        unrelated(Kubernetes::Said(Some(nothing_mounted())), Some("reel-store")),
        does(Step::Mount(mount::Step::Forget)),
    );
    check(
        unrelated(Kubernetes::Said(Some(nothing_mounted())), None),
        never_related.clone(),
    );
    for unseen in [
        Kubernetes::Untrusted,
        Kubernetes::Said(None),
        Kubernetes::Unreachable,
    ] {
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
            facts.stateful_set = Some(Kubernetes::Said(Some(nothing_mounted())));
        }
    };
    let provider = || "vault".parse().unwrap();
    // The relation is there and the storage says nothing: only the storage's own status knows why.
    let not_yet = Decision::Settled(Status::waiting("Waiting for shared storage"));
    check(fresh(Offer::NotYet { provider: provider() }), not_yet.clone());
    check(
        |facts| {
            fresh(Offer::NotYet { provider: provider() })(facts);
            facts.stateful_set = Some(Kubernetes::Untrusted);
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
            facts.stateful_set = Some(Kubernetes::Said(Some(mounted("other-store"))));
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
                Offer::Invalid(InvalidData::new("puid", "-1 is not an id: 0 to 2147483647"));
        },
        blocked("media-storage: `puid`: -1 is not an id: 0 to 2147483647; still mounted"),
    );
}
