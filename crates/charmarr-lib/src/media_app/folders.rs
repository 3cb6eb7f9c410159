//! Folders on the volume, made and judged through the Pebble of the workload container.
//!
//! They are made by the workload's user first. An export that squashes root (the default of NFS servers) lets root neither
//! make a folder in one of another user nor give one away, and what the user made itself has the right owner without being
//! given. Where the user may not, root makes them and gives them away: a fresh volume is root's.
//!
//! A folder that was there before is a person's: it is never given away. Where the user may not use it, that is told.

use std::time::Duration;

use pebble_client::{Error as PebbleError, ErrorKind, Exec, FileInfo, FileType, MakeDir, Pebble};

use super::desired::Folder;
use super::facts::Unprepared;
use crate::types::{Gid, Uid};

const TIMEOUT: Duration = Duration::from_secs(20);
/// Writable for the group, so that applications of different users can share a folder.
const MODE: u32 = 0o775;

/// The right to make and remove what is in a folder, as bits of its mode for others.
pub(super) const WRITE: u32 = 0o3;
/// The right to go through a folder.
const SEARCH: u32 = 0o1;

/// Makes folders, each after the one it is in. Leaves why, if that is not possible.
///
/// # Errors
/// Pebble does not answer, or does not as it should.
pub(super) fn make(
    pebble: &Pebble,
    paths: &[String],
    uid: Uid,
    gid: Gid,
) -> Result<Option<Unprepared>, PebbleError> {
    let Some(refusal) = make_as_user(pebble, paths, uid, gid)? else {
        return Ok(None);
    };
    for path in paths {
        let folder = MakeDir::all(path).permissions(MODE).owner(uid.get(), gid.get());
        match pebble.make_dir(&folder) {
            Ok(()) => tracing::info!("made folder `{path}`"),
            Err(PebbleError::File {
                kind: Some(ErrorKind::PermissionDenied),
                message,
                ..
            }) => {
                tracing::warn!("neither {uid}:{gid} nor root may make folder `{path}`: {refusal}; {message}");
                return Ok(Some(denied(pebble, path)?));
            }
            Err(error @ PebbleError::File { .. }) => return Ok(Some(Unprepared::Folders(error.to_string()))),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Leaves why the user cannot make them. An image without `mkdir` is such a reason.
fn make_as_user(
    pebble: &Pebble,
    paths: &[String],
    uid: Uid,
    gid: Gid,
) -> Result<Option<String>, PebbleError> {
    let mode = format!("{MODE:o}");
    let command = ["mkdir", "-p", "-m", &mode].into_iter();
    // The user's home, where Pebble would run it, need not be there.
    let mkdir = Exec::new(command.chain(paths.iter().map(String::as_str)))
        .run_as(uid.get(), gid.get())
        .working_dir("/")
        .timeout(TIMEOUT);
    match pebble.exec(&mkdir) {
        Ok(output) if output.exit_code == 0 => {
            tracing::info!("made folders {} as {uid}:{gid}", paths.join(", "));
            Ok(None)
        }
        Ok(output) => Ok(Some(output.complaint())),
        Err(error @ (PebbleError::Api { .. } | PebbleError::ChangeFailed(_))) => Ok(Some(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Why the user cannot use a folder that is there. Mode bits that allow it are enough; where they do not, the user is asked
/// to try, for access lists and servers may know better. In an image without `test` nobody can, and nothing is said.
///
/// # Errors
/// Pebble does not answer, or does not as it should.
pub(super) fn denied_to(
    pebble: &Pebble,
    folder: &Folder,
    found: Box<FileInfo>,
    uid: Uid,
    gid: Gid,
) -> Result<Option<Unprepared>, PebbleError> {
    let (right, test) = if folder.written {
        (WRITE, "-w")
    } else {
        (SEARCH, "-x")
    };
    if found.kind != FileType::Directory || allows(&found, right, uid, gid) {
        return Ok(None);
    }
    let test = Exec::new(["test", test, &folder.path])
        .run_as(uid.get(), gid.get())
        .working_dir("/")
        .timeout(TIMEOUT);
    let allowed = match pebble.exec(&test) {
        Ok(output) => output.exit_code == 0,
        Err(PebbleError::Api { .. } | PebbleError::ChangeFailed(_)) => true,
        Err(error) => return Err(error),
    };
    Ok((!allowed).then(|| Unprepared::Denied {
        folder: folder.path.clone(),
        found: Some(found),
    }))
}

/// Whether this user of this group has a right to a folder, by the nine bits of its mode.
pub(super) fn allows(folder: &FileInfo, right: u32, uid: Uid, gid: Gid) -> bool {
    let mode = u32::from_str_radix(&folder.permissions, 8).unwrap_or_default();
    let class = if folder.user_id == Some(uid.get()) {
        6
    } else if folder.group_id == Some(gid.get()) {
        3
    } else {
        0
    };
    uid.get() == 0 || (mode >> class) & right == right
}

/// Names the folder that is in the way.
fn denied(pebble: &Pebble, path: &str) -> Result<Unprepared, PebbleError> {
    let above = match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((above, _)) => above,
    };
    let found = match pebble.file_info(above) {
        Err(PebbleError::Api { .. }) => None,
        found => found?,
    };
    Ok(Unprepared::Denied {
        folder: above.to_owned(),
        found: found.map(Box::new),
    })
}

#[cfg(test)]
mod tests;
