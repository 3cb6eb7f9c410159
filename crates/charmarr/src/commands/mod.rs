//! One file per command: plain data of the command line in, an exit code out.

pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod pack;
