//! A client of the API with the rights of a cluster administrator. In process it takes the same code path as https.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

use crate::KubeSandbox;
use crate::api::{PatchKind, Query, Request, Verb};
use crate::auth::User;
use crate::object::Object;
use crate::schema::Kind;
use crate::status::StatusError;
use crate::wire::{HttpRequest, Transport};

/// Reads and writes objects as one user with one field manager name. Kinds are named as in `kind`, such as `StatefulSet`.
#[derive(Clone)]
pub struct Client {
    server: Server,
    user: String,
    field_manager: String,
    /// How many of its requests changed the store.
    changes: Arc<AtomicU64>,
}

/// Who answers.
#[derive(Clone)]
enum Server {
    Embedded(KubeSandbox),
    Remote(Arc<dyn Transport>),
}

/// The three kinds of patch beside apply.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// Strategic merge patch: lists merge by key, directives such as `$patch: delete`.
    Strategic(Value),
    /// JSON merge patch (RFC 7386).
    Merge(Value),
    /// JSON patch (RFC 6902): a list of operations.
    Json(Value),
}

/// How to apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apply {
    /// Take conflicting fields over.
    pub force: bool,
    /// Answer as if, and store nothing.
    pub dry_run: bool,
}

/// How to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delete {
    /// What becomes of the objects it owns.
    pub propagation: Propagation,
    /// Seconds of grace for a pod; `Some(0)` is what a kubelet sends when the pod has ended.
    pub grace_period_seconds: Option<u64>,
    /// Only if it still has this uid.
    pub uid: Option<String>,
    /// Only if it still has this resource version.
    pub resource_version: Option<String>,
}

/// What becomes of the objects that a deleted object owns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted after it.
    #[default]
    Background,
    /// They are deleted before it.
    Foreground,
    /// They stay, without the reference to it.
    Orphan,
}

impl Client {
    pub(crate) fn new(sandbox: KubeSandbox, user: &str, field_manager: &str) -> Self {
        Client {
            server: Server::Embedded(sandbox),
            user: user.to_owned(),
            field_manager: field_manager.to_owned(),
            changes: Arc::default(),
        }
    }

    /// A client of an API server that is not embedded, which knows by itself who asks.
    pub fn over(transport: Arc<dyn Transport>, field_manager: &str) -> Self {
        Client {
            server: Server::Remote(transport),
            user: String::new(),
            field_manager: field_manager.to_owned(),
            changes: Arc::default(),
        }
    }

    /// One object; `namespace` is None for kinds of the whole cluster.
    ///
    /// # Errors
    /// Any answer that is not a success, as for the other methods.
    pub fn get(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Value, StatusError> {
        self.send(&self.request(Verb::Get, Kind::named(kind), namespace, Some(name)))
    }

    /// The objects of a kind, each with its kind and `apiVersion`, whose labels match `selector` (empty: all), of one namespace or of all.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn list(
        &self,
        kind: &str,
        namespace: Option<&str>,
        selector: &str,
    ) -> Result<Vec<Value>, StatusError> {
        let mut request = self.request(Verb::List, Kind::named(kind), namespace, None);
        selector.clone_into(&mut request.query.label_selector);
        let list = self.send(&request)?;
        let mut items = list.items("/items").to_vec();
        for item in &mut items {
            item.set(&["apiVersion"], json!(list.text("/apiVersion")));
            item.set(&["kind"], json!(kind));
        }
        Ok(items)
    }

