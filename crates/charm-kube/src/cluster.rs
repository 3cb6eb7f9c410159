//! The verbs: each builds one request, blocks for its answer and reads it.

use std::time::Duration;

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use kube::api::{DeleteParams, GetParams, ListParams, Patch, PatchParams};
use kube::core::Request;
use kube::{Client, Config};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use tokio::runtime::{Handle, Runtime};

use crate::apply::ApplyConfiguration;
use crate::delete::{Deleted, Preconditions};
use crate::error::ClusterError;
use crate::kind::{Kind, Scope as _};

/// An API server that does not take a connection in this time is not there for a hook.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest a request may take, with its connection.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// `kube` would bring a crate for this one word.
const JSON_PATCH: HeaderValue = HeaderValue::from_static("application/json-patch+json");

/// The API server, one namespace, and the name under which we change objects.
pub struct Cluster {
    runtime: Runtime,
    client: Client,
    namespace: String,
    field_manager: String,
    limit: Duration,
}

/// Which objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select<'a> {
    /// All of them.
    All,
    /// A label selector: `app=stage,tier!=front`.
    Labels(&'a str),
    /// A field selector: `involvedObject.uid=…`.
    Fields(&'a str),
}

impl Cluster {
    /// The cluster that this pod runs in: `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`, and the token,
    /// namespace and authority below `/var/run/secrets/kubernetes.io/serviceaccount`, as described in
    /// [Accessing the Kubernetes API from a Pod](https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
    /// Nothing is sent yet.
    ///
    /// `field_manager` is the name that owns what is applied. Never change it between versions of a charm: fields
    /// applied under an old name stay.
    ///
    /// # Errors
    /// [`ClusterError::Configuration`], or [`ClusterError::InsideRuntime`].
    pub fn in_cluster(field_manager: &str) -> Result<Self, ClusterError> {
        let config = Config::incluster_env().map_err(ClusterError::configuration)?;
        Self::connect(config, field_manager)
    }

    /// The cluster of any configuration, for tools outside of a pod. Its time-outs and retries are replaced by those
    /// of a hook.
    ///
    /// # Errors
    /// As [`Cluster::in_cluster`].
    pub fn connect(mut config: Config, field_manager: &str) -> Result<Self, ClusterError> {
        if Handle::try_current().is_ok() {
            return Err(ClusterError::InsideRuntime);
        }
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        config.read_timeout = Some(REQUEST_TIMEOUT);
        config.write_timeout = Some(REQUEST_TIMEOUT);
        config.default_retry = false;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(ClusterError::configuration)?;
        let namespace = config.default_namespace.clone();
        let client = {
            // The client starts a task of its own.
            let _inside = runtime.enter();
            Client::try_from(config)?
        };
        Ok(Self {
            runtime,
            client,
            namespace,
            field_manager: field_manager.to_owned(),
            limit: REQUEST_TIMEOUT,
        })
    }

    /// The same with another limit for one request.
    #[must_use]
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The namespace of namespaced objects. For a charm it is the name of the model.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The object of that name, or none.
    ///
    /// # Errors
    /// [`ClusterError`], but never [`ClusterError::NotFound`].
    pub fn get<K: Kind>(&self, name: &str) -> Result<Option<K>, ClusterError> {
        let request = self.of::<K>().get(name, &GetParams::default());
        match self.send(request) {
            Ok(object) => Ok(Some(object)),
            Err(ClusterError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The selected objects.
    ///
    /// # Errors
    /// [`ClusterError`].
    pub fn list<K: Kind>(&self, select: Select<'_>) -> Result<Vec<K>, ClusterError> {
        #[derive(serde::Deserialize)]
        #[serde(bound = "K: DeserializeOwned")]
        struct List<K> {
            #[serde(default = "Vec::new")]
            items: Vec<K>,
        }

        let params = match select {
            Select::All => ListParams::default(),
            Select::Labels(labels) => ListParams::default().labels(labels),
            Select::Fields(fields) => ListParams::default().fields(fields),
        };
        let list: List<K> = self.send(self.of::<K>().list(&params))?;
        Ok(list.items)
    }

    /// Server-side apply, never forced. The answer is the object as it is now: 200 does not say that something that
    /// was given up has gone, for another manager may own it too. Where the kind allows it and the body is complete,
    /// an absent object is made.
    ///
    /// # Errors
    /// [`ClusterError`]: [`Conflict::Owner`](crate::Conflict::Owner) names the field manager that holds another value.
    pub fn apply<A: ApplyConfiguration>(&self, fields: &A) -> Result<A::Object, ClusterError> {
        let params = PatchParams::apply(&self.field_manager);
        self.send(
            self.of::<A::Object>()
                .patch(fields.name(), &params, &Patch::Apply(fields)),
        )
    }

    /// An [RFC 6902](https://www.rfc-editor.org/rfc/rfc6902) patch: a list of operations. One that `replace`s
    /// `/metadata/resourceVersion` by that of the object as it was read holds for that object alone: where it has
    /// changed since, the answer is [`Conflict::Stale`](crate::Conflict::Stale). A `test` would not tell: one that fails
    /// and a path that is not there are both [`ClusterError::Invalid`], without details.
    ///
    /// What this and the other two patches change belongs to the manager `<field manager>-patch`: under the name of an
    /// apply it would never be given up again.
    ///
    /// # Errors
    /// [`ClusterError`].
    pub fn json_patch<K: Kind>(&self, name: &str, operations: &Value) -> Result<K, ClusterError> {
        let request = self
            .of::<K>()
            .patch(name, &self.patch_params(), &Patch::Merge(operations));
        self.send(request.map(|mut request| {
            request.headers_mut().insert(CONTENT_TYPE, JSON_PATCH);
            request
        }))
    }

    /// An [RFC 7386](https://www.rfc-editor.org/rfc/rfc7386) patch: the fields to replace; lists are replaced whole.
    ///
    /// # Errors
    /// [`ClusterError`].
    pub fn merge_patch<K: Kind>(&self, name: &str, patch: &impl Serialize) -> Result<K, ClusterError> {
        self.send(
            self.of::<K>()
                .patch(name, &self.patch_params(), &Patch::Merge(patch)),
        )
    }

    /// A strategic merge patch: lists are merged by their keys, and `$patch: delete` removes an entry, whoever owns it.
    ///
    /// # Errors
    /// [`ClusterError`].
    pub fn strategic_patch<K: Kind>(&self, name: &str, patch: &impl Serialize) -> Result<K, ClusterError> {
        self.send(
            self.of::<K>()
                .patch(name, &self.patch_params(), &Patch::Strategic(patch)),
        )
    }

    /// Deletes an object; what depends on it is deleted in the background.
    ///
    /// # Errors
    /// [`ClusterError`]: [`Conflict::Stale`](crate::Conflict::Stale) where the preconditions do not hold; never
    /// [`ClusterError::NotFound`].
    pub fn delete<K: Kind>(
        &self,
        name: &str,
        preconditions: &Preconditions,
    ) -> Result<Deleted, ClusterError> {
        let mut params = DeleteParams::background();
        if *preconditions != Preconditions::default() {
            params = params.preconditions(kube::api::Preconditions {
                resource_version: preconditions.resource_version.clone(),
                uid: preconditions.uid.clone(),
            });
        }
        match self.send::<IgnoredAny>(self.of::<K>().delete(name, &params)) {
            Ok(IgnoredAny) => Ok(Deleted::Accepted),
            Err(ClusterError::NotFound { .. }) => Ok(Deleted::Absent),
            Err(error) => Err(error),
        }
    }

    /// Sends a request and reads the answer, within the limit.
    fn send<T: DeserializeOwned>(
        &self,
        request: Result<http::Request<Vec<u8>>, kube::core::request::Error>,
    ) -> Result<T, ClusterError> {
        let request = request.map_err(ClusterError::request)?;
        if Handle::try_current().is_ok() {
            return Err(ClusterError::InsideRuntime);
        }
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(self.limit, self.client.request_text(request)).await })
            .map_err(|_elapsed| ClusterError::timed_out(self.limit))??;
        serde_json::from_str(&answer).map_err(ClusterError::Unreadable)
    }

    fn of<K: Kind>(&self) -> Request {
        Request::new(K::url_path(&(), K::Scope::namespace(&self.namespace)))
    }

    fn patch_params(&self) -> PatchParams {
        PatchParams {
            field_manager: Some(format!("{}-patch", self.field_manager)),
            ..PatchParams::default()
        }
    }
}
