//! The calls that mount, adopt and unmount. Each is the same when done twice.

use charm_kube::{Cluster, ClusterError, Conflict};

use super::SharedMount;
use super::fields::{MountFields, removal};
use super::objects::StatefulSet;
use super::ownership::takeover;
use super::state::Mounted;

/// Mounts the volume in the workload container. Where the template changes by it, Kubernetes replaces the pods one after
/// the other, this one among them.
///
/// # Errors
/// [`ClusterError`]: [`Conflict::Owner`] where another manager holds another claim or mount of that name.
pub fn mount(
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

/// Makes us the only owner of what is mounted, without replacing a pod.
///
/// # Errors
/// [`ClusterError`]; [`Conflict::Stale`] where the object changed meanwhile.
pub fn adopt(cluster: &Cluster, name: &str) -> Result<(), ClusterError> {
    let Some(object) = cluster.get::<StatefulSet>(name)? else {
        return Ok(());
    };
    cluster
        .json_patch::<StatefulSet>(name, &takeover(&object))
        .map(drop)
}

/// Removes the volume and its mounts. What we applied goes when we give it up, unless someone else owns it too: that is
/// seen in the answer, and then removed whoever owns it.
///
/// # Errors
/// [`ClusterError`]; [`Conflict::Stale`] where something of it is still there.
pub fn unmount(cluster: &Cluster, name: &str, container: &str, seen: &Mounted) -> Result<(), ClusterError> {
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