    /// Makes an object: `apiVersion`, `kind`, `metadata.name` and `metadata.namespace` say which.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn create(&self, object: &Value) -> Result<Value, StatusError> {
        let mut request = self.about(Verb::Create, object);
        request.name = None;
        self.send(&request)
    }

    /// Replaces an object; its `status` stays.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn update(&self, object: &Value) -> Result<Value, StatusError> {
        self.send(&self.about(Verb::Update, object))
    }

    /// Replaces the `status` of an object and nothing else.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn update_status(&self, object: &Value) -> Result<Value, StatusError> {
        let mut request = self.about(Verb::Update, object);
        request.subresource = Some("status".to_owned());
        self.send(&request)
    }

    /// Server-side apply as the field manager of this client.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn apply(&self, object: &Value, how: Apply) -> Result<Value, StatusError> {
        let mut request = self.about(Verb::Patch(PatchKind::Apply), object);
        request.query.force = how.force;
        request.query.dry_run = how.dry_run;
        self.send(&request)
    }

    /// Changes an object by a patch.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn patch(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        self.send(&self.patching(kind, namespace, name, patch))
    }

    /// Changes the `status` of an object by a patch.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn patch_status(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        let mut request = self.patching(kind, namespace, name, patch);
        request.subresource = Some("status".to_owned());
        self.send(&request)
    }

    /// Deletes an object: gone at once, or marked with a `deletionTimestamp` as long as a finalizer or a running pod
    /// holds it. Answers the object, or a `Status` when it is gone.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn delete(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        how: &Delete,
    ) -> Result<Value, StatusError> {
        let mut request = self.request(Verb::Delete, Kind::named(kind), namespace, Some(name));
        request.body = how.to_options();
        self.send(&request)
    }

    /// Evicts a pod: a deletion that its disruption budgets may refuse with 429.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn evict(&self, namespace: &str, pod: &str) -> Result<Value, StatusError> {
        let eviction = json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": pod, "namespace": namespace },
        });
        self.create_subresource("Pod", namespace, pod, "eviction", &eviction)
    }

    /// Makes what stands below an object: a pod's `binding`, a service account's `token`.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn create_subresource(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
        subresource: &str,
        body: &Value,
    ) -> Result<Value, StatusError> {
        let mut request = self.request(Verb::Create, Kind::named(kind), Some(namespace), Some(name));
        request.subresource = Some(subresource.to_owned());
        request.body = body.clone();
        self.send(&request)
    }

    fn patching(&self, kind: &str, namespace: Option<&str>, name: &str, patch: &Patch) -> Request {
        let (patch, body) = match patch {
            Patch::Strategic(body) => (PatchKind::Strategic, body),
            Patch::Merge(body) => (PatchKind::Merge, body),
            Patch::Json(body) => (PatchKind::Json, body),
        };
        let mut request = self.request(Verb::Patch(patch), Kind::named(kind), namespace, Some(name));
        request.body = body.clone();
        request
    }

    /// A request about the object of a body.
    fn about(&self, verb: Verb, object: &Value) -> Request {
        let namespace = Some(object.namespace()).filter(|namespace| !namespace.is_empty());
        let mut request = self.request(
            verb,
            Kind::named(object.text("/kind")),
            namespace,
            Some(object.name()),
        );
        request.body = object.clone();
        request
    }

    /// A kind that is not served makes a request that is answered so.
    fn request(
        &self,
        verb: Verb,
        kind: Option<&Kind>,
        namespace: Option<&str>,
        name: Option<&str>,
    ) -> Request {
        let text = |part: fn(&Kind) -> &'static str| kind.map(part).unwrap_or_default().to_owned();
        Request {
            user: User::admin(&self.user),
            verb,
            group: text(|kind| kind.group),
            version: text(|kind| kind.version),
            resource: text(|kind| kind.plural),
            subresource: None,
            namespace: namespace.map(str::to_owned),
            name: name.map(str::to_owned),
            query: Query {
                field_manager: self.field_manager(),
                agent: "unknown".to_owned(),
                ..Query::default()
            },
            body: Value::Null,
        }
    }

    fn field_manager(&self) -> Option<String> {
        Some(self.field_manager.clone()).filter(|name| !name.is_empty())
    }

    fn send(&self, request: &Request) -> Result<Value, StatusError> {
        let sandbox = match &self.server {
            Server::Embedded(sandbox) => sandbox,
            Server::Remote(transport) => return transport.send(&HttpRequest::of(request)?),
        };
        let answer = sandbox.api().handle(request)?;
        if answer.changed {
            self.changes.fetch_add(1, Ordering::Relaxed);
        }
        Ok(answer.body)
    }

    /// How many requests of this client and its clones changed the store.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }
}

impl Delete {
    /// As `DeleteOptions`.
    fn to_options(&self) -> Value {
        let mut preconditions = Map::new();
        if let Some(uid) = &self.uid {
            preconditions.insert("uid".to_owned(), json!(uid));
        }
        if let Some(revision) = &self.resource_version {
            preconditions.insert("resourceVersion".to_owned(), json!(revision));
        }
        let propagation = match self.propagation {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        };
        json!({ "propagationPolicy": propagation, "gracePeriodSeconds": self.grace_period_seconds, "preconditions": preconditions })
    }
}
