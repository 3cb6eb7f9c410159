//! The scheduler of a cluster whose only node is the sandbox: where nobody else gives pods their node, this does.

use super::server::Server;
use super::{Cluster, ClusterError, failed, unless_there};
use crate::json::{list, text};
use kube_sandbox::{HttpRequest, StatusError, Transport as _};
use serde_json::{Value, json};

/// The name of the sandbox's node.
const NODE: &str = "sandbox";

/// Makes the node, where it is not there yet: pods on a node that is not there are taken for lost and deleted.
pub(super) fn install(server: &Server) -> Result<(), ClusterError> {
    // The embedded API, whose kinds a client knows, has no nodes.
    let request = HttpRequest {
        method: "POST",
        target: "/api/v1/nodes".to_owned(),
        content_type: "application/json",
        body: Some(json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": NODE } })),
    };
    unless_there(server.send(&request)).map_err(|error| failed("create", "Node", NODE, error))
}

/// Gives every pod that waits for a node, and whose claims are bound, the sandbox's.
pub(super) fn pass(cluster: &Cluster) -> Result<(), ClusterError> {
    for pod in cluster.pods()? {
        let waits =
            text(&pod, "/spec/nodeName").is_empty() && pod.pointer("/metadata/deletionTimestamp").is_none();
        if waits && claims_of(&pod).all(|claim| is_bound(cluster, claim)) {
            let name = text(&pod, "/metadata/name");
            bind(cluster, name).map_err(|error| failed("bind", "Pod", name, error))?;
        }
    }
    Ok(())
}

fn claims_of(pod: &Value) -> impl Iterator<Item = &str> {
    list(pod, "/spec/volumes")
        .iter()
        .filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName")?.as_str())
}

fn is_bound(cluster: &Cluster, claim: &str) -> bool {
    let found = cluster
        .node
        .get("PersistentVolumeClaim", Some(&cluster.namespace), claim);
    found.is_ok_and(|claim| {
        text(&claim, "/status/phase") == "Bound" && claim.pointer("/metadata/deletionTimestamp").is_none()
    })
}

fn bind(cluster: &Cluster, pod: &str) -> Result<(), StatusError> {
    let binding = json!({
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": { "name": pod, "namespace": cluster.namespace },
        "target": { "apiVersion": "v1", "kind": "Node", "name": NODE },
    });
    cluster
        .person
        .create_subresource("Pod", &cluster.namespace, pod, "binding", &binding)
        .map(drop)
}
