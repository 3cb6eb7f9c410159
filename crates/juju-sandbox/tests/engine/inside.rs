//! What this program does inside containers, beside what the sandbox makes of it: the words that charms and workloads of these
//! tests are made of. It is told from other uses by its name.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal};

/// Longer than a sandbox needs to go on without waiting.
const DOZE: Duration = Duration::from_millis(1500);

pub(crate) fn main() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (program, rest) = words.split_first()?;
    let done = match (Path::new(program).file_name()?.to_str()?, rest) {
        ("talk", ["start", socket]) => start(socket),
        ("talk", ["ready", socket]) => ready(socket),
        ("stand-in", ["ask", port, path]) => ask(port, path),
        ("stand-in", ["mounts"]) => show("/proc/self/mountinfo"),
        ("stand-in", ["show", path]) => show(path),
        ("stand-in", ["write", path, text]) => fs::write(path, text),
        ("stand-in", ["stop", service]) => stop(service),
        ("stand-in", ["doze"]) => {
            std::thread::sleep(DOZE);
            Ok(())
        }
        ("stand-in", ["linger", path]) => linger(path),
        _ => return None,
    };
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

/// Waits to be told to end, and takes its time for a last word.
fn linger(path: &str) -> io::Result<()> {
    let end = SigSet::from(Signal::SIGTERM);
    end.thread_block()?;
    end.wait()?;
    std::thread::sleep(DOZE);
    fs::write(path, "farewell")
}

/// Gives the Pebble a service and a check, and starts it.
fn start(socket: &str) -> io::Result<()> {
    let layer = serde_json::json!({
        "services": { "reader": { "override": "replace", "command": "/bin/read-aloud --loud", "startup": "enabled" } },
        "checks": { "up": {
            "override": "replace",
            "period": "300ms",
            "timeout": "250ms",
            "http": { "url": "http://localhost:8080/ping" },
        } },
    });
    let layers = serde_json::json!({
        "action": "add", "combine": true, "label": "reader", "format": "yaml", "layer": layer.to_string(),
    });
    talk(socket, "POST", "/v1/layers", &layers.to_string())?;
    talk(socket, "POST", "/v1/services", r#"{"action":"replan"}"#).map(drop)
}

/// Stops a service of the Pebble whose container this is.
fn stop(service: &str) -> io::Result<()> {
    let asked = serde_json::json!({ "action": "stop", "services": [service] });
    let socket = "/charm/container/pebble.socket";
    talk(socket, "POST", "/v1/services", &asked.to_string()).map(drop)
}

/// Succeeds when the check has succeeded.
fn ready(socket: &str) -> io::Result<()> {
    let answer = talk(socket, "GET", "/v1/checks", "")?;
    let checks: serde_json::Value = serde_json::from_str(&answer)?;
    let check = &checks["result"][0];
    let good = check["status"] == "up" && check["successes"].as_u64().unwrap_or_default() > 0;
    if good {
        Ok(())
    } else {
        Err(io::Error::other(format!("not yet: {check}")))
    }
}

fn talk(socket: &str, method: &str, path: &str, body: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: pebble\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other("no answer"))?;
    if head.starts_with("HTTP/1.1 2") {
        Ok(body.to_owned())
    } else {
        Err(io::Error::other(answer))
    }
}

fn ask(port: &str, path: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port.parse().map_err(io::Error::other)?))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: reader\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    print!("{answer}");
    Ok(())
}

fn show(path: &str) -> io::Result<()> {
    print!("{}", fs::read_to_string(path)?);
    Ok(())
}
