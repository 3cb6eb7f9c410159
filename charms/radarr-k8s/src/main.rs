//! The radarr charm.

fn main() {}
