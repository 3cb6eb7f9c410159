//! What is applied: the fields of one object that we own.

use serde::Serialize;

use crate::kind::Kind;

/// The body of a server-side apply: `apiVersion`, `kind`, `metadata.name`, and exactly the fields that this field
/// manager wants. Whatever it applied before and leaves out now is given up, and vanishes where nobody else owns it.
///
/// A type of `k8s-openapi` rarely fits. A `StatefulSet` among them always writes `selector: {}`, which belongs to
/// whoever made the object: write a private struct instead, and look at its JSON in a test.
pub trait ApplyConfiguration: Serialize {
    /// The kind of the object, as it is answered.
    type Object: Kind;

    /// The name, the same as in the body.
    fn name(&self) -> &str;
}
