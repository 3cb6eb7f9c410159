//! What can be broken: the demo with one thing changed.

use clap::ValueEnum;

use super::{Ending, Operation, Scenario, stack};

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
    broken.ends = vec![Ending::NotImported {
        title: "A Series S01E01",
    }];
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
        Ending::Status {
            app: "radarr",
            status: "blocked",
            message: "media-storage: `mount_path`: `../etc` is not an absolute path",
        },
        Ending::NotImported {
            title: "A Film (2026)",
        },
    ];
    broken
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
