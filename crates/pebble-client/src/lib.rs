//! A blocking client for Pebble's HTTP API over its unix socket.
#![warn(missing_docs)]
