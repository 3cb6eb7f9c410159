//! One request over the socket, and the private runtime it runs on. What enters: a [`Call`]. What leaves: status, headers
//! and body. It knows no resource of the API.

use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    path::{Path, PathBuf},
    pin::{Pin, pin},
    sync::OnceLock,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response,
    body::{Body, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use tokio::{net::UnixStream, runtime::Runtime, time};

use crate::error::Error;

/// The largest answer taken that is not a file.
const MAX_ANSWER: usize = 16 << 20;

/// Pebble, behind its socket. Making one does nothing; each method makes its own connection.
#[derive(Debug)]
pub struct Pebble {
    socket: PathBuf,
    timeout: Duration,
    runtime: OnceLock<Runtime>,
}

impl Pebble {
    /// A client for the Pebble that listens, or will listen, at `socket`.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self {
            socket: socket.into(),
            timeout: Duration::from_secs(5),
            runtime: OnceLock::new(),
        }
    }

    /// How long Pebble may be silent during a request; 5 s unless set. Waiting for a change comes on top.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Runs `work` to its end on the private runtime.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err(Error::InsideRuntime);
        }
        let runtime = if let Some(runtime) = self.runtime.get() {
            runtime
        } else {
            let built = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                .build();
            let built = built.map_err(Error::Start)?;
            self.runtime.get_or_init(|| built)
        };
        runtime.block_on(work)
    }

    pub(crate) async fn connect(&self) -> Result<UnixStream, Error> {
        let connected = UnixStream::connect(&self.socket).await;
        connected.map_err(|source| {
            let path = self.socket.clone();
            if source.kind() == io::ErrorKind::NotFound {
                Error::SocketNotFound { path }
            } else if source.kind() == io::ErrorKind::ConnectionRefused {
                Error::ConnectionRefused { path }
            } else {
                Error::Connect { path, source }
            }
        })
    }

    /// Sends `call`; Pebble may be silent for `patience`.
    pub(crate) async fn send(&self, call: &Call, patience: Duration) -> Result<Answer, Error> {
        let io = TokioIo::new(self.connect().await?);
        let broke = |error: hyper::Error| Error::disconnected(call, error);
        let (mut sender, connection) = http1::handshake(io).await.map_err(broke)?;
        let mut connection = Connection::new(async move {
            // What breaks the connection breaks the request too, and is told there.
            let _ = connection.await;
        });
        let sent = connection.drive(sender.send_request(call.request()?));
        let response = within(patience, call, sent).await?.map_err(broke)?;
        Ok(Answer {
            response,
            patience,
            call: call.to_string(),
            connection,
        })
    }
}

/// A request to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: Method,
    target: String,
    headers: Vec<(header::HeaderName, String)>,
    body: Bytes,
}

impl Call {
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            target: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn post(path: &str, media_type: String, body: impl Into<Bytes>) -> Self {
        let headers = vec![(header::CONTENT_TYPE, media_type)];
        Self {
            method: Method::POST,
            target: path.to_owned(),
            headers,
            body: body.into(),
        }
    }

    pub(crate) fn accept(mut self, media_type: &str) -> Self {
        self.headers.push((header::ACCEPT, media_type.to_owned()));
        self
    }

    pub(crate) fn query(mut self, key: &str, value: &str) -> Self {
        let separator = if self.target.contains('?') { '&' } else { '?' };
        self.target.push(separator);
        self.target.push_str(key);
        self.target.push('=');
        percent_encode(value, &mut self.target);
        self
    }

    fn request(&self) -> Result<Request<Full<Bytes>>, Error> {
        let mut request = Request::builder()
            .method(&self.method)
            .uri(&self.target)
            .header(header::HOST, "localhost")
            .header(header::CONNECTION, "close");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
            .body(Full::new(self.body.clone()))
            .map_err(|why| Error::Request {
                request: self.to_string(),
                why: why.to_string(),
            })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        write!(f, "{} {path}", self.method)
    }
}

/// An answer whose body is still on its way.
pub(crate) struct Answer {
    response: Response<Incoming>,
    patience: Duration,
    call: String,
    connection: Connection,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(crate) fn media_type(&self) -> Option<&str> {
        self.response.headers().get(header::CONTENT_TYPE)?.to_str().ok()
    }

    /// The next piece of the body; none at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if self.response.body().is_end_stream() {
                return Ok(None);
            }
            let frame = self.connection.drive(self.response.body_mut().frame());
            let Some(frame) = within(self.patience, &self.call, frame).await? else {
                return Ok(None);
            };
            let frame = frame.map_err(|error| Error::disconnected(&self.call, error))?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }

    /// The whole body.
    pub(crate) async fn body(mut self) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(Error::TooLarge {
                    what: self.call,
                    limit: MAX_ANSWER,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// What moves bytes for one request. It is polled beside the request instead of as a task of its own: a task would keep
/// the socket open after the request was given up, until the runtime runs again.
struct Connection(Option<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Connection {
    fn new(moving: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Some(Box::pin(moving)))
    }

    async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            let ended = self
                .0
                .as_mut()
                .is_some_and(|moving| moving.as_mut().poll(context).is_ready());
            if ended {
                self.0 = None;
            }
            work.as_mut().poll(context)
        })
        .await
    }
}

/// `work`, if it ends in time.
pub(crate) async fn within<T>(
    limit: Duration,
    request: impl fmt::Display,
    work: impl Future<Output = T>,
) -> Result<T, Error> {
    let timed_out = |_| Error::TimedOut {
        request: request.to_string(),
        after: limit,
    };
    time::timeout(limit, work).await.map_err(timed_out)
}

fn percent_encode(text: &str, into: &mut String) {
    use fmt::Write;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}
