//! The real charm binaries, together, in the sandbox.
//!
//! Its own `main` instead of the usual harness: containers, hook commands, Pebbles and stand-ins are this program started again.
//! The charms are those that `./run pack` has put into `dist`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is test: it fails by panic"
)]

mod life;
mod stack;
mod steady;
mod storage;
mod trouble;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(code) = charmarr::entry() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each case is a whole model with its own pods.
    arguments.test_threads = Some(2);
    let cases = [life::CASES, steady::CASES, storage::CASES, trouble::CASES];
    let trials = cases.into_iter().flatten().map(|&(name, case)| {
        Trial::test(name, move || {
            case();
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
