//! The qbittorrent charm.

fn main() {}
