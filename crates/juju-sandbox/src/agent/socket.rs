//! The socket of a running hook. A socket's path may have 107 bytes at most, and a folder of a test is easily longer: both
//! ends reach a long one through the open folder in `/proc/self/fd`.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The name of the socket in the agent's folder.
pub(super) const NAME: &str = "agent.socket";
const MAX_PATH: usize = 107;

/// Listens in `dir`.
pub(super) fn listen(dir: &Path) -> io::Result<UnixListener> {
    remove(dir);
    with_path(&dir.join(NAME), |path| UnixListener::bind(path))
}

/// Takes the socket out of `dir`. One that cannot be removed is removed before the next is made.
pub(super) fn remove(dir: &Path) {
    let _left_to_listen = fs_err::remove_file(dir.join(NAME));
}

/// Connects to the socket at `path`.
pub(super) fn connect(path: &Path) -> io::Result<UnixStream> {
    with_path(path, |path| UnixStream::connect(path))
}

fn with_path<T>(path: &Path, act: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    if path.as_os_str().len() <= MAX_PATH {
        return act(path);
    }
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let dir = std::fs::File::open(dir)?;
    act(&PathBuf::from(format!("/proc/self/fd/{}", dir.as_raw_fd())).join(name))
}
