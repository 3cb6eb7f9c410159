//! Juju's and the node's way into Kubernetes, embedded or not.
//!
//! Enters: what is to be read or written. Leaves: objects, or the refusal with what was tried. Absence is a value, never an error.

mod audit;
mod provisioner;
mod rest;
mod scheduler;
mod server;

pub use server::ServerError;

use crate::caas::{FIELD_MANAGER, Target, Write};
use crate::json::text;
use crate::kubelet::volumes::Volumes;
use kube_sandbox::{ApiCall, Client, Delete, KubeSandbox, Patch, StatusError};
use serde_json::{Value, json};
use server::Server;
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The API refused something that Juju or the node wanted.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} `{name}` in Kubernetes")]
pub struct ClusterError {
    /// `list Pod`, `patch StatefulSet`, ….
    operation: String,
    /// The object.
    name: String,
    /// What the API said.
    source: Box<StatusError>,
}

/// Counts the writes to a cluster that its controllers have to look at. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes {
    count: Arc<AtomicU64>,
}

impl Writes {
    /// Something was written, or may have been.
    pub(crate) fn note(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody called the API.
    pub(crate) fn heard(&self, call: &ApiCall) {
        if !matches!(call.verb.as_str(), "get" | "list" | "watch") {
            self.note();
        }
    }

    fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// Who answers.
enum Engine {
    Embedded(KubeSandbox),
    Server(Arc<Server>),
}

/// One namespace of a Kubernetes, seen with an administrator's rights.
pub(crate) struct Cluster {
    engine: Engine,
    juju: Client,
    node: Client,
    person: Client,
    namespace: String,
    writes: Writes,
    /// How many writes the controllers have seen.
    controlled: Cell<u64>,
    /// What was seen of a server that is at work.
    seen: RefCell<rest::Seen>,
    /// Where a server tells what it was asked.
    audit: RefCell<Option<audit::Log>>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// The embedded Kubernetes, whose controllers run when they are told to.
    pub(crate) fn embedded(kube: KubeSandbox, namespace: &str, writes: Writes) -> Self {
        Self {
            juju: kube.client("system:serviceaccount:controller:controller", FIELD_MANAGER),
            node: kube.client("system:node:sandbox", "kubelet"),
            person: kube.client("kubernetes-admin", "kubectl"),
            engine: Engine::Embedded(kube),
            namespace: namespace.to_owned(),
            writes,
            controlled: Cell::new(u64::MAX),
            seen: RefCell::default(),
            audit: RefCell::default(),
        }
    }

    /// The API server of a kubeconfig, whose controllers are at work all the time. The namespace must not be there yet.
    pub(crate) fn server(
        kubeconfig: &Path,
        audit_log: Option<&Path>,
        namespace: &str,
    ) -> Result<Self, ServerError> {
        let server = Arc::new(Server::of(kubeconfig)?);
        let client = |manager| Client::over(server.clone(), manager);
        Ok(Self {
            juju: client(FIELD_MANAGER),
            node: client("kubelet"),
            person: client("kubectl"),
            engine: Engine::Server(server),
            namespace: namespace.to_owned(),
            writes: Writes::default(),
            controlled: Cell::default(),
            seen: RefCell::default(),
            audit: RefCell::new(audit_log.map(audit::Log::from_now_on)),
        })
    }

    /// The embedded Kubernetes, where it is one.
    pub(crate) fn kube(&self) -> Option<&KubeSandbox> {
        match &self.engine {
            Engine::Embedded(kube) => Some(kube),
            Engine::Server(_) => None,
        }
    }

    /// The API as a person with `kubectl` has it.
    pub(crate) fn person(&self) -> &Client {
        &self.person
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The count of writes.
    pub(crate) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// Runs the embedded controllers if anything was written since they ran; true if they changed anything.
    ///
    /// # Errors
    /// When they undo each other's work.
    pub(crate) fn run_controllers(&self) -> Result<bool, kube_sandbox::Error> {
        let Engine::Embedded(kube) = &self.engine else {
            return Ok(false);
        };
        let count = self.writes.count();
        if self.controlled.replace(count) == count {
            return Ok(false);
        }
        kube.run_controllers()
    }

    /// The token of a service account of the namespace.
    pub(crate) fn token(&self, account: &str) -> Result<String, ClusterError> {
        match &self.engine {
            Engine::Embedded(kube) => Ok(kube.service_account_token(&self.namespace, account)),
            Engine::Server(_) => self
                .requested_token(account)
                .map_err(|error| failed("ask for a token of", "ServiceAccount", account, error)),
        }
    }

    /// A bearer token as the kubelet asks for one.
    fn requested_token(&self, account: &str) -> Result<String, StatusError> {
        let request = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {} });
        let answer =
            self.node
                .create_subresource("ServiceAccount", &self.namespace, account, "token", &request)?;
        let token = answer.pointer("/status/token").and_then(Value::as_str);
        token
            .map(str::to_owned)
            .ok_or_else(|| server::unanswered(&"the answer holds no token"))
    }

    /// The certificates that pods are to trust, as PEM.
    pub(crate) fn ca_pem(&self) -> String {
        match &self.engine {
            Engine::Embedded(kube) => kube.ca_pem(),
            Engine::Server(server) => server.ca_pem().to_owned(),
        }
    }

    /// Host and port of the API as this machine reaches it.
    pub(crate) fn address(&self) -> (String, u16) {
        match &self.engine {
            Engine::Embedded(kube) => (kube.address().ip().to_string(), kube.address().port()),
            Engine::Server(server) => server.address(),
        }
    }

    /// Whether nothing is to be expected from the cluster's controllers; asked again and again while they are at work.
    pub(crate) fn at_rest(&self) -> Result<bool, ClusterError> {
        if matches!(self.engine, Engine::Embedded(_)) {
            return Ok(self.controlled.get() == self.writes.count());
        }
        let sets = self.node.list("StatefulSet", Some(&self.namespace), "");
        let sets = sets.map_err(|error| failed("list", "StatefulSet", &self.namespace, error))?;
        Ok(self.seen.borrow_mut().at_rest(&sets, &self.pods()?))
    }

    /// What a server was asked since this was called last; the embedded one tells its calls as they happen.
    pub(crate) fn new_calls(&self) -> Vec<ApiCall> {
        let mut audit = self.audit.borrow_mut();
        audit.as_mut().map_or(Vec::new(), audit::Log::read)
    }

    /// Makes a cluster without nodes ready for the sandbox's.
    pub(crate) fn prepare_for_sandbox_node(&self) -> Result<(), ClusterError> {
        match &self.engine {
            Engine::Embedded(_) => Ok(()),
            Engine::Server(server) => {
                scheduler::install(server)?;
                provisioner::install(&self.person)
            }
        }
    }

    /// What a cluster without nodes has nobody for: claims get a folder below `volumes`, pods get their node.
    pub(crate) fn serve_sandbox_node(&self, volumes: &Path) -> Result<(), ClusterError> {
        match &self.engine {
            Engine::Embedded(_) => Ok(()),
            Engine::Server(_) => {
                provisioner::pass(self, volumes)?;
                scheduler::pass(self)
            }
        }
    }

    /// The time that objects carry: a charm compares it with its own clock, so it is the real one.
    #[expect(
        clippy::unused_self,
        reason = "asked of the cluster, as its objects' times are the cluster's"
    )]
    pub(crate) fn now(&self) -> String {
        jiff::Timestamp::now()
            .round(jiff::Unit::Second)
            .unwrap_or_default()
            .to_string()
    }

    /// Carries out a write of Juju's.
    pub(crate) fn write(&self, write: &Write) -> Result<(), ClusterError> {
        self.writes.note();
        match write {
            Write::Ensure(object) => unless_there(self.juju.create(object)).map_err(|error| {
                failed(
                    "create",
                    text(object, "/kind"),
                    text(object, "/metadata/name"),
                    error,
                )
            }),
            Write::Patch {
                target:
                    Target {
                        kind,
                        namespace,
                        name,
                        ..
                    },
                patch,
            } => self
                .juju
                .patch(kind, namespace.as_deref(), name, &Patch::Strategic(patch.clone()))
                .map(drop)
                .map_err(|error| failed("patch", kind, name, error)),
            Write::Delete(Target {
                kind,
                namespace,
                name,
                ..
            }) => {
                let deleted = self
                    .juju
                    .delete(kind, namespace.as_deref(), name, &Delete::default());
                unless_absent(deleted)
                    .map(drop)
                    .map_err(|error| failed("delete", kind, name, error))
            }
        }
    }

    /// The pods of the namespace, in the order of their names.
    pub(crate) fn pods(&self) -> Result<Vec<Value>, ClusterError> {
        let listed = self.node.list("Pod", Some(&self.namespace), "");
        let mut pods = listed.map_err(|error| failed("list", "Pod", &self.namespace, error))?;
        pods.sort_by(|left, right| text(left, "/metadata/name").cmp(text(right, "/metadata/name")));
        Ok(pods)
    }

    /// Writes the whole status of a pod.
    pub(crate) fn write_pod_status(&self, name: &str, status: &Value) -> Result<(), ClusterError> {
        self.writes.note();
        let patch = Patch::Merge(json!({ "status": status }));
        let written = self.node.patch_status("Pod", Some(&self.namespace), name, &patch);
        unless_absent(written)
            .map(drop)
            .map_err(|error| failed("write the status of", "Pod", name, error))
    }

    /// Takes a pod out of the store: its containers have ended.
    pub(crate) fn remove_pod(&self, name: &str) -> Result<(), ClusterError> {
        self.writes.note();
        let at_once = Delete {
            grace_period_seconds: Some(0),
            ..Delete::default()
        };
        let deleted = self.node.delete("Pod", Some(&self.namespace), name, &at_once);
        unless_absent(deleted)
            .map(drop)
            .map_err(|error| failed("remove", "Pod", name, error))
    }

    /// Evicts a pod, as `kubectl drain` does.
    pub(crate) fn evict(&self, pod: &str) -> Result<(), ClusterError> {
        self.writes.note();
        let evicted = self.person.evict(&self.namespace, pod);
        unless_absent(evicted)
            .map(drop)
            .map_err(|error| failed("evict", "Pod", pod, error))
    }

    /// Records an event.
    pub(crate) fn record(&self, event: &Value) -> Result<(), ClusterError> {
        let created = self.node.create(event);
        created
            .map(drop)
            .map_err(|error| failed("create", "Event", text(event, "/metadata/name"), error))
    }

    /// The address of a Service of the namespace.
    pub(crate) fn service_address(&self, name: &str) -> Option<std::net::IpAddr> {
        let service = self.node.get("Service", Some(&self.namespace), name).ok()?;
        text(&service, "/spec/clusterIP").parse().ok()
    }
}

impl Volumes for Cluster {
    fn claim(&self, name: &str) -> Option<Value> {
        self.node
            .get("PersistentVolumeClaim", Some(&self.namespace), name)
            .ok()
    }

    fn volume(&self, name: &str) -> Option<Value> {
        self.node.get("PersistentVolume", None, name).ok()
    }
}

fn unless_there(answer: Result<Value, StatusError>) -> Result<(), StatusError> {
    match answer {
        Ok(_) => Ok(()),
        Err(error) if error.reason == "AlreadyExists" => Ok(()),
        Err(error) => Err(error),
    }
}

fn unless_absent(answer: Result<Value, StatusError>) -> Result<Option<Value>, StatusError> {
    match answer {
        Ok(object) => Ok(Some(object)),
        Err(error) if error.code == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

fn failed(verb: &str, kind: &str, name: &str, source: StatusError) -> ClusterError {
    ClusterError {
        operation: format!("{verb} {kind}"),
        name: name.to_owned(),
        source: Box::new(source),
    }
}
