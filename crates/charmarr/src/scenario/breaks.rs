//! What can be broken: the demo with one thing changed.

use clap::ValueEnum;

use super::stack::{self, APPLICATIONS, CLAIM, EPISODE, FILM, STORAGE};
use super::{Act, Application, Ending, Operation, Scenario};

/// What the demo can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Break {
    /// Radarr's mount hook fails three times, then works
    FailingHook,
    /// Radarr's pod is killed right after the mount
    PodKilled,
    /// Sonarr is given another claim by a provider that is not ours
    OtherClaim,
    /// Radarr is told to mount at `../etc`
    BadMountPath,
    /// Someone deletes the claim while everyone uses it
    DataRemoved,
    /// Nobody leads the storage and radarr: at first, and once more later
    NoLeader,
    /// The Kubernetes API goes down when radarr is about to mount, and comes back
    ApiDown,
    /// Radarr is deployed without `--trust`
    NoTrust,
    /// Every pod is evicted from its node
    NodeDrained,
}

/// The demo, or the demo with `what` broken.
pub fn scenario(what: Option<Break>) -> Scenario {
    let demo = stack::demo();
    match what {
        None => demo,
        Some(Break::FailingHook) => failing_hook(demo),
        Some(Break::PodKilled) => pod_killed(demo),
        Some(Break::OtherClaim) => other_claim(demo),
        Some(Break::BadMountPath) => bad_mount_path(demo),
        Some(Break::DataRemoved) => data_removed(demo),
        Some(Break::NoLeader) => no_leader(demo),
        Some(Break::ApiDown) => api_down(demo),
        Some(Break::NoTrust) => no_trust(demo),
        Some(Break::NodeDrained) => node_drained(demo),
    }
}

fn failing_hook(mut demo: Scenario) -> Scenario {
    demo.about = "radarr's mount hook fails three times, then works";
    demo.operations.push(Operation::FailMounts {
        app: "radarr",
        times: 3,
    });
    demo
}

fn pod_killed(mut demo: Scenario) -> Scenario {
    demo.about = "radarr's pod is killed right after the mount";
    demo.operations.push(Operation::KillAfterMount { app: "radarr" });
    demo
}

fn other_claim(demo: Scenario) -> Scenario {
    let mut broken = with_other_provider(
        demo,
        "sonarr",
        r#"{"pvc_name": "other-claim", "mount_path": "/data", "puid": 1000, "pgid": 1000}"#,
    );
    broken.about = "a provider that is not ours gives sonarr another claim";
    broken
        .operations
        .insert(0, Operation::Claim { name: "other-claim" });
    broken.ends = vec![Ending::NotImported { title: EPISODE }];
    broken
}

fn bad_mount_path(demo: Scenario) -> Scenario {
    let mut broken = with_other_provider(
        demo,
        "radarr",
        r#"{"pvc_name": "charmarr-shared-storage", "mount_path": "../etc", "puid": 1000, "pgid": 1000}"#,
    );
    broken.about = "a provider that is not ours tells radarr to mount at `../etc`";
    broken.ends = vec![
        says(
            "radarr/0",
            "blocked",
            "media-storage: `mount_path`: `../etc` is not an absolute path",
        ),
        Ending::NotImported { title: FILM },
    ];
    broken
}

/// The data stays as long as anyone mounts it, and everyone says what is going on.
fn data_removed(mut demo: Scenario) -> Scenario {
    demo.about = "someone deletes the claim while everyone uses it";
    demo.acts = vec![Act {
        when: "before the claim is deleted",
        ends: vec![Ending::Claims(&[(CLAIM, "Bound")])],
        plays: vec![FILM],
        operations: vec![Operation::DeleteClaim { name: CLAIM }, Operation::Timer],
    }];
    demo.ends = vec![
        says(
            "storage/0",
            "blocked",
            "Claim charmarr-shared-storage is being deleted: it goes when no application mounts it any more",
        ),
        Ending::Claims(&[(CLAIM, "Terminating")]),
        Ending::Imported { title: FILM },
        Ending::Imported { title: EPISODE },
    ];
    let withdrawn = "Shared storage withdrawn by storage; still mounted";
    demo.ends
        .extend(UNITS.map(|unit| says(unit, "waiting", withdrawn)));
    demo.ends.extend(mounted_once());
    demo
}

