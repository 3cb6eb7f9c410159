//! The `charmarr` command: try the whole stack on this machine, pack its charms.

use std::process::ExitCode;

fn main() -> ExitCode {
    charmarr::entry().unwrap_or_else(charmarr::main)
}
