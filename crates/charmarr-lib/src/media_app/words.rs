//! What a person reads. Texts that users of the original charms know are kept to the letter.

use charm_kube::{ClusterError, Conflict};
use juju_ops::{AppName, Status};

use crate::types::MountPath;

pub(super) fn standby() -> Status {
    Status::waiting("Standby (non-leader)")
}

pub(super) fn scaled() -> Status {
    Status::blocked("Scaling not supported - only leader runs workload")
}

pub(super) fn untrusted(app: &AppName) -> Status {
    Status::blocked(format!("Not trusted: run `juju trust {app} --scope=cluster`"))
}

pub(super) fn no_kubernetes() -> Status {
    Status::waiting("Waiting for the Kubernetes API")
}

pub(super) fn no_stateful_set(app: &AppName) -> Status {
    Status::waiting(format!("Waiting for StatefulSet {app}"))
}

pub(super) fn restarting() -> Status {
    Status::waiting("Restarting with the shared storage")
}

pub(super) fn no_pebble() -> Status {
    Status::waiting("Waiting for Pebble")
}

pub(super) fn no_volume(path: &MountPath) -> Status {
    Status::waiting(format!("Waiting for the shared storage at {path}"))
}

pub(super) fn read_only(path: &MountPath) -> Status {
    Status::blocked(format!("Shared storage at {path} is read-only"))
}

pub(super) fn no_workload() -> Status {
    Status::waiting("Waiting for workload")
}

pub(super) fn hidden(other: &str) -> Status {
    Status::blocked(format!(
        "media-storage: `mount_path`: the container has a mount at `{other}` already"
    ))
}

pub(super) fn in_the_way(owner: Option<&str>, what: &str) -> Status {
    let owner = owner.map(|owner| format!(" (by `{owner}`)")).unwrap_or_default();
    Status::blocked(format!("Cannot mount shared storage: {what}{owner}"))
}

pub(super) fn unwritten(why: &str) -> Status {
    Status::blocked(format!("Cannot prepare shared storage: {why}"))
}

pub(super) fn unowned_config(why: &str) -> Status {
    Status::blocked(format!("Cannot prepare settings: {why}"))
}

/// The status for a change of the `StatefulSet` that the server refused, where a person must know. The rest heals by
/// itself: the hook fails and is run again.
pub(super) fn refused(app: &AppName, error: ClusterError) -> Result<Status, ClusterError> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever is added heals by itself or is a bug"
    )]
    match error {
        ClusterError::Forbidden { .. } => Ok(untrusted(app)),
        ClusterError::Conflict(Conflict::Owner { manager, fields }) => {
            let field = fields
                .first()
                .and_then(|field| field.rsplit('.').next())
                .unwrap_or_default();
            Ok(in_the_way(Some(&manager), &format!("another {field} is set")))
        }
        ClusterError::Refused { message } | ClusterError::Invalid { message } => {
            Ok(in_the_way(None, &message))
        }
        other => Err(other),
    }
}
