//! A framework for Juju charms in Rust: observe, decide, apply.
//!
//! A charm is a program that Juju starts for each event in the life of an application. With this crate it is three
//! functions: [`Charm::observe`] reads the world into plain data, [`Charm::decide`] is a pure function from that data to
//! the next step or to a status, [`Charm::apply`] takes one step. [`main`] does the rest: it parses the environment,
//! repeats the three until nothing is left to do, shows the status, logs what failed and ends with the right exit code.
//!
//! # A whole charm
//!
//! A cinema tells every theatre that is integrated with it which film to show, and an operator can sell tickets.
//!
//! ```
//! use std::process::ExitCode;
//!
//! use juju_ops::{
//!     ActionError, ActionEvent, Charm, Decision, Error, Interface, InvalidConfig, JsonDatabag, Provides,
//!     Relation, RelationId, Status, Unit,
//! };
//! use serde::{Deserialize, Serialize};
//!
//! // The interface: what each side says, as types.
//!
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
//! struct Programme {
//!     film: String,
//! }
//!
//! impl JsonDatabag for Programme {
//!     const KEY: &'static str = "programme";
//! }
//!
//! struct Screening;
//!
//! impl Interface for Screening {
//!     const NAME: &'static str = "screening";
//!     type Provider = Programme;
//!     type Requirer = (); // says nothing
//! }
//!
//! const SCREEN: Provides<Screening> = Provides::new("screen");
//!
//! // The charm.
//!
//! struct Cinema;
//!
//! #[derive(Clone, Deserialize)]
//! struct Options {
//!     film: String,
//! }
//!
//! /// What a decision needs to know.
//! struct Observed {
//!     leads: bool,
//!     options: Result<Options, InvalidConfig>,
//!     screens: Vec<Relation<Provides<Screening>>>,
//! }
//!
//! /// What the charm can do.
//! #[derive(Debug, PartialEq)]
//! enum Step {
//!     Publish(RelationId, Programme),
//! }
//!
//! impl Charm for Cinema {
//!     type Observed = Observed;
//!     type Step = Step;
//!     type Error = Error;
//!
//!     fn observe(&mut self, unit: &Unit) -> Result<Observed, Error> {
//!         Ok(Observed {
//!             leads: unit.leader()?.is_some(),
//!             options: unit.config()?,
//!             screens: unit.relations(&SCREEN)?,
//!         })
//!     }
//!
//!     fn decide(seen: &Observed) -> Decision<Step> {
//!         let options = match &seen.options {
//!             Ok(options) => options,
//!             Err(invalid) => return Decision::Settled(Status::blocked(invalid)),
//!         };
//!         if !seen.leads {
//!             return Decision::Settled(Status::active("standby"));
//!         }
//!         let wanted = Programme { film: options.film.clone() };
//!         match seen.screens.iter().find(|screen| screen.published.as_ref() != Some(&wanted)) {
//!             Some(screen) => Decision::Do(Step::Publish(screen.id.clone(), wanted)),
//!             None => Decision::Settled(Status::active(format!("showing {}", wanted.film))),
//!         }
//!     }
//!
//!     fn apply(&mut self, unit: &Unit, step: &Step) -> Result<(), Error> {
//!         match step {
//!             Step::Publish(id, programme) => {
//!                 if let Some(leader) = unit.leader()? {
//!                     leader.publish(&SCREEN, id, programme)?;
//!                 }
//!                 Ok(())
//!             }
//!         }
//!     }
//!
//!     fn act(&mut self, unit: &Unit, action: &ActionEvent) -> Result<(), ActionError> {
//!         match action.name.as_str() {
//!             "sell" => sell(unit, action),
//!             _ => Err(ActionError::unknown(action)),
//!         }
//!     }
//! }
//!
//! // An action: parameters and results are types too.
//!
//! #[derive(Deserialize)]
//! struct Sell {
//!     tickets: u32,
//! }
//!
//! #[derive(Serialize)]
//! struct Sold {
//!     total_price: u32,
//! }
//!
//! fn sell(unit: &Unit, action: &ActionEvent) -> Result<(), ActionError> {
//!     let Sell { tickets } = action.parameters(unit)?;
//!     if tickets > 100 {
//!         return Err(ActionError::failed("only 100 seats"));
//!     }
//!     action.set_results(unit, &Sold { total_price: tickets * 9 })
//! }
//!
//! # mod program {
//! # use super::*;
//! fn main() -> ExitCode {
//!     juju_ops::main(Cinema)
//! }
//! # }
//!
//! // Its test, with the feature `testing`: state in, one dispatch, state out.
//!
//! # /*
//! #[test]
//! # */
//! # fn main() { test().unwrap() }
//! fn test() -> Result<(), juju_ops::testing::Inconsistent> {
//!     use juju_ops::testing::{Context, Declaration, OptionType, ParameterType, RelationState, State, on};
//!
//!     let cinema = Context::new(
//!         Declaration::new("cinema")
//!             .provides("screen")
//!             .option("film", OptionType::String)
//!             .action("sell", [("tickets", ParameterType::Integer)]),
//!     );
//!     let odeon = RelationState::new(7, "screen", "odeon");
//!     let state = State::new("lumiere/0").leading().with_relation(odeon.clone());
//!
//!     let unconfigured = cinema.run(&mut Cinema, &on::relation_created(&odeon), &state)?;
//!     let why = "option `film`: missing field `film`";
//!     assert_eq!(unconfigured.state.status, Status::blocked(why).into());
//!
//!     let state = unconfigured.state.with_config("film", "Metropolis");
//!     let showing = cinema.run(&mut Cinema, &on::config_changed(), &state)?;
//!     assert_eq!(showing.state.status, Status::active("showing Metropolis").into());
//!     assert_eq!(showing.state.relations[0].local_app_data["programme"], r#"{"film":"Metropolis"}"#);
//!
//!     // Nothing changed: nothing is written.
//!     let steady = cinema.run(&mut Cinema, &on::update_status(), &showing.state)?;
//!     assert_eq!(
//!         steady.commands(),
//!         ["is-leader", "config-get", "relation-ids", "state-get", "relation-get", "status-get"],
//!     );
//!
//!     let sold = cinema.run(&mut Cinema, &on::action("sell", [("tickets", 3.into())]), &showing.state)?;
//!     assert_eq!(sold.action.results["total-price"], "27");
//!     Ok(())
//! }
//! ```
//!
//! # The way around
//!
//! | you want | look at |
//! |---|---|
//! | why the charm runs, and everything else in the environment | [`Event`], [`JujuContext`] |
//! | options, leadership, relations, state, ports of this unit | [`Unit`] |
//! | to write to the other side of a relation | [`Leader::publish`] |
//! | to define what crosses a relation | [`Interface`], [`Databag`], [`JsonDatabag`] |
//! | units that speak for themselves | [`UnitInterface`], [`Unit::remote_units`], [`Unit::write_own_bag`] |
//! | the units of one application to agree | [`PeerInterface`], [`Peers`] |
//! | to read a secret, such as that of an option | [`SecretId`], [`Unit::secret`], [`Redacted`] |
//! | to make, change and grant secrets | [`hookcmds::secret_add`] and what stands beside it |
//! | the addresses of this unit, or a resource | [`hookcmds::network_get`], [`hookcmds::resource_get`] |
//! | to keep a value from one dispatch to the next | [`Unit::remember`], [`Unit::remembered`] |
//! | to end with a status, wait, or take a step | [`Decision`], [`Status`] |
//! | to run an action | [`Charm::act`], [`ActionEvent`] |
//! | to log | any macro of `tracing`, from INFO up; it reaches `juju debug-log` in few calls |
//! | a hook command as Juju has it, with nothing in between | [`hookcmds`] |
//! | another way to Juju than forking its hook commands | [`Transport`] |
//! | to test a charm without Juju | `testing` |
//!
//! Coming from `ops` (Python) or `goops` (Go):
//!
//! | there | here |
//! |---|---|
//! | `framework.observe(event, handler)` | one [`Charm::observe`] and [`Charm::decide`] for all events |
//! | `event.defer()` | nothing: whatever wakes the charm next, it looks again |
//! | `unit.status = …`, `collect_unit_status` | the status a [`Decision`] ends with |
//! | `relation.data[self.app]` | [`Leader::publish`], [`Relation::published`] |
//! | `relation.data[relation.app]` | [`Relation::remote`], parsed |
//! | `load_config`, `self.config` | [`Unit::config`] |
//! | `relation.data[self.unit]`, `relation.data[unit]` | [`Unit::write_own_bag`], [`Unit::remote_units`] |
//! | `StoredState` | [`Unit::remember`], kept by the controller |
//! | `model.get_secret(id=…).get_content()` | [`Unit::secret`]; `refresh=True` is [`Unit::refresh_secret`] |
//! | `app.add_secret(…)`, `secret.grant(…)` | [`hookcmds::secret_add`], [`hookcmds::secret_grant`] |
//! | `model.get_binding(…).network` | [`hookcmds::network_get`] |
//! | `model.resources.fetch(…)` | [`hookcmds::resource_get`] |
//! | `event.params`, `event.set_results`, `event.fail` | [`ActionEvent`]'s methods, [`ActionError`] |
//! | `ops.hookcmds`, goops' `commands` | [`hookcmds`] |
//! | `ops.testing`, goops' `goopstest` | `testing`: `Context`, `State`, `on` |
//!
//! Not here yet, neither as a type nor as a hook command:
//!
//! | what | hook commands |
//! |---|---|
//! | storage beyond its events | `storage-get`, `storage-list`, `storage-add` |
//! | the status of the application | `status-set --application`, `status-get --application` |
//! | ports of single endpoints, and ranges | `open-port --endpoints`, `open-port 8000-8010/tcp` |
//! | the credentials of the cloud | `credential-get` |
//! | restarts of a machine | `juju-reboot` |
//!
//! [`Transport::call`] runs any of them. Payloads, metrics, `leader-set` and `pod-spec-set` are legacy and stay out.
//!
//! # What it holds to
//!
//! - **Facts steer, events wake.** There is no handler per event, so no order of hooks and no crash in between leaves a
//!   charm in a state it has no code for. A hook this version does not know is a reason to look, and succeeds.
//! - **Three ends of a dispatch.** Settled or waiting; blocked, and the status says what a person must do; or an error,
//!   for what heals by itself: exit code 1, and Juju tries again. What others got wrong is a value, never an error:
//!   [`InvalidConfig`], [`Remote::Invalid`], [`Secret::Refused`]. Whatever they write, and at whatever length, it fails
//!   no call: what is shown of it is one line of at most 1 KiB.
//! - **Nothing twice.** Each fact is asked once per dispatch; nothing is written that is already there. With nothing
//!   changed, an endpoint with N relations costs one command and N reads.
//! - **It ends.** A step that is decided twice in a row is an error, so is one beyond [`MOST_STEPS`]; polling lasts at
//!   most [`LONGEST_POLL`].
//! - **No panic on any input**, no unsafe code, no async runtime.
//!
//! # Mistakes the compiler finds
//!
//! Publishing without leadership:
//!
//! ```compile_fail,E0599
//! # use juju_ops::*;
//! fn publish<E: Endpoint>(unit: &Unit, at: &E, id: &RelationId, data: &E::Local) {
//!     let _ = unit.publish(at, id, data);
//! }
//! ```
//!
//! Publishing what the other side should say:
//!
//! ```compile_fail,E0308
//! # use juju_ops::*;
//! fn publish<I: Interface>(leader: Leader<'_>, at: &Provides<I>, id: &RelationId, data: &I::Requirer) {
//!     let _ = leader.publish(at, id, data);
//! }
//! ```
//!
//! A name of one thing for a name of another:
//!
//! ```compile_fail,E0308
//! # use juju_ops::*;
//! fn restart(container: &ContainerName) {}
//! fn restart_own(unit: &Unit) {
//!     restart(&unit.app());
//! }
//! ```
//!
//! A step without code for it:
//!
//! ```compile_fail,E0004
//! enum Step { Mount, Unmount }
//! fn apply(step: &Step) {
//!     match step {
//!         Step::Mount => {}
//!     }
//! }
//! ```
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
mod secret;
mod status;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
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
pub use endpoint::{
    Endpoint, Interface, PeerInterface, Peers, Provides, Requires, UnitEndpoint, UnitInterface,
};
pub use error::{CommandError, Error, Refusal};
pub use event::{
    ActionEvent, Event, RelationChange, RelationEvent, SecretChange, SecretEvent, StorageChange,
    StorageEvent, WorkloadChange, WorkloadEvent,
};
pub use leader::{Leader, Published};
pub use name::{
    ActionName, AppName, ContainerName, EndpointName, InvalidName, ModelName, RelationId, SecretId,
    StorageId, StorageName, UnitName,
};
pub use port::Port;
pub use redacted::Redacted;
pub use relation::{Relation, Remote};
pub use secret::Secret;
pub use status::Status;
pub use transport::{Forked, Output, Transport, TransportError};
pub use typed::{InvalidConfig, InvalidData};
pub use unit::Unit;
