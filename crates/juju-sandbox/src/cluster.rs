//! Juju's and the node's way into the embedded Kubernetes.
//!
//! Enters: what is to be read or written. Leaves: objects, or the refusal with what was tried. Absence is a value, never an error.

use crate::caas::{FIELD_MANAGER, Target, Write};
use crate::json::text;
use crate::kubelet::volumes::Volumes;
use kube_sandbox::{Client, Delete, KubeSandbox, Patch, StatusError};
use serde_json::{Value, json};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The API refused something that Juju or the node wanted.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} `{name}` in the embedded Kubernetes")]
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

    fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// One namespace of the embedded Kubernetes, seen with an administrator's rights.
pub(crate) struct Cluster {
    kube: KubeSandbox,
    juju: Client,
    node: Client,
    namespace: String,
    writes: Writes,
    /// How many writes the controllers have seen.
    controlled: Cell<u64>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    pub(crate) fn new(kube: KubeSandbox, namespace: &str, writes: Writes) -> Self {
        let juju = kube.client("system:serviceaccount:controller:controller", FIELD_MANAGER);
        let node = kube.client("system:node:sandbox", "kubelet");
        Self {
            kube,
            juju,
            node,
            namespace: namespace.to_owned(),
            writes,
            controlled: Cell::new(u64::MAX),
        }
    }

    pub(crate) fn kube(&self) -> &KubeSandbox {
        &self.kube
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The count of writes.
    pub(crate) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// Runs the controllers if anything was written since they ran; true if they changed anything.
    pub(crate) fn run_controllers(&self) -> bool {
        let count = self.writes.count();
        self.controlled.replace(count) != count && self.kube.run_controllers()
    }

    /// The token of a service account of the namespace.
    pub(crate) fn token(&self, account: &str) -> String {
        self.kube.service_account_token(&self.namespace, account)
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
            Write::Ensure(object) => match self.juju.create(object) {
                Ok(_) => Ok(()),
                Err(error) if error.reason == "AlreadyExists" => Ok(()),
                Err(error) => Err(failed(
                    "create",
                    text(object, "/kind"),
                    text(object, "/metadata/name"),
                    error,
                )),
            },
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
        let how = Delete {
            grace_period_seconds: Some(0),
            ..Delete::default()
        };
        let deleted = self.node.delete("Pod", Some(&self.namespace), name, &how);
        unless_absent(deleted)
            .map(drop)
            .map_err(|error| failed("remove", "Pod", name, error))
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
