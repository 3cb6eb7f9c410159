//! What the workload container should have and run. Pure: an application's facts, options and the storage's data enter.

use std::time::Duration;

use pebble_client::{Check, CheckStartup, Layer, Level, Startup};

use super::options::Options;
use super::{Context, MediaApp};
use crate::interfaces::media_storage::MediaStorageProviderData;
use crate::types::{Gid, MountPath, Uid};

/// The settings of every application lie here: a volume of its own, which Juju provides.
pub(super) const CONFIG: &str = "/config";

/// How often an application that is waited for is asked.
const WATCH_PERIOD: Duration = Duration::from_secs(5);

/// What the workload container should have and run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Desired {
    pub(super) mount_path: MountPath,
    pub(super) uid: Uid,
    pub(super) gid: Gid,
    /// Each after the one it is in.
    pub(super) folders: Vec<Folder>,
    pub(super) layer: Layer,
}

/// A folder on the shared volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// Absolute.
    pub(super) path: String,
    /// The application writes into it; into the others it only goes through them.
    pub(super) written: bool,
}

impl Desired {
    pub(super) fn of<A: MediaApp>(options: &Options, data: &MediaStorageProviderData) -> Self {
        let MediaStorageProviderData {
            pvc_name: _,
            mount_path,
            puid,
            pgid,
        } = data;
        let cx = Context {
            mount_path,
            variant: options.variant,
        };
        let service = A::service(&cx)
            .summary(A::NAME)
            .startup(Startup::Enabled)
            .env("HOME", CONFIG)
            .env("TZ", &options.timezone)
            .user_id(puid.get())
            .group_id(pgid.get());
        let asked =
            Check::http(format!("http://localhost:{}{}", A::PORT, A::READY_PATH)).timeout(A::READY_TIMEOUT);
        let ready = asked
            .clone()
            .level(Level::Ready)
            .period(Duration::from_secs(10))
            .threshold(3);
        let answers = asked
            .startup(CheckStartup::Disabled)
            .period(WATCH_PERIOD)
            .threshold(1);
        Self {
            mount_path: mount_path.clone(),
            uid: *puid,
            gid: *pgid,
            folders: with_parents(mount_path, &A::folders(&cx)),
            layer: Layer::new()
                .summary(A::NAME)
                .service(A::NAME, service)
                .check(ready_check(A::NAME), ready)
                .check(answers_check(A::NAME), answers),
        }
    }
}

/// The name of the check that Kubernetes' readiness follows. It is always carried out, and forgives failures.
pub(super) fn ready_check(container: &str) -> String {
    format!("{container}-ready")
}

/// The name of the check by which the charm itself asks. It is carried out only while an application is waited for: one
/// failure makes it down, so that Juju is told by a hook when it is up.
pub(super) fn answers_check(container: &str) -> String {
    format!("{container}-answers")
}

/// Every folder with those it is in, so that each is made with the right owner and mode.
fn with_parents(mount_path: &MountPath, folders: &[&str]) -> Vec<Folder> {
    let mut all: Vec<Folder> = Vec::new();
    for folder in folders {
        let parents = folder.match_indices('/').filter_map(|(end, _)| folder.get(..end));
        for below in parents.chain([*folder]) {
            let path = mount_path.join(below);
            if all.iter().all(|known| known.path != path) {
                let written = folders.contains(&below);
                all.push(Folder { path, written });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media_app::Service;
    use crate::media_app::options::Variant;

    struct Jukebox;

    impl MediaApp for Jukebox {
        const NAME: &'static str = "jukebox";
        const PORT: u16 = 8765;
        const READY_PATH: &'static str = "/health";

        fn service(cx: &Context<'_>) -> Service {
            Service::new(format!("/usr/bin/jukebox --reels {}", cx.mount_path)).env("TMPDIR", "/tmp")
        }

        fn folders(cx: &Context<'_>) -> Vec<&'static str> {
            match cx.variant {
                Variant::Standard => vec!["media/music", "media/radio"],
                Variant::FourK | Variant::Anime => vec!["media"],
            }
        }
    }

    fn desired(options: &Options) -> Desired {
        let data = MediaStorageProviderData {
            pvc_name: "reel-store".parse().unwrap(),
            mount_path: "/reels".parse().unwrap(),
            puid: 1234.try_into().unwrap(),
            pgid: 4321.try_into().unwrap(),
        };
        Desired::of::<Jukebox>(options, &data)
    }

    #[test]
    fn the_layer_runs_the_service_as_the_owner_of_the_files() {
        let desired = desired(&Options {
            timezone: "Europe/Vienna".to_owned(),
            variant: Variant::Standard,
        });
        insta::assert_json_snapshot!(desired.layer, @r#"
        {
          "summary": "jukebox",
          "services": {
            "jukebox": {
              "override": "replace",
              "summary": "jukebox",
              "command": "/usr/bin/jukebox --reels /reels",
              "startup": "enabled",
              "environment": {
                "HOME": "/config",
                "TMPDIR": "/tmp",
                "TZ": "Europe/Vienna"
              },
              "user-id": 1234,
              "group-id": 4321
            }
          },
          "checks": {
            "jukebox-answers": {
              "override": "replace",
              "startup": "disabled",
              "period": "5s",
              "timeout": "3s",
              "threshold": 1,
              "http": {
                "url": "http://localhost:8765/health"
              }
            },
            "jukebox-ready": {
              "override": "replace",
              "level": "ready",
              "period": "10s",
              "timeout": "3s",
              "threshold": 3,
              "http": {
                "url": "http://localhost:8765/health"
              }
            }
          }
        }
        "#);
    }

    #[test]
    fn folders_come_after_the_ones_they_are_in() {
        let folder = |path: &str, written| Folder {
            path: path.to_owned(),
            written,
        };
        assert_eq!(
            desired(&Options::default()).folders,
            [
                folder("/reels/media", false),
                folder("/reels/media/music", true),
                folder("/reels/media/radio", true)
            ]
        );
        let other = Options {
            variant: Variant::Anime,
            ..Options::default()
        };
        assert_eq!(desired(&other).folders, [folder("/reels/media", true)]);
    }
}
