//! Real containers on this machine, in every isolation that it allows.
//!
//! Its own `main` instead of the usual test harness: containers are this program started again. As root, the whole list also runs
//! as a user without rights, where only [`Isolation::OneUid`] is left.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of it is test: it fails by panic, and prints as a test harness does"
)]

mod cases;
mod host;
mod inside;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode};

use juju_sandbox::pods::{self, Isolation};

/// A user that owns nothing on this machine.
const NOBODY_AT_ALL: u32 = 54321;

fn main() -> ExitCode {
    if let Some(code) = pods::entry() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["inside", rest @ ..] => inside::main(rest),
        ["host", folder] => host::main(folder.as_ref()),
        _ => run(&words),
    }
}

/// Runs what the filter (a part of a name, as in `cargo test -- name`) leaves, in each isolation that there is.
fn run(words: &[&str]) -> ExitCode {
    if words.contains(&"--list") {
        return ExitCode::SUCCESS;
    }
    let filter = words
        .iter()
        .find(|word| !word.starts_with('-'))
        .copied()
        .unwrap_or_default();
    let probed = Isolation::probe();
    let isolations = match probed {
        Isolation::Full => vec![Isolation::Full, Isolation::OneUid],
        Isolation::OneUid => vec![Isolation::OneUid],
        Isolation::None => {
            println!(
                "NOTHING TESTED: this machine allows no containers; {}",
                probed.hint().unwrap_or_default()
            );
            return ExitCode::FAILURE;
        }
    };
    let mut failed = 0;
    for isolation in isolations {
        for (name, case) in cases::ALL.iter().filter(|(name, _)| name.contains(filter)) {
            let passed = catch_unwind(AssertUnwindSafe(|| case(isolation))).is_ok();
            println!(
                "test {isolation}::{name} ... {}",
                if passed { "ok" } else { "FAILED" }
            );
            failed += usize::from(!passed);
        }
    }
    if probed == Isolation::Full && !run_as_somebody_without_rights(words) {
        failed += 1;
    }
    println!("{failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn run_as_somebody_without_rights(words: &[&str]) -> bool {
    use std::os::unix::process::CommandExt;
    println!("as user {NOBODY_AT_ALL}:");
    // A copy, for the build folder may be closed to others.
    let folder = host::open_folder();
    let program = folder.path().join("pods-test");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut command = Command::new(program);
    command
        .args(words)
        .current_dir("/")
        .uid(NOBODY_AT_ALL)
        .gid(NOBODY_AT_ALL);
    command.status().unwrap().success()
}
