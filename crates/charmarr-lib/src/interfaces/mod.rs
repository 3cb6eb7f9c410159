//! The Juju interfaces of the stack: what crosses a relation, for both sides.

pub mod media_storage;
