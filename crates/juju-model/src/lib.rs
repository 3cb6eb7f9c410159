//! A Juju model as plain data and pure transitions.
#![warn(missing_docs)]
