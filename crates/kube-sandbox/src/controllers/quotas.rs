//! The status of quotas: what is limited, and how much of it the namespace uses.

use super::cluster::Cluster;
use crate::object::Object;
use crate::policy::quota;

pub(super) fn pass(cluster: &Cluster<'_>) {
    for mut found in cluster.list("ResourceQuota") {
        let used = cluster.used(found.namespace());
        let status = quota::status(&found, &used);
        found.set(&["status"], status);
        cluster.update_status(&found);
    }
}
