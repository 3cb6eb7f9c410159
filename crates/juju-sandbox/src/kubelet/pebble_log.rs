//! What a charm asked of one Pebble during one hook, read from the Pebble's own log.
//!
//! Enters: the log as it was when the hook began. Leaves: the requests that came after that. Since the engine asks Pebbles nothing
//! while a hook runs, they are the charm's. A request of our own marks the end: when it is in the log, all before it are too.

use super::pebble;
use crate::trace::{PebbleRequest, parse_request};
use fs_err as fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A request that no charm makes: it asks for a service that nobody has. Pebble logs it, other than `/v1/system-info`.
const MARKER: &str = "/v1/services?names=end-of-hook";
const PATIENCE: Duration = Duration::from_secs(1);

/// The log of a Pebble from one moment on.
#[derive(Clone, Debug)]
pub(super) struct PebbleLog {
    container: String,
    socket: PathBuf,
    log: PathBuf,
    start: u64,
}

impl PebbleLog {
    /// From now on. `None` when there is no log.
    pub(super) fn new(container: &str, socket: &Path, log: &Path) -> Option<Self> {
        // What the engine asked itself must be in the log before the hook begins.
        let one = Self {
            container: container.to_owned(),
            socket: socket.to_owned(),
            log: log.to_owned(),
            start: 0,
        };
        let start = one.marked_length()?;
        Some(Self { start, ..one })
    }

    pub(super) fn container(&self) -> &str {
        &self.container
    }

    /// The requests since then, without our own.
    pub(super) fn requests(&self) -> Vec<PebbleRequest> {
        // A Pebble that was killed logs no more: what is there is all.
        self.marked_length();
        let text = self.read(self.start).unwrap_or_default();
        let requests = text.lines().filter_map(parse_request);
        requests.filter(|request| request.path != MARKER).collect()
    }

    /// Asks with the marker and waits until the log has it; the log's length then.
    fn marked_length(&self) -> Option<u64> {
        let before = fs::metadata(&self.log).ok()?.len();
        if pebble::get(&self.socket, MARKER).is_err() {
            return Some(before);
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let text = self.read(before).unwrap_or_default();
            if text.lines().any(|line| line.contains(MARKER)) || Instant::now() > until {
                return Some(before + u64::try_from(text.len()).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The whole lines from `start` on.
    fn read(&self, start: u64) -> std::io::Result<String> {
        let mut file = fs::File::open(&self.log)?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let end = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        bytes.truncate(end);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
