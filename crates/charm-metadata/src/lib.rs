//! The files of a Juju charm as types, and the layout of a packed charm.
#![warn(missing_docs)]
