//! What a stand-in media program does to files: the same system calls as the real one, without its other features.
//!
//! It runs inside a workload container, as the user that the storage charm published: `download` as qBittorrent does when a
//! torrent is finished, `import` as Radarr and Sonarr do, `read` as Plex does, `look` for the demo's own report. Each prints
//! one JSON object on stdout; a failure is one line on stderr and exit code 1.

use std::{
    io::{Read as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::printer;

/// The name under which a workload container holds this program.
pub(crate) const PROGRAM: &str = "/charm/bin/stand-in";

/// How much is read or written at once.
const BLOCK: usize = 64 * 1024;

/// One file, as seen from inside one container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) inode: u64,
    pub(crate) links: u64,
    pub(crate) bytes: u64,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// FNV-1a of the content, to tell "the same file" from "a file".
    pub(crate) digest: u64,
}

/// How an import went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Imported {
    pub(crate) inode: u64,
    pub(crate) links: u64,
    pub(crate) bytes_copied: u64,
}

/// What is at a path: which file system, which folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looked {
    pub(crate) inode: u64,
    pub(crate) device: u64,
    /// The container's own mount table has a mount at exactly this path.
    pub(crate) mounted: bool,
}

/// Runs the stand-in when these arguments are one of its verbs.
pub(crate) fn run(arguments: &[String]) -> Option<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["download", path, bytes] => bytes
            .parse()
            .with_context(|| format!("cannot read the size `{bytes}`"))
            .and_then(|bytes| download(Path::new(path), bytes))
            .and_then(|seen| printer::json(&seen)),
        ["import", from, to] => {
            import(Path::new(from), Path::new(to)).and_then(|imported| printer::json(&imported))
        }
        ["read", path] => read(Path::new(path)).and_then(|seen| printer::json(&seen)),
        ["look", path] => look(Path::new(path)).and_then(|looked| printer::json(&looked)),
        _ => return None,
    };
    Some(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            printer::note(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    })
}

/// Writes a file of `bytes` bytes at `path`, through a temporary name, as a download client does.
fn download(path: &Path, bytes: u64) -> anyhow::Result<Seen> {
    let folder = path
        .parent()
        .with_context(|| format!("cannot download to `{}`", path.display()))?;
    fs::create_dir_all(folder)?;
    let partial = with_suffix(path, ".part");
    let mut file = fs::File::create(&partial)?;
    let mut left = bytes;
    let mut block = vec![0_u8; BLOCK];
    for (at, byte) in block.iter_mut().enumerate() {
        *byte = u8::try_from(at % 251)?;
    }
    while left > 0 {
        let wanted = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
        file.write_all(block.get(..wanted).context("cannot cut a block")?)?;
        left -= u64::try_from(wanted)?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(&partial, path)?;
    read(path)
}

/// Links `from` to `to`; when the two lie on different mounts it copies, as the real programs silently do.
fn import(from: &Path, to: &Path) -> anyhow::Result<Imported> {
    let folder = to
        .parent()
        .with_context(|| format!("cannot import to `{}`", to.display()))?;
    if !from.exists() {
        bail!(
            "cannot import `{}`: there is no such file on this volume",
            from.display()
        );
    }
    fs::create_dir_all(folder)?;
    let bytes_copied = match fs::hard_link(from, to) {
        Ok(()) => 0,
        Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => fs::copy(from, to)?,
        Err(error) => return Err(error.into()),
    };
    let found = fs::metadata(to)?;
    Ok(Imported {
        inode: found.ino(),
        links: found.nlink(),
        bytes_copied,
    })
}

/// Reads the file at `path` to its end.
fn read(path: &Path) -> anyhow::Result<Seen> {
    let mut file = fs::File::open(path)?;
    let found = file.metadata()?;
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut bytes = 0;
    let mut block = vec![0_u8; BLOCK];
    loop {
        let got = file.read(&mut block)?;
        if got == 0 {
            break;
        }
        for byte in block.iter().take(got) {
            digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        bytes += u64::try_from(got)?;
    }
    Ok(Seen {
        inode: found.ino(),
        links: found.nlink(),
        bytes,
        uid: found.uid(),
        gid: found.gid(),
        digest,
    })
}

/// Looks at a folder and at the mount table of this process.
fn look(path: &Path) -> anyhow::Result<Looked> {
    let found = fs::metadata(path)?;
    let table = fs::read_to_string("/proc/self/mountinfo")?;
    // Field 5 of a line is the mount point (proc(5), `/proc/pid/mountinfo`).
    let mounted = table
        .lines()
        .any(|line| line.split(' ').nth(4).is_some_and(|at| Path::new(at) == path));
    Ok(Looked {
        inode: found.ino(),
        device: found.dev(),
        mounted,
    })
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_one_file_under_two_names() {
        let volume = tempfile::tempdir().unwrap();
        let from = volume.path().join("torrents/movies/a film/film.mkv");
        let to = volume.path().join("media/movies/a film/film.mkv");

        let downloaded = download(&from, 200_000).unwrap();
        let imported = import(&from, &to).unwrap();

        assert_eq!(downloaded.bytes, 200_000);
        assert_eq!(
            imported,
            Imported {
                inode: downloaded.inode,
                links: 2,
                bytes_copied: 0
            }
        );
        assert_eq!(
            read(&to).unwrap(),
            Seen {
                links: 2,
                ..downloaded
            }
        );
    }

    #[test]
    fn an_import_across_file_systems_copies_and_says_so() {
        let volume = tempfile::tempdir().unwrap();
        let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
            panic!("this test needs a second file system at /dev/shm");
        };
        let from = other.path().join("film.mkv");
        let to = volume.path().join("film.mkv");
        let downloaded = download(&from, 1000).unwrap();

        let imported = import(&from, &to).unwrap();

        assert_eq!((imported.links, imported.bytes_copied), (1, 1000));
        assert_eq!(read(&to).unwrap().digest, downloaded.digest);
    }

    #[test]
    fn a_missing_download_is_named() {
        let volume = tempfile::tempdir().unwrap();
        let missing = volume.path().join("nothing.mkv");

        let error = import(&missing, &volume.path().join("to.mkv")).unwrap_err();

        assert_eq!(
            error.to_string(),
            format!(
                "cannot import `{}`: there is no such file on this volume",
                missing.display()
            )
        );
    }
}
