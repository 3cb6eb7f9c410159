//! The socket pair between the host program and a stage: plans go in, reports come out, and its end is the end.
//!
//! A message is its length (four bytes, little endian) and that many bytes of JSON; a stage reads exactly its own message, so
//! that the next stage, which inherits the socket as its standard input, finds the next one.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Door, Mount};

/// How a program ended: exactly one of the two is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The exit code.
    pub code: Option<i32>,
    /// The signal that killed it.
    pub signal: Option<i32>,
}

/// For the outer stage.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OuterPlan {
    pub(super) user: UserNamespace,
}

/// Whose users a container has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum UserNamespace {
    /// The machine's.
    Host,
    /// A new one, in which our own user is root and nobody else exists.
    New,
    /// The one behind this file of `/proc`.
    Join(PathBuf),
}

/// For the init stage.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InitPlan {
    pub(super) root: PathBuf,
    pub(super) host_system: bool,
    pub(super) mounts: Vec<Mount>,
    pub(super) hostname: String,
    /// The network namespace to join, as a file of `/proc`.
    pub(super) network: Option<PathBuf>,
    pub(super) program: Program,
}

/// For the exec stage.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExecPlan {
    /// Namespaces to join, in this order, as files of `/proc`.
    pub(super) namespaces: Vec<PathBuf>,
    pub(super) program: Program,
}

/// For the network stage.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NetworkPlan {
    pub(super) user: UserNamespace,
    pub(super) doors: Vec<Door>,
}

/// What finally runs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Program {
    pub(super) argv: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) cwd: PathBuf,
    /// uid and gid; none where there is only one user.
    pub(super) identity: Option<(u32, u32)>,
}

/// What a stage tells the host program.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    /// It runs; the number is the process (or, for a network, the thread) whose namespaces are the container's, as the host numbers it.
    Ready(i32),
    /// It does not, and why.
    Failed(String),
    /// The program ended.
    Exited(Exit),
}

/// What the host program may ask of a running container.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// SIGTERM for the program.
    Terminate,
}

/// One end of the socket pair.
#[derive(Debug)]
pub(super) struct Control(UnixStream);

impl Control {
    /// A new pair: our end, and the standard input of the stage.
    pub(super) fn pair() -> io::Result<(Self, Stdio)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Self(ours), Stdio::from(OwnedFd::from(theirs))))
    }

    /// The stage's end. The copy is not inherited by programs, the standard input itself is replaced for them.
    pub(super) fn of_this_stage() -> io::Result<Self> {
        Ok(Self(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?)))
    }

    pub(super) fn send<T: Serialize>(&self, message: &T) -> io::Result<()> {
        let body = serde_json::to_vec(message)?;
        let length = u32::try_from(body.len()).map_err(io::Error::other)?;
        let mut frame = length.to_le_bytes().to_vec();
        frame.extend(body);
        (&self.0).write_all(&frame)
    }

    /// The next message; none when the other side is gone.
    pub(super) fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        let mut length = [0; 4];
        match (&self.0).read_exact(&mut length) {
            Err(error) if ended(&error) => return Ok(None),
            other => other?,
        }
        let mut body = Vec::new();
        (&self.0)
            .take(u64::from(u32::from_le_bytes(length)))
            .read_to_end(&mut body)?;
        Ok(Some(serde_json::from_slice(&body)?))
    }

    /// Says that we will say no more, which ends a container.
    pub(super) fn close(&self) {
        // The other side may be gone already, which is what we want.
        let _ = self.0.shutdown(Shutdown::Write);
    }

    /// Whether the other side is there and has nothing to say.
    pub(super) fn is_quiet(&self) -> bool {
        let mut byte = [0];
        let flags = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
        recv(std::os::fd::AsRawFd::as_raw_fd(&self.0), &mut byte, flags) == Err(Errno::EAGAIN)
    }
}

impl Exit {
    /// What is left to say when a whole container was killed.
    pub(super) const KILLED: Self = Self {
        code: None,
        signal: Some(nix::libc::SIGKILL),
    };

    /// Whether the program ended with code 0.
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        Self {
            code: status.code(),
            signal: std::os::unix::process::ExitStatusExt::signal(&status),
        }
    }
}

fn ended(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
    )
}
