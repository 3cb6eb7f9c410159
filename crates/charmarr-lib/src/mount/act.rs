//! The calls that mount, adopt and unmount. Each is the same when done twice.

use charm_kube::{Cluster, ClusterError, Conflict};

use super::SharedMount;
use super::fields::{MountFields, removal};
use super::objects::StatefulSet;
use super::ownership::takeover;
use super::state::Mounted;

/// How often something is tried that another writer may forestall.
const TRIES: usize = 5;

/// Mounts the volume in the workload container. Where the template changes by it, Kubernetes replaces the pods one after
/// the other, this one among them.
///
/// # Errors
/// [`ClusterError`]: [`Conflict::Owner`] where another manager holds another claim or mount of that name.
pub(crate) fn mount(
    cluster: &Cluster,
    name: &str,
    container: &str,
    seen: &Mounted,
    wanted: &SharedMount,
) -> Result<(), ClusterError> {
    cluster
        .apply(&MountFields::mounted(name, &seen.uid, container, wanted))
        .map(drop)
}

/// Makes us the only owner of what is mounted, without replacing a pod. Where the object is no longer as it was seen, it
/// is read again: after a change of the template its controller writes it several times a second.
///
/// # Errors
/// [`ClusterError`]; [`Conflict::Stale`] where the object changed before every try.
pub(crate) fn adopt(cluster: &Cluster, name: &str, seen: &StatefulSet) -> Result<(), ClusterError> {
    let mut outcome = take_over(cluster, name, seen);
    for _ in 1..TRIES {
        if !matches!(outcome, Err(ClusterError::Conflict(Conflict::Stale { .. }))) {
            break;
        }
        let Some(newer) = cluster.get(name)? else {
            return Ok(());
        };
        outcome = take_over(cluster, name, &newer);
    }
    outcome
}

fn take_over(cluster: &Cluster, name: &str, object: &StatefulSet) -> Result<(), ClusterError> {
    cluster
        .json_patch::<StatefulSet>(name, &takeover(object))
        .map(drop)
}

/// Removes the volume and its mounts. What we applied goes when we give it up, unless someone else owns it too: that is
/// seen in the answer, and then removed whoever owns it.
///
/// # Errors
/// [`ClusterError`]; [`Conflict::Stale`] where something of it is still there.
pub(crate) fn unmount(
    cluster: &Cluster,
    name: &str,
    container: &str,
    seen: &Mounted,
) -> Result<(), ClusterError> {
    let object = cluster.apply(&MountFields::nothing(name, &seen.uid))?;
    let left = Mounted::read(&object, container);
    if !left.is_there() {
        return Ok(());
    }
    let object = cluster.strategic_patch::<StatefulSet>(name, &removal(&left.points))?;
    if Mounted::read(&object, container).is_there() {
        return Err(ClusterError::Conflict(Conflict::Stale {
            message: format!("the shared volume of `{name}` was mounted again"),
        }));
    }
    Ok(())
}
