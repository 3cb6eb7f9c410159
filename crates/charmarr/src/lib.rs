//! The `charmarr` command, as a library: its tests play the same scenarios and then do more to them.
//!
//! Three layers: `cli` says what can be typed, `commands` has one file per command, `printer` is the only writer. The demo is a
//! value ([`scenario`]) that one [`runner`] plays in the sandbox; what it found is a [`report`].
//!
//! This program is also what runs inside the sandbox's containers: Juju's hook commands, Pebble and the stand-ins are itself
//! under other names. That is settled first, before a thread exists: [`entry`].

mod cli;
mod commands;
pub mod engine;
mod printer;
pub mod report;
pub mod runner;
pub mod scenario;
mod stand_in;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

/// The FIRST call in `main`: when this process is a part of the sandbox, it is that, and its exit code is returned.
pub fn entry() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some((program, verbs)) = arguments.split_first()
        && program == stand_in::PROGRAM
        && let Some(code) = stand_in::run(verbs)
    {
        return Some(code);
    }
    juju_sandbox::entry()
}

/// The whole program behind [`entry`]: reads the command line, runs one command.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Demo(arguments) => commands::demo::run(&arguments),
        Command::Pack(arguments) => commands::pack::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Bench(arguments) => commands::bench::run(&arguments).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        printer::note(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}
