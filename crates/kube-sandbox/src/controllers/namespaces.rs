//! Namespaces: a service account `default` and the authority's certificate in each, and the end of their contents.

use serde_json::{Value, json};

use super::cluster::Cluster;
use crate::object::Object;
use crate::schema::KINDS;

pub(super) fn pass(cluster: &Cluster<'_>) {
    for namespace in cluster.list("Namespace") {
        if namespace.is_terminating() {
            empty(cluster, &namespace);
        } else {
            publish_authority(cluster, namespace.name());
            make_account(cluster, namespace.name());
        }
    }
}

fn make_account(cluster: &Cluster<'_>, namespace: &str) {
    if cluster.get("ServiceAccount", namespace, "default").is_none() {
        let account = json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default", "namespace": namespace },
        });
        // the next pass tries again
        let _ = cluster.create(&account);
    }
}

/// The certificate that pods need to reach the API.
fn publish_authority(cluster: &Cluster<'_>, namespace: &str) {
    let name = "kube-root-ca.crt";
    if cluster.get("ConfigMap", namespace, name).is_none() {
        let authority = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": namespace },
            "data": { "ca.crt": cluster.sandbox.ca_pem() },
        });
        // the next pass tries again
        let _ = cluster.create(&authority);
    }
}

/// Deletes what is in it; without contents its own finalizer goes.
fn empty(cluster: &Cluster<'_>, namespace: &Value) {
    let kinds = KINDS.iter().filter(|kind| kind.namespaced);
    let contents: Vec<Value> = kinds
        .flat_map(|kind| cluster.select(kind.kind, |object| object.namespace() == namespace.name()))
        .collect();
    for object in contents.iter().filter(|object| !object.is_terminating()) {
        cluster.delete(object);
    }
    if contents.is_empty() {
        let mut namespace = namespace.clone();
        namespace.set(&["spec", "finalizers"], json!([]));
        cluster.update(&namespace);
    }
}
