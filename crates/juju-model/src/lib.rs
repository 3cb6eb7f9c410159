//! A Juju model as plain data and pure transitions: what a controller and its unit agents decide, without any of them.
//!
//! [`World`] is the whole model as one value. It changes in three ways only:
//! - [`World::perform`] carries out one of Juju's verbs ([`Operation`]), or refuses it with all reasons at once;
//! - a unit's pod lives and dies: [`World::agent_started`], [`World::agent_stopping`], [`World::agent_gone`],
//!   [`World::pebble_seen`], [`World::notices_seen`];
//! - an agent takes its turn: [`World::next_hook`] says which hook is next, [`World::begin`] returns all it may see
//!   ([`HookRun`]), and it ends with [`World::commit`] of its [`Changes`], [`World::fail`] or [`World::requeue`].
//!
//! Hardly anything is queued. Which hook is owed follows from the difference between what is (configuration, leader, bags
//! and members of relations, boots of Pebble) and what the agent was last told of; a hook that succeeds closes the
//! difference it was begun on. So changes merge by themselves, and a hook that fails or is killed is owed as before.
//!
//! Time is a number that only [`World::advance_to`] moves. Nothing here does any input or output.
//!
//! ```
//! use juju_model::{AgentStart, Changes, CharmFacts, Deploy, Hook, ModelFacts, Operation, World};
//!
//! let model = ModelFacts { name: "media".into(), uuid: "6f1c".into(), juju_version: "3.6.8".into() };
//! let mut world = World::new(model);
//! world.perform(Operation::Deploy(Box::new(Deploy {
//!     app: "storage".parse()?,
//!     charm: CharmFacts { name: "storage-k8s".into(), ..CharmFacts::default() },
//!     trust: false,
//!     config: [].into(),
//!     units: 1,
//!     resources: [].into(),
//! })))?;
//!
//! let unit = "storage/0".parse()?;
//! assert_eq!(world.next_hook(&unit), None, "its agent does not run yet");
//! let address = "10.1.2.3".parse()?;
//! world.agent_started(&unit, AgentStart { charm_dir_empty: true, address, service_address: None });
//! let mut ran = Vec::new();
//! while let Some(hook) = world.next_hook(&unit) {
//!     world.begin(&unit, &hook)?;
//!     world.commit(&unit, &hook, Changes::default())?;
//!     ran.push(hook);
//! }
//! assert_eq!(ran, [Hook::Install, Hook::LeaderElected, Hook::ConfigChanged, Hook::Start]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(missing_docs)]

mod action;
mod agent;
mod changes;
mod charm;
mod clock;
mod config;
mod flush;
mod hook;
mod names;
mod next;
mod notice;
mod operation;
mod relation;
mod report;
mod resource;
mod run;
mod say;
mod secret;
mod status;
mod told;
mod turn;
mod unit;
mod world;

#[cfg(test)]
mod tests;

pub use action::{Action, ActionStatus};
pub use agent::AgentStart;
pub use changes::{Changes, FlushRefused};
pub use charm::{ActionFacts, CharmFacts, Endpoint, OptionFacts, Role, StorageFacts};
pub use clock::date;
pub use config::{ConfigValue, OptionType};
pub use hook::{Hook, RelationChange, RelationHook};
pub use names::{
    ActionId, ActionName, AppName, ContainerName, EndpointName, InvalidName, RelationId, StorageId,
    StorageName, UnitName, is_dashed,
};
pub use notice::{News, Notice};
pub use operation::{Deploy, EndpointRef, Operation, Outcome, Reason, Refused};
pub use relation::{Bag, Life, Relation, Settings, Side};
pub use report::{ApplicationStatus, Failure, ModelStatus, UnitStatus};
pub use resource::Resource;
pub use run::{ActionView, BagOwner, HookRun, ReadRefused, RelationView};
pub use say::{Goal, GoalState, NotLeader};
pub use secret::{
    InvalidRotation, Party, Rotation, Secret, SecretChanges, SecretConsumer, SecretContent, SecretEdit,
    SecretGrant, SecretId, SecretRead, SecretRefused, SecretRevision,
};
pub use status::{AgentStatus, Seconds, Status, StatusKind};
pub use turn::NotDue;
pub use unit::{
    Agent, BeforeRefresh, ConfigSeen, Failed, LeadershipTold, Network, Port, Process, RelationSeen, Running,
    Stage, Storage, Unit,
};
pub use world::{Application, ModelFacts, PodWanted, World};
