//! The charmarr-storage charm.

fn main() {}
