//! What Juju makes in Kubernetes for an application, and how it changes it later.
//!
//! Enters: the application as Juju wants it and as it was wanted before. Leaves: a list of [`Write`]s; nothing here calls
//! Kubernetes. The shapes follow Juju's Kubernetes provider (juju/juju, `internal/provider/kubernetes/application`): a
//! `StatefulSet` with a Pebble in every container, two Services, a service account with its roles, a secret. The way of changing
//! follows `internal/provider/kubernetes/resources`: strategic merge patches, so that what a charm added stays.

mod rbac;
mod service;
mod statefulset;
mod write;

#[cfg(test)]
mod tests;

pub use statefulset::{
    CHARM_CONTAINER, CHARM_IMAGE, INIT_CONTAINER, SHARED_VOLUME, claim_template_name, init_image,
};
pub use write::{Target, Write};

use charm_metadata::{Metadata, Size};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The field manager under which Juju writes.
pub const FIELD_MANAGER: &str = "juju";

/// The Juju model that an application lives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name, which is the Kubernetes namespace.
    pub name: String,
    /// Its UUID.
    pub uuid: String,
    /// The UUID of its controller.
    pub controller_uuid: String,
    /// The version of its agents.
    pub juju_version: String,
}

/// An application as Juju wants it in Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its name, which most of its objects carry.
    pub name: String,
    /// Deployed or later given full rights (`juju trust`).
    pub trust: bool,
    /// How many units have a pod.
    pub units: u32,
    /// Counts refreshes of the charm; a new value rolls the pods.
    pub charm_modified_version: u32,
    /// Its workload containers.
    pub workloads: Vec<Workload>,
    /// Its storages, each a claim per unit.
    pub storages: Vec<Storage>,
    /// The ports its units opened.
    pub ports: BTreeSet<Port>,
}

/// One workload container of an application's pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The container's name.
    pub name: String,
    /// The image reference.
    pub image: String,
    /// Storage name and path, for each storage that is mounted in it.
    pub mounts: Vec<(String, String)>,
    /// The user it runs as, where the charm says so.
    pub uid: Option<u32>,
    /// The group it runs as, where the charm says so.
    pub gid: Option<u32>,
}

/// One storage of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Its name in the charm's metadata.
    pub name: String,
    /// Its size, a Kubernetes quantity.
    pub size: String,
    /// Where the charm's own container sees it.
    pub location: String,
    /// Mounted read-only.
    pub read_only: bool,
}

/// A port that a unit opened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// 1 to 65535.
    pub number: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
}

impl Application {
    /// What Juju wants for a charm, by the image reference of each of its resources: one trusted unit, storages of the charm's minimum
    /// size or 1 GiB.
    pub fn of_charm(name: &str, metadata: &Metadata, resources: &BTreeMap<String, String>) -> Self {
        let workloads = metadata.containers.iter().map(|(name, container)| {
            let resource = container.resource.as_deref().unwrap_or_default();
            let mounts = container.mounts.iter();
            Workload {
                name: name.clone(),
                image: resources.get(resource).cloned().unwrap_or_default(),
                mounts: mounts
                    .map(|mount| (mount.storage.clone(), mount.location.clone()))
                    .collect(),
                uid: container.uid,
                gid: container.gid,
            }
        });
        let storages = metadata.storage.iter().map(|(name, storage)| Storage {
            name: name.clone(),
            size: quantity(storage.minimum_size.unwrap_or(Size { mib: 1024 })),
            location: format!("/var/lib/juju/storage/{name}/0"),
            read_only: storage.read_only,
        });
        Self {
            name: name.to_owned(),
            trust: true,
            units: 1,
            charm_modified_version: 0,
            workloads: workloads.collect(),
            storages: storages.collect(),
            ports: BTreeSet::new(),
        }
    }
}

/// A size of Juju's as a Kubernetes quantity.
pub fn quantity(size: Size) -> String {
    format!("{}Mi", size.mib)
}

