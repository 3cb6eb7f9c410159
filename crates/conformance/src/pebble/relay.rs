//! Asks as another user: a request's bytes enter on stdin, the answer's leave on stdout.

use std::{
    io::{self, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    path::Path,
    process::{Command, Stdio},
};

use super::http::{Asked, Request};

/// The other side of a question as another user: becomes `uid`, connects to `socket`, sends what comes on stdin and
/// prints what is answered. Must run in a process of its own, as root.
///
/// # Errors
/// When it cannot become that user, connect, read or write.
pub fn relay(uid: u32, socket: &Path) -> io::Result<()> {
    nix::unistd::setegid(nix::unistd::Gid::from_raw(uid))?;
    nix::unistd::seteuid(nix::unistd::Uid::from_raw(uid))?;
    let mut request = Vec::new();
    io::stdin().read_to_end(&mut request)?;
    let mut stream = UnixStream::connect(socket)?;
    stream.write_all(&request)?;
    io::copy(&mut stream, &mut io::stdout())?;
    stream.shutdown(Shutdown::Both)
}

/// Starts `program` as a relay and sends `request` through it.
pub(super) fn ask_as(program: &Path, uid: u32, socket: &Path, request: &Request) -> io::Result<Asked> {
    let mut child = Command::new(program)
        .args(["relay", &uid.to_string()])
        .arg(socket)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&request.bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        Ok(Asked::Bytes(io::Cursor::new(output.stdout)))
    } else {
        Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }
}