/// Who does not lead makes, publishes and mounts nothing; what runs goes on.
fn no_leader(mut demo: Scenario) -> Scenario {
    let leaderless = || {
        [
            Operation::LoseLeader { app: STORAGE },
            Operation::LoseLeader { app: "radarr" },
        ]
    };
    let led_by = |storage| {
        vec![
            Operation::Lead { unit: storage },
            Operation::Lead { unit: "radarr/0" },
        ]
    };
    let standby = |unit| says(unit, "active", "Standby (leader manages storage)");
    let radarr = || says("radarr/0", "waiting", "Standby (non-leader)");
    let others = UNITS.into_iter().filter(|unit| *unit != "radarr/0");

    demo.about = "nobody leads the storage and radarr: at first, and once more later";
    demo = with_application(demo, STORAGE, |storage| storage.units = 2);
    demo.operations.extend(leaderless());
    let mut nothing = vec![
        standby("storage/0"),
        standby("storage/1"),
        radarr(),
        Ending::Claims(&[]),
        changes("radarr", 0),
    ];
    nothing.extend(others.map(|unit| says(unit, "waiting", "Waiting for shared storage")));
    demo.acts = vec![
        Act {
            when: "while nobody leads storage and radarr",
            ends: nothing,
            plays: Vec::new(),
            operations: led_by("storage/1"),
        },
        Act {
            when: "led by storage/1 and radarr/0",
            ends: vec![
                standby("storage/0"),
                says("storage/1", "active", ALL_APPS),
                says("radarr/0", "active", ""),
            ],
            plays: vec![FILM],
            operations: leaderless().into_iter().chain([Operation::Timer]).collect(),
        },
        Act {
            when: "while nobody leads once more",
            ends: vec![standby("storage/0"), standby("storage/1"), radarr()],
            plays: vec![EPISODE],
            operations: led_by("storage/0"),
        },
    ];
    demo.ends = vec![
        says("storage/0", "active", ALL_APPS),
        standby("storage/1"),
        Ending::Claims(&[(CLAIM, "Bound")]),
    ];
    demo.ends.extend(mounted_once());
    demo
}

/// The write fails, and so does its hook; tried again, it can only read, and waits like everyone else.
fn api_down(mut demo: Scenario) -> Scenario {
    demo.about = "the Kubernetes API goes down when radarr is about to mount, and comes back";
    demo.operations.push(Operation::ApiDownAtMount { app: "radarr" });
    let everyone = UNITS.into_iter().chain(["storage/0"]);
    let mut ends: Vec<Ending> = everyone
        .map(|unit| says(unit, "waiting", "Waiting for the Kubernetes API"))
        .collect();
    ends.push(changes("radarr", 0));
    demo.acts = vec![Act {
        when: "while the Kubernetes API is down",
        ends,
        plays: Vec::new(),
        operations: vec![Operation::ApiBack],
    }];
    demo.ends = mounted_once().collect();
    demo
}

fn no_trust(mut demo: Scenario) -> Scenario {
    demo.about = "radarr is deployed without `--trust`";
    demo = with_application(demo, "radarr", |radarr| radarr.trust = false);
    demo.ends = vec![
        says(
            "radarr/0",
            "blocked",
            "Not trusted: run `juju trust radarr --scope=cluster`",
        ),
        changes("radarr", 0),
        Ending::NotImported { title: FILM },
        Ending::Imported { title: EPISODE },
    ];
    demo
}

fn node_drained(mut demo: Scenario) -> Scenario {
    demo.about = "every pod is evicted from its node";
    demo.acts = vec![Act {
        when: "before the node is drained",
        ends: mounted_once().collect(),
        plays: vec![FILM],
        operations: vec![Operation::Drain],
    }];
    demo.ends = vec![Ending::PodsReplaced];
    demo.ends.extend(mounted_once());
    demo
}

/// The units of the media applications.
const UNITS: [&str; APPLICATIONS.len()] = ["overseerr/0", "plex/0", "qbittorrent/0", "radarr/0", "sonarr/0"];
const ALL_APPS: &str = "5 apps: overseerr, plex, qbittorrent, radarr, sonarr";

const fn says(unit: &'static str, status: &'static str, message: &'static str) -> Ending {
    Ending::Says {
        unit,
        status,
        message,
    }
}

const fn changes(app: &'static str, times: u64) -> Ending {
    Ending::Changes { app, times }
}

/// Each media application changed its `StatefulSet` once, to mount; the storage never did.
fn mounted_once() -> impl Iterator<Item = Ending> {
    let apps = APPLICATIONS.into_iter().map(|application| (application.app, 1));
    apps.chain([(STORAGE, 0)]).map(|(app, times)| changes(app, times))
}

/// One application is deployed in another way.
fn with_application(mut demo: Scenario, app: &str, change: impl Fn(&mut Application)) -> Scenario {
    for operation in &mut demo.operations {
        if let Operation::Deploy(application) = operation
            && application.app == app
        {
            change(application);
        }
    }
    demo
}

/// One application gets its storage from someone else.
fn with_other_provider(mut demo: Scenario, requirer: &'static str, config: &'static str) -> Scenario {
    let other = "other-storage";
    for operation in &mut demo.operations {
        if let Operation::Integrate {
            requirer: who,
            provider,
        } = operation
            && *who == requirer
        {
            *provider = other;
        }
    }
    demo.operations
        .insert(0, Operation::DeployProvider { app: other, config });
    demo
}
