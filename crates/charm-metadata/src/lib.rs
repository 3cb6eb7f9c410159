//! The files of a Juju charm as types, and the layout of a packed charm.
//!
//! A charm author writes one file, `charmcraft.yaml`. Juju never reads it: it reads four others, which are made from it
//! when the charm is packed. This crate has a type for each of the five:
//!
//! | file | type | says |
//! |---|---|---|
//! | `charmcraft.yaml` | [`Charmcraft`] | everything, as its author wrote it |
//! | `metadata.yaml` | [`Metadata`] | name, endpoints, containers, resources, storage |
//! | `config.yaml` | [`Config`] | options a user can set |
//! | `actions.yaml` | [`Actions`] | actions a user can run |
//! | `manifest.yaml` | [`Manifest`] | which systems and architectures the charm runs on |
//!
//! [`CharmDir::read`] reads an unpacked charm, whoever wrote it and in whatever language, and refuses what a Juju
//! controller would refuse, with all reasons at once. [`pack::pack`] turns a charm's source folder and its program into
//! an unpacked charm and a `.charm` archive, the same bytes each time.
//!
//! ```
//! use charm_metadata::Charmcraft;
//!
//! let charmcraft = Charmcraft::parse(
//!     "
//! type: charm
//! name: lighthouse-k8s
//! title: Lighthouse
//! summary: Shine at sea.
//! description: Shines at sea, at night.
//! base: ubuntu@24.04
//! platforms: {amd64: }
//! parts: {charm: {plugin: nil}}
//! requires:
//!   power: {interface: mains, limit: 1}
//! ",
//! )?;
//! let metadata = charmcraft.metadata();
//! assert_eq!(metadata.requires["power"].interface, "mains");
//! assert_eq!(metadata.problems(), Vec::<String>::new());
//! # Ok::<(), charm_metadata::Problems>(())
//! ```
#![warn(missing_docs)]

mod actions;
mod assumes;
mod charm_dir;
mod charmcraft;
mod config;
mod container;
mod endpoint;
mod manifest;
mod metadata;
mod names;
pub mod pack;
mod problems;
mod storage;
mod yaml;

pub use actions::{Action, Actions};
pub use assumes::{Assumption, Comparison, Feature};
pub use charm_dir::CharmDir;
pub use charmcraft::{Charmcraft, Links, OneOrMany, Platform};
pub use config::{Config, ConfigOption, ConfigValue, OptionType};
pub use container::{Container, Mount, Resource, ResourceType};
pub use endpoint::{Endpoint, Scope};
pub use manifest::{Architecture, Base, Manifest};
pub use metadata::{CharmUser, Metadata};
pub use problems::{Problem, Problems};
pub use storage::{Count, Multiple, Size, Storage, StorageType};
