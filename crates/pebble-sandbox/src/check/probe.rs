//! One probe of a check: does it answer, does it accept, does it exit with 0? Failures are texts, as Pebble's.

use super::{Surroundings, http};
use crate::duration::GoDuration;
use crate::plan::{Check, ExecCheck, TcpCheck, split};
use crate::process::{Accounts, Launch, Streams, exit_code, kill_group};
use crate::text;
use nix::sys::signal::Signal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Stdio;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::net::unix::pipe;

/// Bytes and lines of output that a failure text quotes.
const QUOTED_BYTES: usize = 512;
const QUOTED_LINES: usize = 5;

/// Probes once, within the timeout of the check.
///
/// # Errors
/// Why the check failed.
pub(super) async fn probe(check: &Check, around: &Surroundings) -> Result<(), String> {
    let timeout = check.timeout();
    let attempt = async {
        match (&check.http, &check.tcp, &check.exec) {
            (Some(check), _, _) => http::probe(check).await,
            (None, Some(check), _) => tcp(check).await,
            (None, None, Some(check)) => exec(check, around).await,
            (None, None, None) => Err("check has nothing to do".to_owned()),
        }
    };
    let timed_out = |_| format!("check timed out after {}", GoDuration(timeout));
    tokio::time::timeout(timeout, attempt).await.map_err(timed_out)?
}

async fn tcp(check: &TcpCheck) -> Result<(), String> {
    let host = if check.host.is_empty() {
        "localhost"
    } else {
        &check.host
    };
    let port =
        u16::try_from(check.port).map_err(|_| format!("dial tcp: address {}: invalid port", check.port))?;
    connect(host, port).await.map(drop)
}

/// Opens a connection.
///
/// # Errors
/// A text as Go's `net` gives it: `dial tcp 127.0.0.1:80: connect: connection refused`.
pub(super) async fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let mut failure = format!("dial tcp: lookup {host}: no such host");
    for address in resolve(host, port).await.map_err(|_| failure.clone())? {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = format!("dial tcp {address}: connect: {}", text::errno(&error)),
        }
    }
    Err(failure)
}

/// Addresses and `localhost` need no resolver, which a small image may lack.
async fn resolve(host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    if host == "localhost" {
        let v6 = SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), port);
        return Ok(vec![v6, SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)]);
    }
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}

async fn exec(check: &ExecCheck, around: &Surroundings) -> Result<(), String> {
    let mut environment = (*around.environment).clone();
    environment.extend(check.environment.clone());
    let owner = around
        .powers
        .grant(Accounts::read().owner(&check.context())?, around.log);
    let argv = split(&check.command).map_err(|reason| format!("cannot parse command: {reason}"))?;
    let launch = Launch {
        argv,
        environment,
        working_dir: check.working_dir.clone(),
        owner,
    };
    let io = |error: std::io::Error| error.to_string();
    let (reader, writer) = std::io::pipe().map_err(io)?;
    let second = writer.try_clone().map_err(io)?;
    let streams = Streams {
        stdin: Stdio::null(),
        stdout: writer.into(),
        stderr: second.into(),
    };
    let search_path = around.environment.get("PATH").map_or("", String::as_str);
    let mut child = launch.spawn(search_path, streams)?;
    let group = Group(child.id());
    let reader = pipe::Receiver::from_owned_fd(reader.into()).map_err(io)?;
    let mut output = Vec::new();
    let (status, ()) = tokio::join!(child.wait(), quote(reader, &mut output));
    drop(group);
    match status.map(exit_code) {
        Ok(0) => Ok(()),
        Ok(code) => Err(with_details(format!("exit status {code}"), &last_lines(&output))),
        Err(error) => Err(error.to_string()),
    }
}

/// Ends the whole group of a probe when the probe ends, also by its timeout.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            kill_group(leader, Signal::SIGKILL);
        }
    }
}

/// Keeps the last bytes of a stream.
async fn quote(mut reader: pipe::Receiver, output: &mut Vec<u8>) {
    let mut chunk = [0; 1024];
    while let Ok(read @ 1..) = reader.read(&mut chunk).await {
        output.extend(chunk.iter().take(read));
        let excess = output.len().saturating_sub(QUOTED_BYTES);
        output.drain(..excess);
    }
}

fn last_lines(output: &[u8]) -> String {
    let output = String::from_utf8_lossy(output);
    let mut lines: Vec<&str> = output.trim().lines().collect();
    let excess = lines.len().saturating_sub(QUOTED_LINES);
    if excess > 0 {
        lines.drain(..excess);
        lines.insert(0, "(...)");
    }
    lines.join("\n")
}

/// The first lines of an answer's body.
pub(super) fn first_lines(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body.get(..QUOTED_BYTES).unwrap_or(body)).into_owned();
    let mut lines: Vec<&str> = body.trim().lines().collect();
    if lines.len() > QUOTED_LINES {
        lines.truncate(QUOTED_LINES);
        lines.push("(...)");
    }
    lines.join("\n")
}

pub(super) fn with_details(reason: String, details: &str) -> String {
    if details.is_empty() {
        reason
    } else {
        format!("{reason}; {details}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_short() {
        assert_eq!(last_lines(b"1\n2\n3\n4\n5\n6\n"), "(...)\n2\n3\n4\n5\n6");
        assert_eq!(first_lines(b"1\n2\n3\n4\n5\n6\n"), "1\n2\n3\n4\n5\n(...)");
        assert_eq!(
            with_details("exit status 1".to_owned(), &last_lines(b"  \n")),
            "exit status 1"
        );
        assert_eq!(
            with_details("exit status 1".to_owned(), "oh"),
            "exit status 1; oh"
        );
    }
}
