//! The bodies of our requests. A typed `StatefulSet` cannot be one: it always writes `selector: {}`, which is Juju's.

use std::collections::BTreeMap;

use charm_kube::ApplyConfiguration;
use serde::Serialize;
use serde_json::{Value, json};

use super::objects::StatefulSet;
use super::state::MountPoint;
use super::{SharedMount, VOLUME_NAME};

/// Exactly our fields of a `StatefulSet`: one volume and one mount of it in the workload container, or neither.
///
/// Both go in one apply: the server takes no mount without its volume. The uid makes it about the object that was
/// looked at: the server refuses to apply to another of the same name, or to none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MountFields<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<Spec<'a>>,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    name: &'a str,
    uid: &'a str,
}

#[derive(Debug, Serialize)]
struct Spec<'a> {
    template: Template<'a>,
}

#[derive(Debug, Serialize)]
struct Template<'a> {
    spec: PodSpec<'a>,
}

#[derive(Debug, Serialize)]
struct PodSpec<'a> {
    containers: [Container<'a>; 1],
    volumes: [Volume<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Container<'a> {
    name: &'a str,
    volume_mounts: [VolumeMount<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeMount<'a> {
    name: &'static str,
    mount_path: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Volume<'a> {
    name: &'static str,
    persistent_volume_claim: Claim<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Claim<'a> {
    claim_name: &'a str,
}

impl<'a> MountFields<'a> {
    /// The volume, mounted in this container of the `StatefulSet` of that name and uid.
    pub(crate) fn mounted(name: &'a str, uid: &'a str, container: &'a str, mount: &'a SharedMount) -> Self {
        let spec = PodSpec {
            containers: [Container {
                name: container,
                volume_mounts: [VolumeMount {
                    name: VOLUME_NAME,
                    mount_path: mount.path.as_str(),
                }],
            }],
            volumes: [Volume {
                name: VOLUME_NAME,
                persistent_volume_claim: Claim {
                    claim_name: mount.claim.as_str(),
                },
            }],
        };
        Self {
            spec: Some(Spec {
                template: Template { spec },
            }),
            ..Self::nothing(name, uid)
        }
    }

    /// Nothing: gives up what was applied before.
    pub(crate) fn nothing(name: &'a str, uid: &'a str) -> Self {
        Self {
            api_version: "apps/v1",
            kind: "StatefulSet",
            metadata: Metadata { name, uid },
            spec: None,
        }
    }
}

impl ApplyConfiguration for MountFields<'_> {
    type Object = StatefulSet;

    fn name(&self) -> &str {
        self.metadata.name
    }
}

/// The strategic merge patch that removes our volume and these mounts of it, whoever owns them.
pub(crate) fn removal(points: &[MountPoint]) -> Value {
    let mut mounts: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for point in points {
        let deletion = json!({"mountPath": point.path, "$patch": "delete"});
        mounts.entry(&point.container).or_default().push(deletion);
    }
    let containers: Vec<Value> = mounts
        .into_iter()
        .map(|(name, mounts)| json!({"name": name, "volumeMounts": mounts}))
        .collect();
    json!({"spec": {"template": {"spec": {
        "volumes": [{"name": VOLUME_NAME, "$patch": "delete"}],
        "containers": containers,
    }}}})
}
