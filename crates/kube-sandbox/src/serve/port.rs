//! The port of the API server. It is this server's for its whole life; a server that is not available does not listen on it,
//! so that connections are refused as by a machine on which no API server runs.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;
/// The pause before the system is asked for the port again.
const PAUSE: Duration = Duration::from_millis(10);

/// Whether to listen, and whom to tell that it is so.
type Wish = (bool, SyncSender<()>);

/// Opens and closes the port. Clones are the same one.
#[derive(Debug, Clone)]
pub(super) struct Latch {
    wishes: UnboundedSender<Wish>,
}

/// The port, as the server's own task holds it.
pub(super) struct Port {
    address: SocketAddr,
    /// Bound and never listened on: the port is nobody else's meanwhile.
    _reserved: TcpSocket,
    listener: Option<TcpListener>,
    wishes: UnboundedReceiver<Wish>,
}

impl Latch {
    /// Returns when it is so.
    pub(super) fn set(&self, open: bool) {
        // an error is a server that has ended
        let _ = self.wish(open).recv();
    }

    /// Tells the returned receiver when it is so.
    pub(super) fn wish(&self, open: bool) -> Receiver<()> {
        let (done, is_done) = sync_channel(1);
        // an error is a server that has ended
        let _ = self.wishes.send((open, done));
        is_done
    }
}

impl Port {
    /// Listens on a free port of 127.0.0.1.
    pub(super) fn open() -> io::Result<(Self, Latch)> {
        let reserved = bound(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = reserved.local_addr()?;
        let (latch, wishes) = unbounded_channel();
        let port = Self {
            address,
            _reserved: reserved,
            listener: Some(bound(address)?.listen(BACKLOG)?),
            wishes,
        };
        Ok((port, Latch { wishes: latch }))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection.
    pub(super) async fn accept(&mut self) -> TcpStream {
        loop {
            tokio::select! {
                Some((open, done)) = self.wishes.recv() => {
                    self.listen(open).await;
                    // whoever asked may be gone
                    let _ = done.send(());
                }
                // a failed accept is a connection that is gone already
                Ok(stream) = next(self.listener.as_ref()) => return stream,
            }
        }
    }

    async fn listen(&mut self, open: bool) {
        if !open {
            self.listener = None;
        }
        while open && self.listener.is_none() {
            match bound(self.address).and_then(|socket| socket.listen(BACKLOG)) {
                Ok(listener) => self.listener = Some(listener),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

async fn next(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

/// A socket that shares its address with the others of this server.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}
