//! What happened, in order: every hook, hook command, API call, Pebble call and pod event as one [`Entry`].
//!
//! Enters: entries, from the unit agent, the Kubernetes API, the pods and the engine. Leaves: JSON lines in a file
//! (where one was asked for), the entries themselves and [`Counts`] made from them. Recording never fails and never
//! decides anything: a trace that cannot be written must not change what a charm sees.

mod counts;
mod entry;
mod pebble_log;
mod sink;

pub use counts::{Counts, DispatchCounts};
pub use entry::{Entry, HookOutcome};
pub use pebble_log::{PebbleRequest, parse_request};

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The record of a run. Cheap to clone: all clones write to the same record.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<Entry>,
    file: Option<fs_err::File>,
    dispatches: u64,
    running: BTreeMap<String, u64>,
}

impl Trace {
    /// A record kept in memory only.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// A record that is also written to `path`, one JSON object a line.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn to_file(path: &Path) -> std::io::Result<Self> {
        let inner = Inner {
            file: Some(fs_err::File::create(path)?),
            ..Inner::default()
        };
        Ok(Self {
            inner: Arc::new(Mutex::new(inner)),
        })
    }

    /// A hook or action of `unit` (`app/0`) begins; leaves the number of the dispatch, counted over all units from 1.
    /// Everything recorded for this unit until [`Trace::hook_ended`] belongs to it.
    pub fn hook_started(&self, unit: &str, hook: &str) -> u64 {
        self.with(|inner| {
            inner.dispatches += 1;
            let dispatch = inner.dispatches;
            inner.running.insert(unit.to_owned(), dispatch);
            inner.push(Entry::HookStart {
                dispatch,
                unit: unit.to_owned(),
                hook: hook.to_owned(),
            });
            dispatch
        })
    }

    /// The running hook of `unit` ended, after `millis` milliseconds.
    pub fn hook_ended(&self, unit: &str, hook: &str, outcome: HookOutcome, millis: u64) {
        self.with(|inner| {
            let dispatch = inner.running.remove(unit).unwrap_or_default();
            let (unit, hook) = (unit.to_owned(), hook.to_owned());
            inner.push(Entry::HookEnd {
                dispatch,
                unit,
                hook,
                outcome,
                millis,
            });
        });
    }

    /// The charm of `unit` called the hook command `command`, which answered with `exit_code`.
    pub fn hook_command(&self, unit: &str, command: &str, args: &[String], exit_code: i32) {
        self.with(|inner| {
            let dispatch = inner.running.get(unit).copied();
            let (unit, command, args) = (unit.to_owned(), command.to_owned(), args.to_vec());
            inner.push(Entry::HookCommand {
                dispatch,
                unit,
                command,
                args,
                exit_code,
            });
        });
    }

    /// The dispatch that `unit` is running now, if any.
    pub fn running(&self, unit: &str) -> Option<u64> {
        self.with(|inner| inner.running.get(unit).copied())
    }

    /// The dispatch that `unit` began last, if any.
    pub fn last_dispatch(&self, unit: &str) -> Option<u64> {
        self.with(|inner| {
            let begun = |entry: &&Entry| matches!(entry, Entry::HookStart { unit: of, .. } if of == unit);
            inner.entries.iter().rev().find(begun).and_then(Entry::dispatch)
        })
    }

    /// The unit of `app` that runs a dispatch now, with the dispatch.
    pub fn running_unit_of(&self, app: &str) -> Option<(String, u64)> {
        self.with(|inner| {
            let of_app = |unit: &str| unit.split_once('/').is_some_and(|(name, _)| name == app);
            inner
                .running
                .iter()
                .find(|(unit, _)| of_app(unit))
                .map(|(unit, dispatch)| (unit.clone(), *dispatch))
        })
    }

    /// Adds `entry` as it is.
    pub fn record(&self, entry: Entry) {
        self.with(|inner| inner.push(entry));
    }

    /// Looks at all entries so far, oldest first, without copying them.
    pub fn look<T>(&self, look: impl FnOnce(&[Entry]) -> T) -> T {
        self.with(|inner| look(&inner.entries))
    }

    /// All entries so far, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.with(|inner| inner.entries.clone())
    }

    /// How many dispatches, hook commands, API calls and Pebble calls there were, in all and per dispatch.
    pub fn counts(&self) -> Counts {
        self.with(|inner| Counts::of(&inner.entries))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn push(&mut self, entry: Entry) {
        let written = match (&mut self.file, serde_json::to_vec(&entry)) {
            (Some(file), Ok(mut line)) => {
                line.push(b'\n');
                file.write_all(&line).is_ok()
            }
            (_, _) => true,
        };
        if !written {
            self.file = None;
        }
        self.entries.push(entry);
    }
}
