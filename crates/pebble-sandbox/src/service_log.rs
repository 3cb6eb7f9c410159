//! The last output of every service: a bounded buffer per service, readable while it grows.

use crate::log::Log;
use crate::sync::locked;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::watch;

/// Bytes of messages that are kept per service.
const KEPT_BYTES: usize = 100 * 1024;
/// A line longer than this is cut into several.
const LINE_BYTES: usize = 4 * 1024;

/// One line that a service wrote, as `GET /v1/logs` shows it.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub(crate) struct Entry {
    pub(crate) time: Timestamp,
    pub(crate) service: String,
    pub(crate) message: String,
    /// Counts all lines of all services, so that a reader can go on where it was.
    #[serde(skip)]
    pub(crate) number: u64,
}

/// The logs of all services.
#[derive(Debug)]
pub(crate) struct ServiceLogs {
    log: Log,
    kept: Mutex<Kept>,
    grown: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    by_service: BTreeMap<String, Buffer>,
}

#[derive(Debug, Default)]
struct Buffer {
    bytes: usize,
    entries: VecDeque<Entry>,
}

impl ServiceLogs {
    pub(crate) fn new(log: Log) -> Self {
        Self {
            log,
            kept: Mutex::default(),
            grown: watch::Sender::new(0),
        }
    }

    /// Copies the lines of a stream until it ends.
    pub(crate) async fn collect(&self, service: &str, stream: impl AsyncRead + Unpin) {
        let mut reader = BufReader::with_capacity(LINE_BYTES, stream);
        let mut line = Vec::new();
        loop {
            let (taken, ended) = match reader.fill_buf().await {
                Ok([]) | Err(_) => break,
                Ok(buffer) => {
                    let room = buffer.len().min(LINE_BYTES.saturating_sub(line.len()).max(1));
                    let newline = buffer.iter().take(room).position(|byte| *byte == b'\n');
                    let taken = newline.map_or(room, |index| index + 1);
                    line.extend(buffer.iter().take(newline.unwrap_or(room)));
                    (taken, newline.is_some())
                }
            };
            reader.consume(taken);
            if ended || line.len() >= LINE_BYTES {
                self.add(service, &line);
                line.clear();
            }
        }
        if !line.is_empty() {
            self.add(service, &line);
        }
    }

    fn add(&self, service: &str, line: &[u8]) {
        let time = crate::log::now();
        let message = String::from_utf8_lossy(line).into_owned();
        self.log.service_line(time, service, &message);
        let mut kept = locked(&self.kept);
        kept.last += 1;
        let entry = Entry {
            time,
            service: service.to_owned(),
            message,
            number: kept.last,
        };
        let number = kept.last;
        kept.by_service.entry(service.to_owned()).or_default().push(entry);
        drop(kept);
        self.grown.send_replace(number);
    }

    /// Lines of the chosen services after line `after`, in the order of writing; at most the `last` ones.
    pub(crate) fn read(&self, services: &[String], after: u64, last: Option<usize>) -> Vec<Entry> {
        let kept = locked(&self.kept);
        let chosen = services.iter().filter_map(|name| kept.by_service.get(name));
        let newer = |entry: &&Entry| entry.number > after;
        let mut entries: Vec<Entry> = chosen
            .flat_map(|buffer| buffer.entries.iter().filter(newer).cloned())
            .collect();
        entries.sort_by_key(|entry| entry.number);
        let skipped = last.map_or(0, |last| entries.len().saturating_sub(last));
        entries.split_off(skipped)
    }

    /// The number of the newest line.
    pub(crate) fn newest(&self) -> u64 {
        locked(&self.kept).last
    }

    /// Tells when lines are added; holds the newest number.
    pub(crate) fn growth(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// The last lines of one service as task logs show them: indented, and marked where cut.
    pub(crate) fn excerpt(&self, service: &str, lines: usize) -> String {
        let entries = self.read(&[service.to_owned()], 0, Some(lines + 1));
        let cut = entries.len() > lines;
        let mut shown: Vec<String> = entries.into_iter().map(|entry| entry.message).collect();
        if let (true, Some(first)) = (cut, shown.first_mut()) {
            "(...)".clone_into(first);
        }
        let indented: Vec<String> = shown.iter().map(|line| format!("    {line}")).collect();
        indented.join("\n")
    }
}

impl Buffer {
    fn push(&mut self, entry: Entry) {
        self.bytes += entry.message.len() + 1;
        self.entries.push_back(entry);
        while self.bytes > KEPT_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= oldest.message.len() + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(text: &[u8]) -> Vec<String> {
        let logs = ServiceLogs::new(Log::silent());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(logs.collect("ferry", text));
        logs.read(&["ferry".to_owned()], 0, None)
            .into_iter()
            .map(|entry| entry.message)
            .collect()
    }

    #[test]
    fn lines_are_split_and_bounded() {
        assert_eq!(collected(b"one\n\ntwo"), ["one", "", "two"]);
        let long = collected(&vec![b'x'; LINE_BYTES + 5]);
        assert_eq!(long.iter().map(String::len).collect::<Vec<_>>(), [LINE_BYTES, 5]);
        let much = collected("0123456789\n".repeat(20_000).as_bytes());
        assert_eq!(much.len(), KEPT_BYTES / 11);
        assert_eq!(collected(&[0xff, b'\n']), ["\u{fffd}"]);
    }

    #[test]
    fn excerpts_say_that_they_are_cut() {
        let logs = ServiceLogs::new(Log::silent());
        for line in ["a", "b", "c"] {
            logs.add("ferry", line.as_bytes());
        }
        assert_eq!(logs.excerpt("ferry", 3), "    a\n    b\n    c");
        assert_eq!(logs.excerpt("ferry", 2), "    (...)\n    b\n    c");
        assert_eq!(logs.excerpt("other", 2), "");
    }
}
