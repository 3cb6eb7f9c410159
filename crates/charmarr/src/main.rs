//! The charmarr command: demo and pack.

fn main() {}
