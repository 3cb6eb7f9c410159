//! The bodies that are applied: exactly the fields we own.
//!
//! Private structs instead of the typed objects of the API: a typed object serialises fields that are not ours.

use std::collections::BTreeMap;

use charm_kube::ApplyConfiguration;
use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use serde::Serialize;

use super::{AccessMode, Backend, ClaimSpec, labels};

/// The body of the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimBody {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: ClaimFields,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Metadata {
    name: String,
    labels: BTreeMap<&'static str, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClaimFields {
    access_modes: [&'static str; 1],
    resources: Resources,
    storage_class_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Resources {
    requests: Storage,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Storage {
    storage: String,
}

/// The body of a volume that is bound to its claim in advance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeBody {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: VolumeFields,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeFields {
    access_modes: [&'static str; 1],
    capacity: Storage,
    claim_ref: ClaimRef,
    persistent_volume_reclaim_policy: &'static str,
    #[serde(flatten)]
    source: Source,
}

/// Namespace and name without a uid: reserved for that claim, whenever it comes (Kubernetes: "Persistent Volumes",
/// reserving a PersistentVolume).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ClaimRef {
    namespace: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Source {
    Nfs { server: String, path: String },
    HostPath { path: String, r#type: &'static str },
}

impl ClaimBody {
    pub(super) fn new(spec: &ClaimSpec) -> Self {
        let storage_class_name = match &spec.backend {
            Backend::StorageClass { class } => class.clone(),
            // An empty class, written out: without it the default class would provision a second volume.
            Backend::NativeNfs { .. } | Backend::HostPath { .. } => String::new(),
        };
        Self {
            api_version: "v1",
            kind: "PersistentVolumeClaim",
            metadata: metadata(spec.name.to_string(), spec),
            spec: ClaimFields {
                access_modes: [spec.access_mode.as_str()],
                resources: Resources { requests: Storage { storage: spec.size.to_string() } },
                storage_class_name,
                volume_name: spec.volume_name(),
            },
        }
    }
}

impl VolumeBody {
    pub(super) fn new(spec: &ClaimSpec) -> Option<Self> {
        let source = match &spec.backend {
            Backend::StorageClass { .. } => return None,
            Backend::NativeNfs { server, path } => Source::Nfs { server: server.clone(), path: path.clone() },
            // Without a type, a missing folder would be made by the node: an empty library.
            Backend::HostPath { path } => Source::HostPath { path: path.clone(), r#type: "Directory" },
        };
        Some(Self {
            api_version: "v1",
            kind: "PersistentVolume",
            metadata: metadata(spec.volume_name()?, spec),
            spec: VolumeFields {
                access_modes: [AccessMode::ReadWriteMany.as_str()],
                capacity: Storage { storage: spec.size.to_string() },
                claim_ref: ClaimRef { namespace: spec.model.clone(), name: spec.name.to_string() },
                persistent_volume_reclaim_policy: "Retain",
                source,
            },
        })
    }
}

fn metadata(name: String, spec: &ClaimSpec) -> Metadata {
    let labels = BTreeMap::from([
        (labels::MANAGED_BY, labels::MANAGER.to_owned()),
        (labels::APPLICATION, spec.application.clone()),
        (labels::MODEL, spec.model.clone()),
    ]);
    Metadata { name, labels }
}

impl ApplyConfiguration for ClaimBody {
    type Object = PersistentVolumeClaim;

    fn name(&self) -> &str {
        &self.metadata.name
    }
}

impl ApplyConfiguration for VolumeBody {
    type Object = PersistentVolume;

    fn name(&self) -> &str {
        &self.metadata.name
    }
}
