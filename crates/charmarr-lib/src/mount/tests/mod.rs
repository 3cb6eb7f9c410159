//! What is sent, and what is made of what is there.

mod agreement;
mod bodies;
mod kubernetes;
mod takeovers;

use serde_json::{Value, json};

use super::{SharedMount, StatefulSet};

fn reels() -> SharedMount {
    SharedMount {
        claim: "reel-store".parse().unwrap(),
        path: "/reels".parse().unwrap(),
    }
}

/// What the API server has of an application `booth` with the workload container `jukebox`: Juju's volume and mounts,
/// then these.
#[expect(clippy::needless_pass_by_value, reason = "reads better in the cases")]
fn stateful_set(volumes: Value, mounts: Value, managed_fields: Value) -> StatefulSet {
    let mut all_volumes = vec![json!({"name": "charm-data", "emptyDir": {}})];
    all_volumes.extend(volumes.as_array().unwrap().clone());
    let mut all_mounts = vec![json!({"name": "charm-data", "mountPath": "/charm/container"})];
    all_mounts.extend(mounts.as_array().unwrap().clone());
    let object = json!({
        "metadata": {"name": "booth", "uid": "8c1f", "resourceVersion": "77", "managedFields": managed_fields},
        "spec": {"template": {"spec": {
            "volumes": all_volumes,
            "containers": [
                {"name": "charm", "volumeMounts": [{"name": "charm-data", "mountPath": "/charm/bin", "readOnly": true}]},
                {"name": "jukebox", "image": "jukebox:1", "volumeMounts": all_mounts},
            ],
        }}},
    });
    serde_json::from_value(object).unwrap()
}

fn claim_volume(claim: &str) -> Value {
    json!({"name": "charmarr-shared-data", "persistentVolumeClaim": {"claimName": claim}})
}

fn mount_at(path: &str) -> Value {
    json!({"name": "charmarr-shared-data", "mountPath": path})
}

/// An entry of `managedFields` that owns the volume and the mounts at these paths of `jukebox`.
fn owner(manager: &str, operation: &str, paths: &[&str]) -> Value {
    let mounts: serde_json::Map<String, Value> = paths
        .iter()
        .map(|path| {
            (
                format!("k:{}", json!({"mountPath": path})),
                json!({".": {}, "f:mountPath": {}, "f:name": {}}),
            )
        })
        .collect();
    json!({"manager": manager, "operation": operation, "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "fieldsV1": {
        "f:spec": {"f:template": {"f:spec": {
            "f:containers": {r#"k:{"name":"jukebox"}"#: {".": {}, "f:name": {}, "f:volumeMounts": mounts}},
            "f:volumes": {r#"k:{"name":"charmarr-shared-data"}"#: {".": {}, "f:name": {}, "f:persistentVolumeClaim": {"f:claimName": {}}}},
        }}},
    }})
}
