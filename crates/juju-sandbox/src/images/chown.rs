//! The `chown` of a container whose image has none: `chown -R UID:GID PATH...`, and nothing else of the real one.

use std::io;
use std::os::unix::fs::lchown;
use std::path::Path;

/// The argument by which the stand-in program is it.
pub(super) const VERB: &str = "--chown";

/// The error of an id that the container's user namespace does not have. There everything belongs to its one user, who
/// may do what the owner may.
const NO_SUCH_ID: i32 = 22;

/// Gives the folders and all that is in them away.
///
/// # Errors
/// When the arguments are not as above, or something cannot be given away.
pub(super) fn chown(arguments: &[&str]) -> io::Result<()> {
    let &["-R", owner, ref paths @ ..] = arguments else {
        return Err(io::Error::other("only `chown -R UID:GID PATH...` is known here"));
    };
    let (uid, gid) = owner
        .split_once(':')
        .ok_or_else(|| io::Error::other("no owner of the form UID:GID"))?;
    let uid = uid.parse().map_err(io::Error::other)?;
    let gid = gid.parse().map_err(io::Error::other)?;
    paths.iter().try_for_each(|path| give(Path::new(path), uid, gid))
}

/// What is in a folder comes before it, as with the real one.
fn give(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    if path.symlink_metadata()?.is_dir() {
        for entry in path.read_dir()? {
            give(&entry?.path(), uid, gid)?;
        }
    }
    match lchown(path, Some(uid), Some(gid)) {
        Err(error) if error.raw_os_error() == Some(NO_SUCH_ID) => Ok(()),
        given => given,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use super::*;

    #[test]
    fn a_tree_is_given_away_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        symlink("/nowhere", folder.path().join("link")).unwrap();
        let mine = folder.path().metadata().unwrap();
        let owner = format!("{}:{}", mine.uid(), mine.gid());

        chown(&["-R", &owner, folder.path().to_str().unwrap()]).unwrap();
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        for arguments in [
            &["1:1", "/x"][..],
            &["-R", "root", "/x"],
            &["-R", "a:b", "/x"],
            &[],
        ] {
            assert!(chown(arguments).is_err(), "{arguments:?}");
        }
        assert!(chown(&["-R", "1:1", "/nowhere/at/all"]).is_err());
    }
}
