//! Values that must not be seen.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A value that is never shown: not by `Debug`, not in a log, a status or an error. It has no `Display` and no
/// `Serialize` on purpose, so it cannot end in a databag or snapshot by accident.
///
/// ```
/// let key = juju_ops::Redacted::new("hunter2".to_owned());
/// assert_eq!(format!("{key:?}"), "[redacted]");
/// assert_eq!(key.expose(), "hunter2");
/// ```
///
/// ```compile_fail,E0277
/// let key = juju_ops::Redacted::new("hunter2".to_owned());
/// println!("{key}");
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The same error without the value that it may quote. That a field is missing tells the name of the field only.
fn hidden<E: serde::de::Error>(error: E) -> E {
    if error.to_string().starts_with("missing field `") {
        error
    } else {
        E::custom("invalid value (not shown)")
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Redacted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self).map_err(hidden)
    }
}
