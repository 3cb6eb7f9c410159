//! Asking a Pebble over its socket, as Juju's agent and the kubelet do.
//!
//! Enters: the socket's path on this machine. Leaves: answers of Pebble's HTTP API as JSON. It reads only; what a charm does
//! with Pebble goes through the charm.

use juju_model::{News, Notice};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// The boot id of the Pebble at `socket`: it differs after each start.
///
/// # Errors
/// When nobody listens or the answer is no answer of Pebble.
pub(crate) fn boot_id(socket: &Path) -> io::Result<String> {
    let (_, answer) = get(socket, "/v1/system-info")?;
    let id = answer.pointer("/result/boot-id").and_then(Value::as_str);
    id.map(str::to_owned)
        .ok_or_else(|| io::Error::other("no boot-id in the answer of Pebble"))
}

/// What readiness and liveness probes ask: whether all checks of this level (`alive`, `ready`) are up.
pub(crate) fn healthy(socket: &Path, level: &str) -> bool {
    get(socket, &format!("/v1/health?level={level}")).is_ok_and(|(code, _)| code == 200)
}

/// Where services and checks of a Pebble stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Workings {
    /// `name current` of every service and `name status` of every check, with whether it ever succeeded.
    pub(crate) lines: Vec<String>,
    /// Something is about to turn by itself: a check that is down or was never performed, a service in back-off.
    pub(crate) pending: bool,
}

/// Services and checks now. An unreachable Pebble has none.
pub(crate) fn workings(socket: &Path) -> Workings {
    let list = |path| {
        get(socket, path)
            .ok()
            .and_then(|(_, mut answer)| answer.get_mut("result").map(Value::take))
    };
    let (services, checks) = (list("/v1/services"), list("/v1/checks"));
    let mut workings = Workings::default();
    let text = |one: &Value, key: &str| {
        one.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    for service in services.as_ref().and_then(Value::as_array).into_iter().flatten() {
        let current = text(service, "current");
        workings.pending |= current == "backoff";
        workings
            .lines
            .push(format!("service {} {current}", text(service, "name")));
    }
    for check in checks.as_ref().and_then(Value::as_array).into_iter().flatten() {
        let status = text(check, "status");
        let performed = ["successes", "failures"]
            .iter()
            .any(|key| check.get(key).and_then(Value::as_u64).unwrap_or_default() > 0);
        workings.pending |= status == "down" || (status == "up" && !performed);
        workings
            .lines
            .push(format!("check {} {status} {performed}", text(check, "name")));
    }
    workings
}

/// The notices that a charm is told of: those of users, and the ends of checks. Facts: Juju's `worker/uniter/pebblenotices.go`.
///
/// # Errors
/// When nobody listens or the answer is no answer of Pebble.
pub(crate) fn notices(socket: &Path) -> io::Result<Vec<Notice>> {
    let (_, answer) = get(socket, "/v1/notices?users=all&types=custom,change-update")?;
    let notices = answer.get("result").and_then(Value::as_array);
    let mut told = Vec::new();
    for notice in notices.into_iter().flatten() {
        let text = |pointer: &str| notice.pointer(pointer).and_then(Value::as_str);
        let (Some(id), Some(key), Some(repeated)) = (text("/id"), text("/key"), text("/last-repeated"))
        else {
            return Err(io::Error::other("no notice in the answer of Pebble"));
        };
        let check = || text("/last-data/check-name").unwrap_or_default().to_owned();
        let news = match (text("/type"), text("/last-data/kind")) {
            (Some("custom"), _) => News::Custom { key: key.to_owned() },
            (_, Some("perform-check")) if has_ended(socket, key, "Error")? => {
                News::CheckFailed { check: check() }
            }
            (_, Some("recover-check")) if has_ended(socket, key, "Done")? => {
                News::CheckRecovered { check: check() }
            }
            _ => continue,
        };
        told.push(Notice {
            id: id.to_owned(),
            repeated: repeated.parse().map_err(io::Error::other)?,
            news,
        });
    }
    Ok(told)
}

/// Whether a change has this status, or is not known any more: Pebble forgets only what has ended.
fn has_ended(socket: &Path, change: &str, status: &str) -> io::Result<bool> {
    let (code, answer) = get(socket, &format!("/v1/changes/{change}"))?;
    Ok(code == 404 || answer.pointer("/result/status").and_then(Value::as_str) == Some(status))
}

/// The state of each service. An unreachable Pebble has none.
pub(crate) fn services(socket: &Path) -> BTreeMap<String, String> {
    let answer = get(socket, "/v1/services")
        .map(|(_, answer)| answer)
        .unwrap_or_default();
    let services = answer
        .get("result")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let text = |service: &Value, key: &str| Some(service.get(key)?.as_str()?.to_owned());
    services
        .filter_map(|service| Some((text(service, "name")?, text(service, "current")?)))
        .collect()
}

/// One GET: the HTTP status and the body.
///
/// # Errors
/// When nobody listens, the answer takes longer than 5 s, or it is not JSON over HTTP.
pub(crate) fn get(socket: &Path, path: &str) -> io::Result<(u16, Value)> {
    let mut stream = connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let (code, body) = response(&bytes).ok_or_else(|| io::Error::other("no HTTP answer"))?;
    Ok((code, serde_json::from_slice(&body)?))
}

/// The path of a unix socket has 108 bytes at most, so it is reached through its folder's descriptor.
fn connect(socket: &Path) -> io::Result<UnixStream> {
    let (Some(folder), Some(name)) = (socket.parent(), socket.file_name()) else {
        return Err(io::Error::from(io::ErrorKind::NotFound));
    };
    let folder = fs_err::File::open(folder)?;
    UnixStream::connect(
        Path::new("/proc/self/fd")
            .join(folder.as_raw_fd().to_string())
            .join(name),
    )
}

/// Status code and body of a whole HTTP/1.1 response, chunked or not.
fn response(bytes: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (bytes.get(..end)?, bytes.get(end + 4..)?);
    let head = std::str::from_utf8(head).ok()?.to_ascii_lowercase();
    let code = head.split_whitespace().nth(1)?.parse().ok()?;
    let chunked = head
        .lines()
        .any(|line| line.starts_with("transfer-encoding:") && line.ends_with("chunked"));
    Some((code, if chunked { dechunk(body)? } else { body.to_vec() }))
}

fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?)
            .ok()?
            .split(';')
            .next()?
            .trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let start = end + 2;
        body.extend_from_slice(rest.get(start..start.checked_add(size)?)?);
        rest = rest.get(start + size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &str, expect: Option<(u16, &str)>) {
        let found = response(bytes.as_bytes());
        let found = found.map(|(code, body)| (code, String::from_utf8(body).unwrap()));
        assert_eq!(
            found,
            expect.map(|(code, body)| (code, body.to_owned())),
            "{bytes:?}"
        );
    }

    #[test]
    fn answers_are_read_in_both_forms() {
        check(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            Some((200, "{}")),
        );
        check(
            "HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n",
            Some((502, r#"{"a":1}"#)),
        );
    }

    #[test]
    fn broken_answers_are_no_answers() {
        check("", None);
        check("HTTP/1.1\r\n\r\n", None);
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
            None,
        );
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
            None,
        );
    }
}
