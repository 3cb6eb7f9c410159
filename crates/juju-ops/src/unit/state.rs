//! The charm state: texts and values from one dispatch to the next.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Unit;
use crate::error::Error;

impl Unit {
    /// A text of the charm state (one `state-get` for all). The controller keeps it: it outlives the pod.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn state(&self, key: &str) -> Result<Option<String>, Error> {
        self.store.get(self.transport(), key)
    }

    /// Keeps a text in the charm state, written by one `state-set` at the end of the dispatch if it is different.
    ///
    /// # Errors
    /// The hook command failed, or the key (256 bytes) or value (64 KiB) is too long for Juju.
    pub fn set_state(&self, key: &str, value: impl Into<String>) -> Result<(), Error> {
        self.store.set(self.transport(), key, value.into())
    }

    /// A value of the charm state that [`Unit::remember`] kept. One that cannot be read, for instance because another
    /// revision of the charm wrote it, counts as none and is logged as a warning: where none must not be taken for
    /// "never was", ask [`Unit::state`] too.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn remembered<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.state(key)? else {
            return Ok(None);
        };
        match serde_json::from_str(&text) {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                if self.unreadable.borrow_mut().insert(key.to_owned()) {
                    tracing::warn!("cannot read `{key}` in the charm state, it counts as none: {error}");
                }
                Ok(None)
            }
        }
    }

    /// Keeps a value in the charm state as JSON, as [`Unit::set_state`] keeps a text.
    ///
    /// # Errors
    /// As [`Unit::set_state`], or the value has no form in JSON.
    pub fn remember<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Error> {
        let text = serde_json::to_string(value).map_err(|source| Error::Remember {
            key: key.to_owned(),
            source,
        })?;
        self.set_state(key, text)
    }

    /// Removes a text or value from the charm state at the end of the dispatch.
    ///
    /// # Errors
    /// The hook command failed.
    pub fn remove_state(&self, key: &str) -> Result<(), Error> {
        self.store.unset(self.transport(), key)
    }
}
