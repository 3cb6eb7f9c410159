//! A whole media application's charm. What differs between applications is a [`MediaApp`], a list of facts; everything
//! else is here:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use charmarr_lib::media_app::{self, Context, MediaApp, Service};
//!
//! struct Jukebox;
//!
//! impl MediaApp for Jukebox {
//!     const NAME: &'static str = "jukebox";
//!     const PORT: u16 = 8765;
//!     const READY_PATH: &'static str = "/health";
//!
//!     fn service(_cx: &Context<'_>) -> Service {
//!         Service::new("/usr/bin/jukebox --data /config")
//!     }
//!
//!     fn folders(_cx: &Context<'_>) -> Vec<&'static str> {
//!         vec!["media/music"]
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     media_app::main::<Jukebox>()
//! }
//! ```
//!
//! In every dispatch the leader looks at the world, gate by gate, and takes the next step through five stages:
//!
//! | stage | looks at | does |
//! |---|---|---|
//! | `relation` | the `media-storage` relation | says which application this is |
//! | `mount` | the application's own `StatefulSet` | mounts the claim, adopts it, unmounts it |
//! | `rollout` | this pod | waits: the mount replaces it, so the hook ends at once |
//! | `workload` | the workload container, through Pebble | once the volume is seen: folders, service |
//! | `ready` | the service and its check | says that it works |
//!
//! Nothing is looked at before the stages above it are content, and the status is only ever what a stage ends with. In a
//! steady dispatch nothing is written.

mod charm;
mod container;
mod desired;
mod facts;
mod folders;
mod kubernetes;
mod options;
mod stage;
mod words;

use std::process::ExitCode;
use std::time::Duration;

pub use options::Variant;
pub use pebble_client::Service;

use crate::types::MountPath;

/// What one media application is.
pub trait MediaApp {
    /// The name of the workload container and of its service.
    const NAME: &'static str;
    /// The port of its web interface.
    const PORT: u16;
    /// A path there that answers 2xx when the application works.
    const READY_PATH: &'static str;
    /// How long that answer may take.
    const READY_TIMEOUT: Duration = Duration::from_secs(3);

    /// What runs. User, group, `HOME` and `TZ` are set for it.
    fn service(cx: &Context<'_>) -> Service;

    /// The folders it needs on the shared volume, relative to it.
    fn folders(_cx: &Context<'_>) -> Vec<&'static str> {
        Vec::new()
    }
}

/// What an application's facts may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Where the shared volume is mounted.
    pub mount_path: &'a MountPath,
    /// Which library this application is for.
    pub variant: Variant,
}

/// The charm of one media application: all its `main` does.
pub fn main<A: MediaApp>() -> ExitCode {
    juju_ops::main(charm::MediaCharm::<A>::in_pod())
}
