//! The bodies that are applied: of the claim, and of a static volume that is reserved for it.

use charm_kube::ApplyConfiguration;
use charm_kube::k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use serde::Serialize;

use super::backend::Backend;
use super::ownership::Labels;
use super::{Size, Wanted};

/// The fields of the claim that we own.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimFields<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: ClaimSpec<'a>,
}

/// The fields of the static volume that we own: bound beforehand, by namespace and name, to the one claim, so that no
/// other can take it; its data kept when the claim goes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeFields<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: VolumeSpec<'a>,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    name: std::borrow::Cow<'a, str>,
    labels: Labels,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClaimSpec<'a> {
    access_modes: [&'static str; 1],
    resources: Resources<'a>,
    storage_class_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_name: Option<String>,
}

#[derive(Debug, Serialize)]
struct Resources<'a> {
    requests: Storage<'a>,
}

#[derive(Debug, Serialize)]
struct Storage<'a> {
    storage: &'a Size,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeSpec<'a> {
    access_modes: [&'static str; 1],
    capacity: Storage<'a>,
    claim_ref: ClaimRef<'a>,
    persistent_volume_reclaim_policy: &'static str,
    storage_class_name: &'static str,
    #[serde(flatten)]
    source: Source<'a>,
}

#[derive(Debug, Serialize)]
struct ClaimRef<'a> {
    namespace: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Source<'a> {
    Nfs {
        server: &'a str,
        path: &'a str,
    },
    HostPath {
        path: &'a str,
        /// Without it a folder that is missing is made, empty: a library that looks lost.
        r#type: &'static str,
    },
}

impl Wanted {
    /// The body of the claim.
    pub fn claim(&self) -> ClaimFields<'_> {
        let (storage_class_name, volume_name) = match &self.backend {
            Backend::StorageClass { class } => (class.as_str(), None),
            Backend::NativeNfs { .. } | Backend::HostPath { .. } => ("", Some(self.volume_name())),
        };
        ClaimFields {
            api_version: "v1",
            kind: "PersistentVolumeClaim",
            metadata: Metadata {
                name: self.name.as_str().into(),
                labels: self.labels(),
            },
            spec: ClaimSpec {
                access_modes: [self.effective_access_mode().as_str()],
                resources: Resources {
                    requests: Storage { storage: &self.size },
                },
                storage_class_name,
                volume_name,
            },
        }
    }

    /// The body of the static volume; none where a provisioner makes it.
    pub fn volume(&self) -> Option<VolumeFields<'_>> {
        let source = match &self.backend {
            Backend::StorageClass { .. } => return None,
            Backend::NativeNfs { server, path } => Source::Nfs { server, path },
            Backend::HostPath { path } => Source::HostPath {
                path,
                r#type: "Directory",
            },
        };
        Some(VolumeFields {
            api_version: "v1",
            kind: "PersistentVolume",
            metadata: Metadata {
                name: self.volume_name().into(),
                labels: self.labels(),
            },
            spec: VolumeSpec {
                access_modes: [self.effective_access_mode().as_str()],
                capacity: Storage { storage: &self.size },
                claim_ref: ClaimRef {
                    namespace: &self.model,
                    name: self.name.as_str(),
                },
                persistent_volume_reclaim_policy: "Retain",
                storage_class_name: "",
                source,
            },
        })
    }

    /// The labels of what this application makes.
    pub fn labels(&self) -> Labels {
        Labels::new(&self.app, &self.model)
    }
}

impl ApplyConfiguration for ClaimFields<'_> {
    type Object = PersistentVolumeClaim;

    fn name(&self) -> &str {
        &self.metadata.name
    }
}

impl ApplyConfiguration for VolumeFields<'_> {
    type Object = PersistentVolume;

    fn name(&self) -> &str {
        &self.metadata.name
    }
}
