//! One HTTP/1.1 exchange on one connection, close to the wire. A request enters, a status, headers and a body leave.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// No answer takes longer: the slowest waits are twenty seconds.
const PATIENCE: Duration = Duration::from_secs(40);

/// What is asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

/// What is answered, as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// By lower-case name.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The request's bytes; the connection is closed after the answer.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: pebble\r\nConnection: close\r\n",
            self.method, self.path
        );
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if !self.body.is_empty() || self.method != "GET" {
            head.extend(["Content-Length: ", &self.body.len().to_string(), "\r\n"]);
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

impl Answer {
    /// A header's value, empty when there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection with a request on its way.
pub(super) enum Asked {
    Unix(UnixStream),
    Tcp(TcpStream),
    /// A relay's output, already read.
    Bytes(io::Cursor<Vec<u8>>),
}

impl Asked {
    pub(super) fn on_socket(socket: &Path, request: &Request) -> io::Result<Self> {
        let mut stream = connect(socket)?;
        stream.write_all(&request.bytes())?;
        Ok(Self::Unix(stream))
    }

    pub(super) fn on_port(port: &str, request: &Request) -> io::Result<Self> {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&request.bytes())?;
        Ok(Self::Tcp(stream))
    }

    /// Reads the answer to its end, or until `enough` of it is there.
    pub(super) fn answer(mut self, enough: impl Fn(&Answer) -> bool) -> io::Result<Answer> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            let count = match &mut self {
                Self::Unix(stream) => stream.read(&mut buffer)?,
                Self::Tcp(stream) => stream.read(&mut buffer)?,
                Self::Bytes(bytes) => bytes.read(&mut buffer)?,
            };
            bytes.extend(buffer.iter().take(count));
            match parse(&bytes) {
                Some(answer) if count == 0 || enough(&answer) => return Ok(answer),
                None if count == 0 => {
                    let told = format!("no HTTP answer: {:?}", String::from_utf8_lossy(&bytes));
                    return Err(io::Error::new(io::ErrorKind::InvalidData, told));
                }
                Some(_) | None => {}
            }
        }
    }
}

/// Connects, with a limit on how long a read may take.
pub(super) fn connect(socket: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// The answer, as far as it is there; nothing before its head is complete.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let (head, body) = split(bytes, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked = headers
        .get("transfer-encoding")
        .is_some_and(|value| value == "chunked");
    let body = if chunked { join_chunks(body) } else { body.to_vec() };
    Some(Answer {
        status,
        headers,
        body,
    })
}

fn join_chunks(mut bytes: &[u8]) -> Vec<u8> {
    let mut joined = Vec::new();
    while let Some((size, rest)) = split(bytes, b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(size), 16).unwrap_or(0);
        joined.extend(rest.iter().take(size));
        match rest.get(size + 2..) {
            Some(rest) if size > 0 => bytes = rest,
            Some(_) | None => break,
        }
    }
    joined
}

/// What stands before and after the first `separator`.
pub(super) fn split<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = bytes
        .windows(separator.len())
        .position(|window| window == separator)?;
    Some((bytes.get(..start)?, bytes.get(start + separator.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &str, expect: Option<(u16, &str)>) {
        let answer = parse(bytes.as_bytes());
        assert_eq!(
            answer.as_ref().map(|answer| (answer.status, answer.text())),
            expect.map(|(status, body)| (status, body.to_owned()))
        );
    }

    #[test]
    fn answers_are_read_as_far_as_they_came() {
        check(
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
            Some((404, "no")),
        );
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n",
            Some((200, "one two")),
        );
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\nA\r\nof",
            Some((200, "oneof")),
        );
        check("HTTP/1.1 200 OK\r\nContent", None);
    }
}
