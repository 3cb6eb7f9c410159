//! Juju in a box: runs the real dispatch of any charms together on one machine.
#![warn(missing_docs)]
