//! An embedded Pebble that runs inside a container.
#![warn(missing_docs)]
