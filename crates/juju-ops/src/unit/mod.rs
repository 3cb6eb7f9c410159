//! One unit in one dispatch: what a charm sees of Juju.
//!
//! Questions enter, facts leave; each fact is read from Juju at most once and what the charm writes is written
//! through. Nothing is asked before it is needed, and nothing is written that is already there.

mod relations;
mod secrets;
mod state;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::context::JujuContext;
use crate::error::{Error, Refusal};
use crate::event::Event;
use crate::hookcmds::{self, SecretContent};
use crate::leader::Leader;
use crate::name::{AppName, ModelName, SecretId, UnitName};
use crate::port::Port;
use crate::relation_facts::{RelationFacts, Source};
use crate::status::Status;
use crate::store::Store;
use crate::text;
use crate::transport::Transport;
use crate::typed::{InvalidConfig, from_value};

/// Where the version last told to Juju is kept, for Juju has no command to ask for it.
const VERSION_KEY: &str = "juju-ops/version";

/// This unit, as long as the dispatch lasts.
pub struct Unit {
    context: JujuContext,
    transport: Rc<dyn Transport>,
    config: OnceCell<Map<String, Value>>,
    leads: OnceCell<bool>,
    opened_ports: RefCell<Option<BTreeSet<String>>>,
    relations: RelationFacts,
    secrets: RefCell<BTreeMap<SecretId, Result<SecretContent, Refusal>>>,
    store: Store,
    /// Keys of the charm state of which it was logged that they cannot be read.
    unreadable: RefCell<BTreeSet<String>>,
}

impl Unit {
    /// A unit that reaches Juju through `transport`. [`crate::main`] makes one for the charm.
    pub fn new(context: JujuContext, transport: Rc<dyn Transport>) -> Self {
        Self {
            context,
            transport,
            config: OnceCell::new(),
            leads: OnceCell::new(),
            opened_ports: RefCell::new(None),
            relations: RelationFacts::default(),
            secrets: RefCell::default(),
            store: Store::default(),
            unreadable: RefCell::default(),
        }
    }

    /// What Juju said in the environment.
    pub fn context(&self) -> &JujuContext {
        &self.context
    }

    /// Why the charm runs.
    pub fn event(&self) -> &Event {
        self.context.event()
    }

    /// This unit's name.
    pub fn name(&self) -> &UnitName {
        self.context.unit()
    }

    /// This unit's application.
    pub fn app(&self) -> AppName {
        self.context.app()
    }

    /// The model; on Kubernetes also the namespace.
    pub fn model(&self) -> &ModelName {
        self.context.model()
    }

    /// The way to the hook commands, for those that have no method here: see [`crate::hookcmds`].
    pub fn transport(&self) -> &dyn Transport {
        self.transport.as_ref()
    }

    /// The application's options as a type (one `config-get`). A value that does not fit is not an error of the
    /// dispatch but something a person must correct: the inner result. Options the type does not have are ignored
    /// unless it says `#[serde(deny_unknown_fields)]`.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn config<C: DeserializeOwned>(&self) -> Result<Result<C, InvalidConfig>, Error> {
        let options = once(&self.config, || hookcmds::config_get(self.transport()))?;
        Ok(from_value(Value::Object(options.clone()), "config").map_err(InvalidConfig::from))
    }

    /// Proof that this unit leads its application (one `is-leader`), or none.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn leader(&self) -> Result<Option<Leader<'_>>, Error> {
        let leads = *once(&self.leads, || hookcmds::is_leader(self.transport()))?;
        Ok(leads.then(|| Leader::new(self)))
    }

    /// Opens a port of the application, unless it is open (one `opened-ports`).
    ///
    /// # Errors
    /// A hook command failed.
    pub fn open_port(&self, port: Port) -> Result<(), Error> {
        let mut opened = self.opened_ports()?;
        if opened.insert(port.to_string()) {
            hookcmds::open_port(self.transport(), port)?;
            *self.opened_ports.borrow_mut() = Some(opened);
        }
        Ok(())
    }

    /// Closes a port of the application, if it is open (one `opened-ports`).
    ///
    /// # Errors
    /// A hook command failed.
    pub fn close_port(&self, port: Port) -> Result<(), Error> {
        let mut opened = self.opened_ports()?;
        if opened.remove(&port.to_string()) {
            hookcmds::close_port(self.transport(), port)?;
            *self.opened_ports.borrow_mut() = Some(opened);
        }
        Ok(())
    }

    /// Tells Juju the version of the workload, in one line, unless the charm state says that it was told before.
    ///
    /// # Errors
    /// A hook command failed.
    pub fn set_version(&self, version: &str) -> Result<(), Error> {
        let version = text::line(version);
        if self.state(VERSION_KEY)?.as_ref() == Some(&version) {
            return Ok(());
        }
        hookcmds::application_version_set(self.transport(), &version)?;
        self.set_state(VERSION_KEY, version)
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            context: &self.context,
            transport: self.transport(),
            store: &self.store,
        }
    }

    pub(crate) fn relation_facts(&self) -> &RelationFacts {
        &self.relations
    }

    /// Shows a status, unless Juju shows it already.
    pub(crate) fn show(&self, status: &Status) -> Result<(), Error> {
        let status = status.in_one_line();
        if status == hookcmds::status_get(self.transport())? {
            return Ok(());
        }
        hookcmds::status_set(self.transport(), &status)
    }

    /// Writes what the charm state has become.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.store.flush(self.transport())
    }

    fn opened_ports(&self) -> Result<BTreeSet<String>, Error> {
        if let Some(opened) = self.opened_ports.borrow().as_ref() {
            return Ok(opened.clone());
        }
        let opened: BTreeSet<String> = hookcmds::opened_ports(self.transport())?.into_iter().collect();
        *self.opened_ports.borrow_mut() = Some(opened.clone());
        Ok(opened)
    }
}

/// The value of a cell, read when it is first needed.
fn once<T>(cell: &OnceCell<T>, read: impl FnOnce() -> Result<T, Error>) -> Result<&T, Error> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = read()?;
    Ok(cell.get_or_init(|| value))
}
