//! A daemon per test, and a small client.

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

pub(crate) const DAEMON_ARGS: &str = "PEBBLE_TEST_DAEMON_ARGS";
pub(crate) const PEER_SOCKET: &str = "PEBBLE_TEST_PEER_SOCKET";

/// No condition in these tests takes nearly as long.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Whether the tests run against a real Pebble.
pub(crate) fn is_real() -> bool {
    std::env::var_os("PEBBLE_PROGRAM").is_some()
}

/// A running daemon in a directory of its own.
pub(crate) struct Daemon {
    pub(crate) dir: TempDir,
    pub(crate) socket: PathBuf,
    child: Child,
}

/// An answer of the daemon.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn result(&self) -> Value {
        self.json()["result"].clone()
    }

    /// Status and message of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (
            self.status,
            self.result()["message"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

impl Daemon {
    pub(crate) fn start() -> Self {
        Self::start_with("", |_| {})
    }

    /// With further arguments, and with files that `prepare` puts into its directory.
    pub(crate) fn start_with(args: &str, prepare: impl FnOnce(&Path)) -> Self {
        let dir = TempDir::with_prefix("pebble-").unwrap();
        open_to_all(dir.path());
        prepare(dir.path());
        let socket = dir.path().join("pebble.socket");
        let args = format!("run --create-dirs --verbose {args}");
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let mut command = match std::env::var_os("PEBBLE_PROGRAM") {
            Some(program) => {
                let mut command = Command::new(program);
                command.args(args.split_whitespace());
                command
            }
            None => again("daemon_entry"),
        };
        command
            .env(DAEMON_ARGS, args)
            .env("PEBBLE", dir.path())
            .env("PEBBLE_SOCKET", &socket);
        command.env("DAEMON_SAYS", "hello").env_remove("PEBBLE_COPY_ONCE");
        command
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log);
        let mut daemon = Self {
            socket,
            child: command.spawn().unwrap(),
            dir,
        };
        wait_for("the daemon to answer", || {
            let ended = daemon.child.try_wait().unwrap();
            assert!(ended.is_none(), "daemon ended: {}", daemon.log());
            try_ask(&daemon.socket, "GET", "/v1/system-info", &[], Bytes::new()).is_ok()
        });
        daemon
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        try_ask(&self.socket, method, path, headers, body.into()).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "reads better with json! at the place of use"
    )]
    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(
            "POST",
            path,
            &[("Content-Type", "application/json")],
            body.to_string(),
        )
    }

    /// Adds or combines the layer `app`.
    pub(crate) fn layer(&self, text: &str) {
        let answer = self.try_layer("app", text);
        assert_eq!(answer.result(), json!(true), "{:?}", answer.refusal());
    }

    pub(crate) fn try_layer(&self, label: &str, text: &str) -> Answer {
        let body = json!({"action": "add", "combine": true, "label": label, "format": "yaml", "layer": text});
        self.post("/v1/layers", body)
    }

    /// Begins an action on services and gives its change.
    pub(crate) fn act(&self, action: &str, services: &[&str]) -> String {
        let answer = self.post("/v1/services", json!({"action": action, "services": services}));
        assert_eq!(answer.status, 202, "{:?}", answer.refusal());
        answer.json()["change"].as_str().unwrap().to_owned()
    }

    /// Waits for a change to be ready.
    pub(crate) fn wait(&self, change: &str) -> Value {
        self.get(&format!("/v1/changes/{change}/wait?timeout=30s"))
            .result()
    }

    /// Acts and waits; the change must go well.
    pub(crate) fn done(&self, action: &str, services: &[&str]) -> Value {
        let change = self.wait(&self.act(action, services));
        assert_eq!(change["status"], json!("Done"), "{change:#}");
        change
    }

    pub(crate) fn service(&self, name: &str) -> Value {
        self.get(&format!("/v1/services?names={name}")).result()[0].clone()
    }

    pub(crate) fn check(&self, name: &str) -> Value {
        self.get(&format!("/v1/checks?names={name}")).result()[0].clone()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> nix::unistd::Pid {
        nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// Waits until it ends by itself and gives its exit code.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let mut status = None;
        wait_for("the daemon to end", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            nix::sys::signal::kill(self.pid(), nix::sys::signal::Signal::SIGTERM).unwrap();
            self.child.wait().unwrap();
        }
    }
}

/// This binary once more, to run one of its entries.
pub(crate) fn again(entry: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([entry, "--exact", "--nocapture"]);
    command
}

fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Waits until something is so.
pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LIMIT, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sends one request on a connection of its own.
pub(crate) fn try_ask(
    socket: &Path,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Result<Answer, Box<dyn std::error::Error>> {
    block_on(async {
        let stream = TokioIo::new(UnixStream::connect(socket).await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("Host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = sender.send_request(request.body(Full::new(body))?).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        })
    })
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::time::timeout(LIMIT, future)
            .await
            .expect("no answer in time")
    })
}

pub(crate) type WebSocket = WebSocketStream<UnixStream>;

/// Connects one websocket of a task.
pub(crate) async fn websocket(socket: &Path, task: &str, name: &str) -> Result<WebSocket, String> {
    let stream = UnixStream::connect(socket).await.unwrap();
    let url = format!("ws://localhost/v1/tasks/{task}/websocket/{name}");
    let connected = tokio_tungstenite::client_async(url, stream).await;
    connected
        .map(|(socket, _)| socket)
        .map_err(|error| error.to_string())
}

/// Sends all of a stream, as long as somebody reads it.
pub(crate) async fn send_all(socket: &mut (impl Sink<Message> + Unpin), content: &[u8]) {
    for chunk in content.chunks(100_000) {
        if socket.send(Message::binary(chunk.to_vec())).await.is_err() {
            return;
        }
    }
    let _ = socket.send(Message::text(r#"{"command":"end"}"#)).await;
}

/// Reads all of a stream.
pub(crate) async fn read_all<E: std::fmt::Debug>(
    socket: &mut (impl Stream<Item = Result<Message, E>> + Unpin),
) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        match socket.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                assert!(bytes.len() <= 128 * 1024, "frame of {} bytes", bytes.len());
                content.extend(bytes);
            }
            Some(Ok(Message::Text(text))) => {
                assert_eq!(text.as_str().trim(), r#"{"command":"end"}"#);
                return content;
            }
            other => panic!("stream broke off: {other:?}"),
        }
    }
}
