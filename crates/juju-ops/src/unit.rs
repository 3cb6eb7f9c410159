//! One unit in one dispatch: what a charm sees of Juju.
//!
//! Questions enter, facts leave; each fact is read from Juju at most once and what the charm writes is written
//! through. Nothing is asked before it is needed, and nothing is written that is already there.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::context::JujuContext;
use crate::databag::{Databag, Settings};
use crate::endpoint::{Endpoint, UnitEndpoint, check_endpoint, encode};
use crate::error::{Error, Refusal};
use crate::event::Event;
use crate::hookcmds::{self, SecretContent, SecretRead, SecretRef};
use crate::leader::{Leader, Published};
use crate::name::{AppName, ModelName, RelationId, SecretId, UnitName};
use crate::port::Port;
use crate::redacted::Redacted;
use crate::relation::{Relation, Remote};
use crate::relation_facts::{RelationFacts, Source};
use crate::secret::Secret;
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

    /// The relations at an endpoint (one `relation-ids`). The one whose `relation-broken` is running is left out:
    /// for the charm it is gone.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn relation_ids(&self, endpoint: &str) -> Result<Vec<RelationId>, Error> {
        self.relations.ids(self.source(), endpoint)
    }

    /// The relations at an endpoint with what both applications say: one `relation-ids`, then one `relation-get` for
    /// each, some of them at once. Who is at the other side and, on the leader, what our side published is remembered in
    /// the charm state; without a memory each costs one more call. What is published is also read again in
    /// `leader-elected`, `start` and `upgrade-charm`: another unit may have led before.
    ///
    /// # Errors
    /// A hook command failed. While a relation or the unit goes away it is no error that Juju does not know the relation:
    /// it is left out; nor that this unit may not read it: [`Remote::Unreadable`].
    pub fn relations<E: Endpoint>(&self, at: &E) -> Result<Vec<Relation<E>>, Error> {
        let leads = self.leader()?.is_some();
        let mut relations = Vec::new();
        let ids = self.relation_ids(at.name())?;
        self.relations.learn_remotes(self.source(), &ids);
        for id in &ids {
            match self.relation::<E>(id, leads) {
                Ok(relation) => relations.push(relation),
                Err(error) if error.is_no_relation() && self.event().is_teardown_of(id) => {}
                Err(error) => return Err(error),
            }
        }
        self.relations.remember(self.source(), at.name(), leads)?;
        Ok(relations)
    }

    /// What the units at the other side of a relation say, each for itself; at a peer endpoint, the other units of our
    /// application. Read when asked for: one `relation-list`, then one `relation-get` for each unit, some of them at once.
    ///
    /// # Errors
    /// A hook command failed, or `id` is a relation of another endpoint. While the relation or the unit goes away it is
    /// no error that Juju does not know the relation, or denies it: then there is no unit.
    pub fn remote_units<E: UnitEndpoint>(
        &self,
        at: &E,
        id: &RelationId,
    ) -> Result<BTreeMap<UnitName, Remote<E::RemoteUnit>>, Error> {
        check_endpoint(at.name(), id)?;
        let bags = match self.relations.remote_units(self.source(), id) {
            Err(error) if self.is_refused_in_teardown(id, &error) => BTreeMap::new(),
            bags => bags?,
        };
        let parsed = |settings| Remote::from(E::RemoteUnit::decode(&settings));
        Ok(bags
            .into_iter()
            .map(|(unit, settings)| (unit, parsed(settings)))
            .collect())
    }

    /// What this unit says for itself in a relation, if that can be read (one `relation-get`). What Juju refused to write
    /// in this dispatch counts: trying again would not help.
    ///
    /// # Errors
    /// A hook command failed, or `id` is a relation of another endpoint.
    pub fn own_bag<E: UnitEndpoint>(&self, at: &E, id: &RelationId) -> Result<Option<E::LocalUnit>, Error> {
        check_endpoint(at.name(), id)?;
        let settings = self.unless_denied(id, self.relations.own_unit(self.source(), id))?;
        Ok(settings.and_then(|settings| E::LocalUnit::decode(&settings).ok().flatten()))
    }

    /// Makes this unit say `data` for itself in a relation. Only keys that differ are written; keys that are there and
    /// not in `data` are deleted, but for the addresses that Juju itself puts there.
    ///
    /// # Errors
    /// A hook command failed, `data` has no form in settings, or `id` is a relation of another endpoint.
    pub fn write_own_bag<E: UnitEndpoint>(
        &self,
        at: &E,
        id: &RelationId,
        data: &E::LocalUnit,
    ) -> Result<Published, Error> {
        check_endpoint(at.name(), id)?;
        let settings = encode(at.name(), data)?;
        match self.relations.write_own_unit(self.source(), id, &settings) {
            Ok(true) => Ok(Published::Written),
            Ok(false) => Ok(Published::Unchanged),
            Err(error) if self.is_refused_in_teardown(id, &error) => {
                self.relations.refused_own_unit(id, settings);
                Ok(Published::Refused)
            }
            Err(error) => Err(error),
        }
    }

    /// What a secret says: one of ours, or one that was granted to us, such as that of an option of type `secret`. It is
    /// the revision this application tracks (one `secret-get` for each secret); see [`Unit::refresh_secret`].
    ///
    /// # Errors
    /// The hook command failed. That Juju does not show the secret is a value.
    pub fn secret<T: DeserializeOwned>(&self, id: &SecretId) -> Result<Secret<Redacted<T>>, Error> {
        let known = self.secrets.borrow().get(id).cloned();
        match known {
            Some(read) => Ok(parsed(read)),
            None => self.read_secret(id, SecretRead::Tracked),
        }
    }

    /// The same of the latest revision, which is tracked from now on: what to do after `secret-changed` (one
    /// `secret-get`).
    ///
    /// # Errors
    /// As [`Unit::secret`].
    pub fn refresh_secret<T: DeserializeOwned>(&self, id: &SecretId) -> Result<Secret<Redacted<T>>, Error> {
        self.read_secret(id, SecretRead::Refresh)
    }

    /// A text of the charm state (one `state-get` for all). The controller keeps it: it outlives the pod.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn state(&self, key: &str) -> Result<Option<String>, Error> {
        self.store.get(self.transport(), key)
    }

    /// Keeps a text in the charm state, written by one `state-set` at the end of the dispatch if it is different.
    ///
    /// # Errors
    /// The hook command failed, or the key (256 bytes) or value (64 KiB) is too long for Juju.
    pub fn set_state(&self, key: &str, value: impl Into<String>) -> Result<(), Error> {
        self.store.set(self.transport(), key, value.into())
    }

    /// A value of the charm state that [`Unit::remember`] kept. One that cannot be read, for instance because another
    /// revision of the charm wrote it, counts as none and is logged as a warning: where none must not be taken for
    /// "never was", ask [`Unit::state`] too.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn remembered<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.state(key)? else {
            return Ok(None);
        };
        match serde_json::from_str(&text) {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                if self.unreadable.borrow_mut().insert(key.to_owned()) {
                    tracing::warn!("cannot read `{key}` in the charm state, it counts as none: {error}");
                }
                Ok(None)
            }
        }
    }

    /// Keeps a value in the charm state as JSON, as [`Unit::set_state`] keeps a text.
    ///
    /// # Errors
    /// As [`Unit::set_state`], or the value has no form in JSON.
    pub fn remember<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Error> {
        let text = serde_json::to_string(value).map_err(|source| Error::Remember {
            key: key.to_owned(),
            source,
        })?;
        self.set_state(key, text)
    }

    /// Removes a text or value from the charm state at the end of the dispatch.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn remove_state(&self, key: &str) -> Result<(), Error> {
        self.store.unset(self.transport(), key)
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

    fn relation<E: Endpoint>(&self, id: &RelationId, leads: bool) -> Result<Relation<E>, Error> {
        let app = self.relations.app(self.source(), id)?;
        let remote = self.relations.remote(self.source(), id, &app);
        let remote = match self.unless_denied(id, remote)? {
            Some(settings) => Remote::from(E::Remote::decode(&settings)),
            None => Remote::Unreadable,
        };
        let published = if leads {
            self.unless_denied(id, self.relations.published(self.source(), id))?
        } else {
            None
        };
        Ok(Relation {
            id: id.clone(),
            app,
            remote,
            // What cannot be decoded of our own is published anew, as if it were not there.
            published: published.and_then(|settings| E::Local::decode(&settings).ok().flatten()),
        })
    }

    /// A bag, or none where Juju denies it because the relation or the unit goes away.
    fn unless_denied(
        &self,
        id: &RelationId,
        bag: Result<Settings, Error>,
    ) -> Result<Option<Settings>, Error> {
        match bag {
            Err(error) if error.is_denied() && self.event().is_teardown_of(id) => Ok(None),
            bag => bag.map(Some),
        }
    }

    /// Whether Juju refused because the relation or the unit goes away.
    pub(crate) fn is_refused_in_teardown(&self, id: &RelationId, error: &Error) -> bool {
        self.event().is_teardown_of(id) && (error.is_no_relation() || error.is_denied())
    }

    fn read_secret<T: DeserializeOwned>(
        &self,
        id: &SecretId,
        read: SecretRead,
    ) -> Result<Secret<Redacted<T>>, Error> {
        let content = match hookcmds::secret_get(self.transport(), SecretRef::Id(id), read) {
            Ok(content) => Ok(content),
            Err(error) if error.is_no_secret() => match error.refusal_of("secret-") {
                Some(refusal) => Err(refusal.clone()),
                None => return Err(error),
            },
            Err(error) => return Err(error),
        };
        self.secrets.borrow_mut().insert(id.clone(), content.clone());
        Ok(parsed(content))
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

/// The content of a secret as a type.
fn parsed<T: DeserializeOwned>(read: Result<SecretContent, Refusal>) -> Secret<Redacted<T>> {
    let content = match read {
        Ok(content) => content,
        Err(refusal) => return Secret::Refused(refusal),
    };
    let texts = content.expose().iter();
    let object = texts.map(|(key, text)| (key.clone(), Value::String(text.clone())));
    match from_value(Value::Object(object.collect()), "secret") {
        Ok(data) => Secret::Ready(data),
        Err(invalid) => Secret::Invalid(invalid),
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
