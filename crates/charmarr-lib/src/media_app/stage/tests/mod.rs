//! What the stages decide, from facts to the next step or the status.

mod mounting;
mod running;

use std::time::Duration;

use juju_ops::{Decision, LONGEST_POLL, Status};
use pebble_client::{Current, Layer};

use super::{Gate, Step, decide, gate};
use crate::interfaces::media_storage::{MediaStorageProviderData, Offer};
use crate::media_app::desired::Desired;
use crate::media_app::facts::{Container, Facts, Kubernetes, Observed, Ready, RelationFacts, Workload};
use crate::mount::{MountPoint, Mounted, Volume};

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
        config_is_given: true,
        planned: true,
        service: Some(Current::Active),
        started: None,
        unprepared: None,
    }
}

/// An application with everything as wanted.
fn steady() -> Facts {
    Facts {
        app: "booth".parse().unwrap(),
        container: "jukebox",
        port: 8765,
        relation: RelationFacts {
            offer: Offer::Ready(data("reel-store")),
            untold: false,
            kept: Some(data("reel-store")),
        },
        stateful_set: Some(Kubernetes::Said(Some(mounted("reel-store")))),
        refusal: None,
        pod_is_current: Some(Kubernetes::Said(true)),
        desired: Some(Ok(desired())),
        workload: Some(Container::Seen(running())),
        port_is_open: true,
        ready: Some(Ready {
            answers: true,
            known: true,
            watched: false,
        }),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "reads better in the cases")]
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

/// What is looked at next, as ever more is unknown.
#[test]
fn every_look_waits_for_the_stages_before_it() {
    let mut facts = steady();
    assert_eq!(gate(&facts), None);
    facts.ready = None;
    assert_eq!(gate(&facts), Some(Gate::Application));
    facts.workload = None;
    assert_eq!(gate(&facts), Some(Gate::Container(desired())));
    facts.desired = None;
    assert_eq!(gate(&facts), Some(Gate::Desired(data("reel-store"))));
    facts.pod_is_current = None;
    assert_eq!(gate(&facts), Some(Gate::Pod));
    facts.stateful_set = None;
    assert_eq!(gate(&facts), Some(Gate::StatefulSet));
    facts.relation.untold = true;
    assert_eq!(gate(&facts), None);
}

#[test]
fn the_container_is_looked_at_with_what_is_still_mounted() {
    let mut facts = steady();
    facts.relation.offer = Offer::NotYet {
        provider: "reels".parse().unwrap(),
    };
    facts.relation.kept = Some(data("reel-store"));
    facts.desired = None;
    assert_eq!(gate(&facts), Some(Gate::Desired(data("reel-store"))));
}
