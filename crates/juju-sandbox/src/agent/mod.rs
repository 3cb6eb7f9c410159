//! The unit agent: one hook from its environment to its commit, as Juju's uniter runs it.
//!
//! Enters: a hook that is due, and where its charm lies ([`Site`]). Leaves: the world after it ([`HookEnd`] says how it
//! went), and what happened told to a [`TraceSink`]. It starts no process itself: a [`HookRunner`] does.
//!
//! - [`run_hook`] drives one hook: environment, socket, process, outcome, commit.
//! - `environment` makes the variables of the hook, all of them and no others.
//! - `context` is the running hook as its commands see it: what it may read, and the buffered changes.
//! - `tools` are the hook commands, one file per family. Each answers a value that one formatter prints.
//! - `server` answers the commands of the running hook on its socket; [`tool_main`] is the other end: the program a charm
//!   calls as `relation-get`, `status-set` and so on.

mod client;
mod context;
mod environment;
mod frame;
mod hook;
mod server;
mod signal;
mod socket;
mod tools;

#[cfg(test)]
mod tests;

pub use client::tool_main;
pub use environment::{KubernetesService, Site};
pub use hook::{AgentError, HookEnd, HookExit, HookInvocation, HookRunner, TraceSink, run_hook};
pub use tools::names as tool_names;
