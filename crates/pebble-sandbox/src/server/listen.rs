//! The sockets, and one task per connection.

use super::{Body, Peer};
use crate::api;
use crate::daemon::Daemon;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixStream};

/// Creates the Unix socket, open to every local user: who may do what is decided per request.
///
/// # Errors
/// When somebody listens there already, or the file cannot be created.
pub(crate) async fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    let (_dir, address) = socket_address(path)?;
    if UnixStream::connect(&address).await.is_ok() {
        let taken = "another daemon listens there";
        return Err(io::Error::new(io::ErrorKind::AddrInUse, taken));
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&address)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}

/// The path of a socket as short as the kernel wants it (108 bytes): through the opened directory, which must stay open
/// as long as the path is used.
fn socket_address(path: &Path) -> io::Result<(File, PathBuf)> {
    let dir = File::open(path.parent().unwrap_or(Path::new("/")))?;
    let through_dir = PathBuf::from(format!("/proc/self/fd/{}", dir.as_raw_fd()));
    let name = path.file_name().unwrap_or_default();
    Ok((dir, through_dir.join(name)))
}

/// Listens where `--http` says: `:38813` is all addresses.
///
/// # Errors
/// When the address is none, or taken.
pub(crate) async fn bind_tcp(address: &str) -> io::Result<TcpListener> {
    match address.strip_prefix(':') {
        Some(port) => match TcpListener::bind(format!("[::]:{port}")).await {
            Ok(listener) => Ok(listener),
            // A machine without IPv6.
            Err(_) => TcpListener::bind(format!("0.0.0.0:{port}")).await,
        },
        None => TcpListener::bind(address).await,
    }
}

/// Answers on the Unix socket until dropped.
pub(crate) async fn serve_unix(listener: UnixListener, daemon: Arc<Daemon>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let uid = stream.peer_cred().ok().map(|peer| peer.uid());
                tokio::spawn(serve(stream, Peer { uid }, Arc::clone(&daemon)));
            }
            Err(error) => pause(&error, &daemon).await,
        }
    }
}

/// Answers on the HTTP port until dropped.
pub(crate) async fn serve_tcp(listener: TcpListener, daemon: Arc<Daemon>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Peer { uid: None }, Arc::clone(&daemon)));
            }
            Err(error) => pause(&error, &daemon).await,
        }
    }
}

/// Out of descriptors: others must be closed first.
async fn pause(error: &io::Error, daemon: &Daemon) {
    daemon.log.line(&format!("cannot accept a connection: {error}"));
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    daemon: Arc<Daemon>,
) {
    let answer = move |request: Request<Incoming>| {
        let daemon = Arc::clone(&daemon);
        async move { Ok::<Response<Body>, Infallible>(api::answer(&daemon, peer, request).await) }
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service_fn(answer))
        .with_upgrades();
    // A client that goes away in the middle is its own affair.
    let _ = connection.await;
}
