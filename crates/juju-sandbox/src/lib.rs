//! Juju in a box: runs the real dispatch of any charms together on one machine.
#![warn(missing_docs)]

pub mod agent;
pub mod caas;
pub mod images;
pub mod pods;
pub mod trace;
