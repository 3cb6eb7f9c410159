//! The `charmarr` command.
//!
//! Three layers: [`cli`] says what can be typed, [`commands`] has one file per command, [`printer`] is the only writer.
//! The demo is a value ([`scenario`]) that one [`runner`] plays in the sandbox; what it found is a [`report`].
//!
//! This program is also what runs inside the sandbox's containers: Juju's hook commands, Pebble and the stand-ins are itself
//! under other names. That is settled first, before a thread exists.

mod cli;
mod commands;
mod printer;
mod report;
mod runner;
mod scenario;
mod stand_in;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some((program, verbs)) = arguments.split_first()
        && program == stand_in::PROGRAM
        && let Some(code) = stand_in::run(verbs)
    {
        return code;
    }
    if let Some(code) = juju_sandbox::entry() {
        return code;
    }
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
