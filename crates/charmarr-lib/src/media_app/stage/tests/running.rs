//! From the mount to an application that answers, and what is told before all that.

use juju_ops::{Decision, InvalidConfig, Status};

use super::*;
use crate::media_app::facts::{Standby, Unprepared};
use crate::media_app::stage::{ready, standby, workload};

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
fn what_cannot_be_prepared_is_told() {
    let unprepared = |what| {
        move |facts: &mut Facts| {
            facts.workload = Some(Container::Seen(Workload {
                missing: vec!["/reels/media".to_owned()],
                unprepared: Some(what),
                ..running()
            }));
        }
    };
    check(
        unprepared(Unprepared::Folders(
            "cannot make directory `/reels/media`".to_owned(),
        )),
        blocked("Cannot prepare shared storage: cannot make directory `/reels/media`"),
    );
    let found = |owner| {
        serde_json::from_value(serde_json::json!({
            "path": "/reels", "name": "reels", "type": "directory", "permissions": "755",
            "last-modified": "2026-01-02T03:04:05Z", "user-id": owner, "group-id": owner,
        }))
        .unwrap()
    };
    let denied = |found| Unprepared::Denied {
        folder: "/reels".to_owned(),
        found,
    };
    check(
        unprepared(denied(Some(found(99)))),
        blocked(
            "Storage permission denied for puid=1234 pgid=4321. Check ownership on storage backend: /reels is of 99:99 with mode 755; let 1234:4321 use it, or set puid and pgid of the storage",
        ),
    );
    check(
        unprepared(denied(None)),
        blocked(
            "Storage permission denied for puid=1234 pgid=4321. Check ownership on storage backend: /reels cannot be looked at; let 1234:4321 use it, or set puid and pgid of the storage",
        ),
    );
    check(
        unprepared(Unprepared::Config("`chown 1234:4321 /config`: no".to_owned())),
        blocked("Cannot prepare settings: `chown 1234:4321 /config`: no"),
    );
    check(
        unprepared(Unprepared::ConfigInTime),
        waiting("Preparing settings"),
    );
}

#[test]
fn nothing_is_begun_in_a_pod_that_is_replaced() {
    check(
        |facts| {
            facts.pod_is_current = Some(Kubernetes::Said(false));
            facts.workload = None;
        },
        waiting("Restarting with the shared storage"),
    );
    let unseen = |said| move |facts: &mut Facts| facts.pod_is_current = Some(said);
    check(
        unseen(Kubernetes::Unreachable),
        waiting("Waiting for the Kubernetes API"),
    );
    check(
        unseen(Kubernetes::Untrusted),
        blocked("Not trusted: run `juju trust booth --scope=cluster`"),
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
        config_is_given: false,
        planned: false,
        service: None,
        started: None,
        unprepared: None,
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
        does(Step::Workload(workload::Step::GiveConfig { uid, gid })),
    );
    let bare = Workload {
        config_is_given: true,
        ..bare
    };
    check(
        seen(bare),
        does(Step::Workload(workload::Step::Configure(desired().layer))),
    );
}

#[test]
fn the_port_is_opened_with_the_configuration() {
    check(
        |facts| {
            facts.port_is_open = false;
            facts.ready = None;
        },
        does(Step::Workload(workload::Step::OpenPort(8765))),
    );
}

#[test]
fn a_service_that_stands_still_is_started_once() {
    let start = || does(Step::Workload(workload::Step::Start));
    check(silent(Some(Current::Inactive), None, false), start());
    check(silent(Some(Current::Error), None, false), start());
    check(silent(None, None, false), start());
    let just_now = Some(Duration::from_millis(10));
    for service in [Current::Inactive, Current::Backoff, Current::Active] {
        check(
            silent(Some(service), just_now, false),
            polling("Waiting for workload"),
        );
    }
}

/// The last decision of a dispatch that waits is always taken with the application watched.
#[test]
fn a_silent_application_is_watched_before_it_is_waited_for() {
    let watch = || does(Step::Ready(ready::Step::Watch));
    let long_ago = Some(Duration::from_millis(4100));
    for service in [Current::Active, Current::Backoff] {
        for started in [None, long_ago] {
            check(silent(Some(service), started, false), watch());
            check(
                silent(Some(service), started, true),
                waiting("Waiting for workload"),
            );
        }
    }
}

fn silent(service: Option<Current>, started: Option<Duration>, watched: bool) -> impl FnOnce(&mut Facts) {
    move |facts| {
        facts.workload = Some(Container::Seen(Workload {
            service,
            started,
            ..running()
        }));
        facts.ready = Some(Ready {
            answers: false,
            known: false,
            watched,
        });
    }
}

#[test]
fn what_answers_is_watched_no_more_once_the_readiness_check_knows() {
    let answers = |known| {
        move |facts: &mut Facts| {
            facts.ready = Some(Ready {
                answers: true,
                known,
                watched: true,
            });
        }
    };
    check(answers(false), Decision::Settled(Status::active("")));
    check(answers(true), does(Step::Ready(ready::Step::Unwatch)));
}

#[test]
fn a_pebble_that_goes_away_meanwhile_is_waited_for() {
    check(|facts| facts.ready = None, waiting("Waiting for Pebble"));
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
