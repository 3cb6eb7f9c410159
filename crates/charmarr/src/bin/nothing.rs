//! A static process that does nothing: the floor that `charmarr bench` compares with.

fn main() {}
