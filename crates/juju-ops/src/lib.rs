//! A framework for Juju charms in Rust.
#![warn(missing_docs)]
