//! The charm state of one dispatch: read whole once, changed in memory, written once at the end.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::error::Error;
use crate::hookcmds;
use crate::transport::Transport;

/// Juju's limit for a key of the charm state, in bytes.
const LONGEST_KEY: usize = 256;
/// Juju's limit for a value of the charm state, in bytes.
pub(crate) const LONGEST_VALUE: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Store(RefCell<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    at_start: BTreeMap<String, String>,
    now: BTreeMap<String, String>,
}

impl Store {
    pub(crate) fn get(&self, transport: &dyn Transport, key: &str) -> Result<Option<String>, Error> {
        self.with(transport, |now| now.get(key).cloned())
    }

    pub(crate) fn set(&self, transport: &dyn Transport, key: &str, value: String) -> Result<(), Error> {
        for (bytes, limit) in [(key.len(), LONGEST_KEY), (value.len(), LONGEST_VALUE)] {
            if bytes > limit {
                return Err(Error::StateTooLarge {
                    key: key.to_owned(),
                    bytes,
                    limit,
                });
            }
        }
        self.with(transport, |now| drop(now.insert(key.to_owned(), value)))
    }

    pub(crate) fn unset(&self, transport: &dyn Transport, key: &str) -> Result<(), Error> {
        self.with(transport, |now| drop(now.remove(key)))
    }

    /// Writes what is different from what was read, and nothing else.
    pub(crate) fn flush(&self, transport: &dyn Transport) -> Result<(), Error> {
        let mut kept = self.0.borrow_mut();
        let Some(Kept { at_start, now }) = kept.as_mut() else {
            return Ok(());
        };
        let changed: BTreeMap<_, _> = now
            .iter()
            .filter(|(key, value)| at_start.get(*key) != Some(*value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if !changed.is_empty() {
            hookcmds::state_set(transport, &changed)?;
        }
        for key in at_start.keys().filter(|key| !now.contains_key(*key)) {
            hookcmds::state_delete(transport, key)?;
        }
        at_start.clone_from(now);
        Ok(())
    }

    fn with<T>(
        &self,
        transport: &dyn Transport,
        act: impl FnOnce(&mut BTreeMap<String, String>) -> T,
    ) -> Result<T, Error> {
        if self.0.borrow().is_none() {
            let at_start = hookcmds::state_get(transport)?;
            *self.0.borrow_mut() = Some(Kept {
                now: at_start.clone(),
                at_start,
            });
        }
        let mut kept = self.0.borrow_mut();
        let kept = kept.get_or_insert_with(|| Kept {
            at_start: BTreeMap::new(),
            now: BTreeMap::new(),
        });
        Ok(act(&mut kept.now))
    }
}
