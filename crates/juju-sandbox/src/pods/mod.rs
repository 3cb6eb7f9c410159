//! Pods: real containers out of this very program.
//!
//! A container is the running program started again (`/proc/self/exe` with a hidden first argument) in namespaces of its
//! own, with a folder as its root. There is no daemon, no image store and nothing to install:
//!
//! ```text
//! host program ──spawn──> outer ──> init (pid 1) ──> argv, as uid:gid
//!                         a pid     its own mounts, host name and IPC; reaps orphans;
//!                         namespace ends with argv, and everything inside ends with it
//! ```
//!
//! Enters: a [`ContainerSpec`], and how far the machine lets us go ([`Isolation`]). Leaves: a running [`Container`], whose
//! end takes every process and mount with it. The host program and its containers speak over one socket
//! pair, which is also the life line: when the host program ends, however it ends, the socket closes and the container dies.
//!
//! A [`PodNetwork`] is the network that the containers of one pod share: a loopback device, and doors to addresses of the host.
//!
//! This is isolation for telling the truth about paths, links, users and processes, not a border against hostile code: as
//! root, a container keeps every capability. It must not know Juju, Kubernetes or Pebble.
//!
//! A program that hosts containers calls [`entry`] before anything else in its `main`.

mod container;
mod control;
mod error;
mod exec;
mod isolation;
mod network;
mod plan;
mod spec;
mod stage;

pub use container::{Container, ContainerHandle, spawn};
pub use control::Exit;
pub use error::Error;
pub use exec::{Exec, Output, enter};
pub use isolation::Isolation;
pub use network::{Door, PodNetwork};
pub use spec::{ContainerSpec, Mount, Network};
pub use stage::entry;
