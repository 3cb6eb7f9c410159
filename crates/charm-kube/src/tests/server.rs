//! A server that answers one scripted reply to each request and keeps what was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use crate::Cluster;

/// What the server does with one request.
pub(super) enum Reply {
    Json(u16, serde_json::Value),
    Text(u16, &'static str),
    /// Closes the connection without a word.
    Hangs,
    /// Keeps the connection and says nothing until the client goes away.
    Silent,
}

/// What was asked, as far as it matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) content_type: Option<String>,
    pub(super) body: String,
}

pub(super) struct Server {
    address: SocketAddr,
    thread: JoinHandle<Vec<Asked>>,
}

impl Server {
    pub(super) fn with(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || play(&listener, script));
        Self { address, thread }
    }

    pub(super) fn cluster(&self) -> Cluster {
        let mut config = kube::Config::new(format!("http://{}", self.address).parse().unwrap());
        config.default_namespace = "theatre".to_owned();
        Cluster::connect(config, "usher").unwrap()
    }

    /// What was asked. The script must have been played to its end.
    pub(super) fn asked(self) -> Vec<Asked> {
        self.thread.join().unwrap()
    }
}

fn play(listener: &TcpListener, script: Vec<Reply>) -> Vec<Asked> {
    script
        .into_iter()
        .map(|reply| {
            let (mut stream, _) = listener.accept().unwrap();
            let asked = read(&stream);
            let (code, kind, body) = match reply {
                Reply::Json(code, value) => (code, "application/json", value.to_string()),
                Reply::Text(code, text) => (code, "text/plain", text.to_owned()),
                Reply::Hangs => return asked,
                Reply::Silent => {
                    let _ = stream.read(&mut [0]);
                    return asked;
                }
            };
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {code} Scripted\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
            .unwrap();
            asked
        })
        .collect()
}

fn read(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut next = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let line = next().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = std::iter::from_fn(|| {
        let line = next();
        let (name, value) = line.split_once(": ")?;
        Some((name.to_lowercase(), value.to_owned()))
    })
    .collect();
    let header = |name: &str| {
        headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.clone())
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Asked {
        line,
        content_type: header("content-type").filter(|_| length > 0),
        body: String::from_utf8(body).unwrap(),
    }
}
