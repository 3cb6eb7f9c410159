//! What a container should be: plain data, made by the caller, never changed here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::PodNetwork;

/// One container: a root, what is mounted in it, and the program that runs there.
#[derive(Clone, Debug)]
pub struct ContainerSpec {
    /// Named in errors.
    pub name: String,
    /// The host name that the program sees.
    pub hostname: String,
    /// The folder that becomes `/`; mount points that it lacks are made in it and stay.
    pub root: PathBuf,
    /// Whether the machine's programs and libraries (`/usr`, `/bin`, `/lib*`, `/etc` …) appear, read-only, where the
    /// root has nothing of its own.
    pub host_system: bool,
    /// Mounted in this order.
    pub mounts: Vec<Mount>,
    /// The network that the program sees.
    pub network: Network,
    /// The whole environment of the program: nothing is inherited and nothing added.
    pub env: BTreeMap<String, String>,
    /// The working directory, inside.
    pub cwd: PathBuf,
    /// The program and its arguments; a name without a slash is looked up in the `PATH` of `env`.
    pub argv: Vec<String>,
    /// The user that the program runs as; ignored where [`Isolation`](super::Isolation) has only one.
    pub uid: u32,
    /// Its only group; ignored as `uid`.
    pub gid: u32,
    /// A file that gets the program's output, both streams, appended. None: the output is captured, each stream by itself.
    pub log: Option<PathBuf>,
}

/// A file or folder of the host that appears in the container (a bind mount, with all that is mounted below it).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// On the host.
    pub source: PathBuf,
    /// Inside; absolute.
    pub target: PathBuf,
    /// Whether writing fails, for root too.
    pub read_only: bool,
}

/// Which network a container is in.
#[derive(Clone, Debug)]
pub enum Network {
    /// The machine's own.
    Host,
    /// The one of its pod.
    Pod(PodNetwork),
}

impl Mount {
    /// A mount that may be written through.
    pub fn new(source: impl AsRef<Path>, target: impl AsRef<Path>) -> Self {
        Self {
            source: source.as_ref().into(),
            target: target.as_ref().into(),
            read_only: false,
        }
    }

    /// A mount that nobody can write through.
    pub fn read_only(source: impl AsRef<Path>, target: impl AsRef<Path>) -> Self {
        Self {
            read_only: true,
            ..Self::new(source, target)
        }
    }
}
