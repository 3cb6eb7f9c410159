//! What a controller manager, a scheduler and a provisioner of folders would do. Enters: the objects of the store. Leaves:
//! changed objects and events, written through the API. Pass after pass until nothing changes; no wall clock.

mod claims;
mod cluster;
mod disruptions;
mod garbage;
mod jobs;
mod namespaces;
mod protection;
mod quotas;
mod revisions;
mod scheduler;
mod stateful_pods;
mod stateful_sets;
mod volumes;

use crate::{Error, KubeSandbox};
use cluster::Cluster;

/// Who provisions the volumes of the class `local-path`: folders of this machine.
pub(crate) const PROVISIONER: &str = "kube-sandbox.local/folder";

/// More passes than any state needs; a bound on controllers that undo each other's work.
const MOST_PASSES: usize = 1000;

/// Runs all controllers to a fixed point; true if anything changed.
pub(crate) fn run(sandbox: &KubeSandbox) -> Result<bool, Error> {
    let cluster = Cluster::new(sandbox);
    let begin = cluster.changes();
    for _ in 0..MOST_PASSES {
        let before = cluster.changes();
        pass(&cluster);
        if cluster.changes() == before {
            return Ok(before != begin);
        }
    }
    Err(Error::Restless { passes: MOST_PASSES })
}

fn pass(cluster: &Cluster<'_>) {
    namespaces::pass(cluster);
    garbage::pass(cluster);
    protection::pass(cluster);
    stateful_sets::pass(cluster);
    jobs::pass(cluster);
    volumes::pass(cluster);
    claims::pass(cluster);
    scheduler::pass(cluster);
    quotas::pass(cluster);
    disruptions::pass(cluster);
}
