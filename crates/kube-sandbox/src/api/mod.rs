//! Carries out requests on the store. Enters: [`Request`]. Leaves: an answer or a status error, and the store changed.
//! Must not know of sockets.

mod admission;
mod delete;
mod eviction;
mod options;
mod policies;
mod read;
mod refusals;
mod request;
mod scale;
mod versions;
mod write;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::auth;
use crate::rules::Rules;
use crate::schema::{Kind, Schema};
use crate::status::StatusError;
use crate::store::{Key, Store};

pub(crate) use admission::default_class;
pub(crate) use policies::used;
pub(crate) use request::{Answer, PatchKind, Query, Request, Verb};

/// The API of one cluster.
pub(crate) struct Api {
    schema: Schema,
    rules: Rules,
    store: Mutex<Store>,
    /// Tells watches that there is something new.
    pub(crate) changed: tokio::sync::Notify,
}

/// What a request is about, once it is known to be served.
#[derive(Clone, Copy)]
struct Call<'a> {
    request: &'a Request,
    kind: &'static Kind,
}

impl Api {
    pub(crate) fn new(schema: Schema, rules: Rules) -> Self {
        Api {
            schema,
            rules,
            store: Mutex::default(),
            changed: tokio::sync::Notify::new(),
        }
    }

    /// The store, for those who only look.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Authorizes and carries out one request. A watch is answered as the list it begins with.
    pub(crate) fn handle(&self, request: &Request) -> Result<Answer, StatusError> {
        let mut store = self.store();
        let before = store.revision();
        let mut answer = self.handle_in(&mut store, request);
        let changed = store.revision() != before;
        if changed {
            self.changed.notify_waiters();
        }
        if let Ok(answer) = &mut answer {
            answer.changed = changed;
        }
        answer
    }

    fn handle_in(&self, store: &mut Store, request: &Request) -> Result<Answer, StatusError> {
        if request.is_review() {
            return Ok(auth::review(store, request));
        }
        auth::authorize(store, request)?;
        let kind = request.kind().ok_or_else(StatusError::no_such_path)?;
        if kind.namespaced && request.namespace.is_none() && !matches!(request.verb, Verb::List | Verb::Watch)
        {
            return Err(StatusError::no_such_path());
        }
        let call = Call { request, kind };
        match request.subresource.as_deref() {
            Some("eviction") => return Self::evict(store, call),
            Some("scale") => return self.scale(store, call),
            Some(_) | None => {}
        }
        options::check(call)?;
        match request.verb {
            Verb::Get => Self::get(store, call),
            Verb::Watch => Self::watch(store, call),
            Verb::List => Self::list(store, call),
            Verb::Create => self.create(store, call),
            Verb::Update => self.replace(store, call),
            Verb::Patch(patch) => self.patch(store, call, patch),
            Verb::Delete => Self::delete(store, call),
            Verb::DeleteCollection => Self::delete_all(store, call),
        }
    }
}

impl Call<'_> {
    fn key(&self, name: &str) -> Key {
        Key::new(
            self.kind.kind,
            self.request.namespace.as_deref().unwrap_or_default(),
            name,
        )
    }

    fn name(&self) -> &str {
        self.request.name.as_deref().unwrap_or_default()
    }

    fn is_status(&self) -> bool {
        self.request.subresource.is_some()
    }

    fn not_found(&self) -> StatusError {
        let (resource, name) = (self.kind.resource(), self.name());
        StatusError::plain(404, "NotFound", format!("{resource} {} not found", json!(name))).about(
            self.kind.group,
            self.kind.plural,
            name,
        )
    }

    /// 409 that an attempt with a newer object may not get.
    fn stale(&self, name: &str, why: &str) -> StatusError {
        let resource = self.kind.resource();
        let message = format!(
            "Operation cannot be fulfilled on {resource} {}: {why}",
            json!(name)
        );
        StatusError::plain(409, "Conflict", message).about(self.kind.group, self.kind.plural, name)
    }

    /// The same about a precondition, which names the kind.
    fn not_the_one(&self, name: &str, why: &str) -> StatusError {
        let error = self.stale(name, why);
        let kind = self.kind.qualified();
        let message = format!("Operation cannot be fulfilled on {kind} {}: {why}", json!(name));
        StatusError { message, ..error }
    }

    fn forbidden(&self, name: &str, why: &str) -> StatusError {
        let message = format!("{} {} is forbidden: {why}", self.kind.resource(), json!(name));
        StatusError::plain(403, "Forbidden", message).about(self.kind.group, self.kind.plural, name)
    }

    fn live<'s>(&self, store: &'s Store) -> Result<&'s Value, StatusError> {
        store.get(&self.key(self.name())).ok_or_else(|| self.not_found())
    }
}
