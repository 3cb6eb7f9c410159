//! Deleting: under which conditions, and what came of it.

/// What must still be true of an object for it to be deleted. A name can be taken by another object in the meantime; a
/// uid cannot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preconditions {
    /// `metadata.uid` of the object that was looked at.
    pub uid: Option<String>,
    /// `metadata.resourceVersion` of the object that was looked at.
    pub resource_version: Option<String>,
}

impl Preconditions {
    /// Only the object of this uid.
    pub fn uid(uid: impl Into<String>) -> Self {
        Self {
            uid: Some(uid.into()),
            resource_version: None,
        }
    }
}

/// What came of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The server took it on. The object may still be there: a claim in use, for one, goes when its last pod has gone.
    Accepted,
    /// There was no such object.
    Absent,
}
