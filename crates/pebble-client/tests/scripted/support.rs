//! A server on a unix socket that follows a script: one connection per step, whatever is asked.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};

use pebble_client::Pebble;
use tokio_tungstenite::tungstenite::{self, Message};

pub(crate) enum Step {
    /// Reads a request, answers with these bytes and closes.
    Answer(Vec<u8>),
    /// Reads a request, and answers with these bytes after this time.
    Late(Duration, Vec<u8>),
    /// Reads a request, then keeps silent until the client gives up.
    Silence,
    /// A websocket: if `reads`, takes what the client sends up to its text message; then sends these messages.
    WebSocket { sends: Vec<Message>, reads: bool },
}

pub(crate) struct Server {
    dir: tempfile::TempDir,
    thread: JoinHandle<Vec<String>>,
}

impl Server {
    pub(crate) fn start(script: Vec<Step>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join("pebble.socket")).unwrap();
        let thread = std::thread::spawn(move || follow(&listener, script));
        Self { dir, thread }
    }

    /// One JSON answer after the other.
    pub(crate) fn answering(answers: &[(u16, &str)]) -> Self {
        Self::start(answers.iter().map(|(status, body)| json(*status, body)).collect())
    }

    pub(crate) fn pebble(&self) -> Pebble {
        Pebble::new(self.dir.path().join("pebble.socket")).with_timeout(Duration::from_secs(20))
    }

    /// What was asked, one text per step. Fails if the script was not followed to its end.
    pub(crate) fn requests(self) -> Vec<String> {
        // Wakes a server that still waits for a request.
        let _ = UnixStream::connect(self.dir.path().join("pebble.socket"));
        self.thread.join().unwrap()
    }
}

pub(crate) fn json(status: u16, body: &str) -> Step {
    answer(status, "application/json", body)
}

/// A JSON answer that takes its time.
pub(crate) fn late(after: Duration, status: u16, body: &str) -> Step {
    Step::Late(after, response(status, "application/json", body))
}

pub(crate) fn answer(status: u16, media_type: &str, body: &str) -> Step {
    Step::Answer(response(status, media_type, body))
}

fn response(status: u16, media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Status\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn follow(listener: &UnixListener, script: Vec<Step>) -> Vec<String> {
    let (steps, sockets) = (script.len(), Arc::new(Sockets::default()));
    let mut requests: Vec<_> = script
        .into_iter()
        .map_while(|step| one(listener, step, &sockets))
        .collect();
    assert_eq!(
        requests.len(),
        steps,
        "not everything in the script was asked for: {requests:#?}"
    );
    requests.append(&mut sockets.input.lock().unwrap());
    requests
}

/// The open sockets of a command: what the client sent, and the sockets themselves, held open and unread until the end.
#[derive(Default)]
struct Sockets {
    input: Mutex<Vec<String>>,
    held: Mutex<Vec<tungstenite::WebSocket<UnixStream>>>,
}

fn one(listener: &UnixListener, step: Step, sockets: &Arc<Sockets>) -> Option<String> {
    let (mut stream, _) = listener.accept().unwrap();
    match step {
        Step::Answer(bytes) => {
            let request = read_request(&stream)?;
            // The client may have seen enough before the end.
            let _ = stream.write_all(&bytes);
            Some(request)
        }
        Step::Late(after, bytes) => {
            let request = read_request(&stream)?;
            std::thread::sleep(after);
            // The client may have gone.
            let _ = stream.write_all(&bytes);
            Some(request)
        }
        Step::Silence => {
            let request = read_request(&stream)?;
            let _ = stream.read(&mut [0]);
            Some(request)
        }
        Step::WebSocket { sends, reads } => websocket(stream, sends, reads, Arc::clone(sockets)),
    }
}

/// The sockets of a command are open at the same time, so each is served by a thread of its own.
fn websocket(stream: UnixStream, sends: Vec<Message>, reads: bool, sockets: Arc<Sockets>) -> Option<String> {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the form the library calls")]
    let note_path = |request: &tungstenite::handshake::server::Request, response| {
        path = format!("websocket {}", request.uri());
        Ok(response)
    };
    let mut socket = tungstenite::accept_hdr(stream, note_path).ok()?;
    std::thread::spawn(move || {
        let mut got = Vec::new();
        while reads && !matches!(got.last(), Some(Message::Text(_))) {
            got.push(socket.read().unwrap());
        }
        sockets.input.lock().unwrap().extend(got.iter().map(describe));
        for message in sends {
            socket.send(message).unwrap();
        }
        sockets.held.lock().unwrap().push(socket);
    });
    Some(path)
}

fn describe(message: &Message) -> String {
    match message.to_text() {
        Ok(text) if message.is_text() => text.to_owned(),
        _ => format!("{} bytes", message.len()),
    }
}

/// `GET /path` and the body on the lines after it; nothing for a connection without a request.
fn read_request(stream: &UnixStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    for line in reader.by_ref().lines() {
        let line = line.unwrap();
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let request = head.first()?.trim_end_matches(" HTTP/1.1").to_owned();
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    Some(
        format!("{request}\n{}", String::from_utf8_lossy(&body))
            .trim_end()
            .to_owned(),
    )
}