/// What `juju add-model` makes: the namespace of `model`.
pub fn namespace(model: &Model) -> Write {
    Write::Ensure(json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": model.name,
            "labels": { "model.juju.is/name": model.name, "app.kubernetes.io/managed-by": "juju" },
            "annotations": { "model.juju.is/id": model.uuid, "controller.juju.is/id": model.controller_uuid },
        },
    }))
}

/// What Juju writes to bring `wanted` about, where it wanted `before` the last time (`None`: nothing yet).
pub fn writes(model: &Model, before: Option<&Application>, wanted: &Application) -> Vec<Write> {
    let Some(before) = before else {
        return creation(model, wanted);
    };
    let mut writes = Vec::new();
    if before.trust != wanted.trust {
        writes.extend(rbac::retrust(model, wanted));
    }
    if statefulset::template_differs(before, wanted) {
        writes.push(statefulset::reapply(model, wanted));
    } else if before.units != wanted.units {
        writes.push(statefulset::scale(model, wanted));
    }
    writes.extend(service::ports_change(model, before, wanted));
    writes
}

/// The whole desired `StatefulSet` again, as after a restart of the controller.
pub fn reapply(model: &Model, wanted: &Application) -> Write {
    statefulset::reapply(model, wanted)
}

/// Takes away everything Juju made for `app`. Claims of storages stay: they are detached, not destroyed.
pub fn removal(model: &Model, app: &str) -> Vec<Write> {
    let here = |api_version, kind, name: String| {
        Write::Delete(Target {
            api_version,
            kind,
            namespace: Some(model.name.clone()),
            name,
        })
    };
    let cluster = |kind| {
        Write::Delete(Target {
            api_version: "rbac.authorization.k8s.io/v1",
            kind,
            namespace: None,
            name: rbac::cluster_name(model, app),
        })
    };
    vec![
        here("apps/v1", "StatefulSet", app.to_owned()),
        here("v1", "Service", app.to_owned()),
        here("v1", "Service", service::headless_name(app)),
        here("rbac.authorization.k8s.io/v1", "RoleBinding", app.to_owned()),
        here("rbac.authorization.k8s.io/v1", "Role", app.to_owned()),
        cluster("ClusterRoleBinding"),
        cluster("ClusterRole"),
        here("v1", "ServiceAccount", app.to_owned()),
        here("v1", "Secret", secret_name(app)),
    ]
}

fn creation(model: &Model, wanted: &Application) -> Vec<Write> {
    let mut objects = vec![secret(model, wanted)];
    objects.extend(rbac::objects(model, wanted));
    objects.extend(service::objects(model, wanted));
    objects.push(statefulset::object(model, wanted));
    objects.into_iter().map(Write::Ensure).collect()
}

fn secret(model: &Model, app: &Application) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(model, &app.name, &secret_name(&app.name), Some(&model.name)),
        "type": "Opaque",
        "stringData": {
            "JUJU_K8S_APPLICATION": app.name,
            "JUJU_K8S_MODEL": model.uuid,
        },
    })
}

fn secret_name(app: &str) -> String {
    format!("{app}-application-config")
}

/// The metadata that every object of an application has.
fn metadata(model: &Model, app: &str, name: &str, namespace: Option<&str>) -> Value {
    let mut metadata = json!({
        "name": name,
        "labels": labels(app),
        "annotations": {
            "controller.juju.is/id": model.controller_uuid,
            "juju.is/version": model.juju_version,
            "model.juju.is/id": model.uuid,
        },
    });
    if let (Some(namespace), Some(fields)) = (namespace, metadata.as_object_mut()) {
        fields.insert("namespace".to_owned(), json!(namespace));
    }
    metadata
}

fn labels(app: &str) -> Value {
    json!({ "app.kubernetes.io/name": app, "app.kubernetes.io/managed-by": "juju" })
}

/// What selects the pods of an application; the pods carry only this.
fn selector(app: &str) -> Value {
    json!({ "app.kubernetes.io/name": app })
}
