//! A framework for Juju charms in Rust.
#![warn(missing_docs)]

mod action;
mod charm;
mod clock;
mod context;
mod converge;
mod databag;
mod decision;
mod dispatch;
mod endpoint;
mod error;
mod event;
pub mod hookcmds;
mod leader;
mod log;
mod name;
mod port;
mod redacted;
mod relation;
mod relation_facts;
mod status;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
mod typed;
mod unit;

pub use action::ActionError;
pub use charm::Charm;
pub use context::{ContextError, JujuContext};
pub use converge::{LONGEST_POLL, MOST_STEPS};
pub use databag::{Databag, JsonDatabag, Settings};
pub use decision::Decision;
pub use dispatch::main;
pub use endpoint::{Endpoint, Interface, Provides, Requires};
pub use error::{CommandError, Error, Refusal};
pub use event::{
    ActionEvent, Event, RelationChange, RelationEvent, SecretChange, SecretEvent, StorageChange,
    StorageEvent, WorkloadChange, WorkloadEvent,
};
pub use leader::{Leader, Published};
pub use name::{
    ActionName, AppName, ContainerName, EndpointName, InvalidName, ModelName, RelationId, StorageId,
    StorageName, UnitName,
};
pub use port::Port;
pub use redacted::Redacted;
pub use relation::{Relation, Remote};
pub use status::Status;
pub use transport::{Forked, Output, Transport, TransportError};
pub use typed::{InvalidConfig, InvalidData};
pub use unit::Unit;
