//! What a person reads. Texts that users of the original charms know are kept to the letter.

use juju_ops::{AppName, Status};
use pebble_client::FileInfo;

use crate::types::{Gid, MountPath, Uid};

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

/// Begins like the text of the original storage charm, whose check of the same thing people know. `folder` is the one that
/// must be writable, `found` what is known of it.
pub(super) fn storage_denied(uid: Uid, gid: Gid, folder: &str, found: Option<&FileInfo>) -> Status {
    let whose = match found {
        Some(FileInfo {
            user_id: Some(user),
            group_id: Some(group),
            permissions,
            ..
        }) => format!("is of {user}:{group} with mode {permissions}"),
        Some(_) | None => "cannot be looked at".to_owned(),
    };
    Status::blocked(format!(
        "Storage permission denied for puid={uid} pgid={gid}. Check ownership on storage backend: {folder} {whose}; let {uid}:{gid} use it, or set puid and pgid of the storage"
    ))
}

pub(super) fn ungiven_config(why: &str) -> Status {
    Status::blocked(format!("Cannot prepare settings: {why}"))
}

pub(super) fn preparing_config() -> Status {
    Status::waiting("Preparing settings")
}
