//! The plex charm.

fn main() {}
