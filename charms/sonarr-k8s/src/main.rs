//! The sonarr charm.

fn main() {}
