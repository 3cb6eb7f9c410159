//! What a secret says, as a charm observes it: plain data.

use crate::error::Refusal;
use crate::typed::InvalidData;

/// What a secret says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret<T> {
    /// Juju does not show it to this application: it is not there, or was not granted. A person must act.
    Refused(Refusal),
    /// Something that cannot be used, and why, without a word of what it holds.
    Invalid(InvalidData),
    /// This.
    Ready(T),
}

impl<T> Secret<T> {
    /// What it says, if that can be used.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(data) => Some(data),
            Self::Refused(_) | Self::Invalid(_) => None,
        }
    }
}
