//! The application as Kubernetes has it: its `StatefulSet`, which Juju gives the application's name.
//!
//! It is one for all units, stays when the application is scaled to 0, and goes when the application is removed. Two things rest
//! on that: the note of the claim in use, an annotation; and the claim's end, for a claim that the set owns goes with it.

use charm_kube::k8s_openapi::api::apps::v1::StatefulSet;
use charm_kube::k8s_openapi::api::core::v1::PersistentVolumeClaim;
use charm_kube::{ApplyConfiguration, Cluster, ClusterError};
use serde::Serialize;
use serde_json::json;

use crate::{memory::Memory, stage::Target};

/// The annotation that holds [`crate::memory::Remembered`]. On the set's own metadata it replaces no pod.
pub(crate) const NOTE: &str = "charmarr.io/claim";

/// What is read of the set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Application {
    pub(crate) uid: String,
    pub(crate) noted: Memory,
}

/// All that this charm applies to the set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NoteFields<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    name: &'a str,
    annotations: Annotations<'a>,
}

#[derive(Debug, Serialize)]
struct Annotations<'a> {
    #[serde(rename = "charmarr.io/claim")]
    claim: &'a str,
}

impl ApplyConfiguration for NoteFields<'_> {
    type Object = StatefulSet;

    fn name(&self) -> &str {
        self.metadata.name
    }
}

/// The set of application `name`; none where Juju has made none.
pub(crate) fn read(cluster: &Cluster, name: &str) -> Result<Option<Application>, ClusterError> {
    Ok(cluster.get::<StatefulSet>(name)?.map(|set| of(name, set)))
}

fn of(name: &str, set: StatefulSet) -> Application {
    let note = set
        .metadata
        .annotations
        .and_then(|mut annotations| annotations.remove(NOTE));
    let noted = match note.as_deref().map(serde_json::from_str) {
        None => Memory::Nothing,
        Some(Ok(remembered)) => Memory::Claim(remembered),
        Some(Err(error)) => {
            tracing::warn!("cannot read annotation `{NOTE}` of StatefulSet `{name}`: {error}");
            Memory::Unreadable
        }
    };
    Application {
        uid: set.metadata.uid.unwrap_or_default(),
        noted,
    }
}

/// Notes the claim in use, as JSON.
pub(crate) fn note(cluster: &Cluster, name: &str, claim: &str) -> Result<(), ClusterError> {
    cluster.apply(&fields(name, claim)).map(drop)
}

fn fields<'a>(name: &'a str, claim: &'a str) -> NoteFields<'a> {
    NoteFields {
        api_version: "apps/v1",
        kind: "StatefulSet",
        metadata: Metadata {
            name,
            annotations: Annotations { claim },
        },
    }
}

/// Makes the set of application `name` an owner of the claim: Kubernetes then deletes the claim with the set.
pub(crate) fn hand_over(
    cluster: &Cluster,
    claim: &Target,
    name: &str,
    uid: &str,
) -> Result<(), ClusterError> {
    let owner = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "uid": uid});
    patch_owners(cluster, claim, &owner)
}

/// Takes that back.
pub(crate) fn take_back(cluster: &Cluster, claim: &Target, uid: &str) -> Result<(), ClusterError> {
    patch_owners(cluster, claim, &json!({"$patch": "delete", "uid": uid}))
}

/// With its uid in the body the patch means this very claim.
fn patch_owners(cluster: &Cluster, claim: &Target, owner: &serde_json::Value) -> Result<(), ClusterError> {
    let patch = json!({"metadata": {"uid": claim.uid, "ownerReferences": [owner]}});
    cluster
        .strategic_patch::<PersistentVolumeClaim>(&claim.name, &patch)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Remembered;

    fn noting(annotations: &serde_json::Value) -> Memory {
        let set = json!({"metadata": {"uid": "5e7", "annotations": annotations}});
        of("vault", serde_json::from_value(set).unwrap()).noted
    }

    #[test]
    fn what_is_noted_is_read_again() {
        let claim = Remembered {
            name: "reels".parse().unwrap(),
            uid: "1".to_owned(),
        };
        let note = serde_json::to_string(&claim).unwrap();
        let body = serde_json::to_value(fields("vault", &note)).unwrap();
        let annotations = &body["metadata"]["annotations"];
        assert_eq!(annotations[NOTE], r#"{"name":"reels","uid":"1"}"#);
        assert_eq!(noting(annotations), Memory::Claim(claim));
    }

    #[test]
    fn a_note_that_cannot_be_read_is_not_no_note() {
        assert_eq!(noting(&json!({"model.juju.is/id": "9"})), Memory::Nothing);
        for text in [
            "",
            "reels",
            r#"{"name":"Bad_Name","uid":"1"}"#,
            r#"{"name":"reels"}"#,
        ] {
            assert_eq!(noting(&json!({NOTE: text})), Memory::Unreadable, "{text}");
        }
    }
}
