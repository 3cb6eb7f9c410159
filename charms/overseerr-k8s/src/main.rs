//! The overseerr charm.

fn main() {}
