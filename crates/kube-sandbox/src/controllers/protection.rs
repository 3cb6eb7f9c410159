//! Claims and volumes in use are not deleted: their finalizer stays until the last user is gone.

use serde_json::Value;

use super::cluster::{Cluster, claims_of};
use crate::object::Object;

const OF_CLAIMS: &str = "kubernetes.io/pvc-protection";
const OF_VOLUMES: &str = "kubernetes.io/pv-protection";

pub(super) fn pass(cluster: &Cluster<'_>) {
    let pods = cluster.list("Pod");
    for claim in cluster.list("PersistentVolumeClaim") {
        if claim.is_terminating()
            && claim.has_finalizer(OF_CLAIMS)
            && !pods.iter().any(|pod| uses(pod, &claim))
        {
            cluster.finish(&claim, OF_CLAIMS);
        }
    }
    for volume in cluster.list("PersistentVolume") {
        let bound = volume.text("/status/phase") == "Bound";
        if volume.is_terminating() && volume.has_finalizer(OF_VOLUMES) && !bound {
            cluster.finish(&volume, OF_VOLUMES);
        }
    }
}

/// A pod that was ever put on a node, even a finished one.
fn uses(pod: &Value, claim: &Value) -> bool {
    pod.namespace() == claim.namespace()
        && !pod.text("/spec/nodeName").is_empty()
        && claims_of(pod).contains(&claim.name())
}
