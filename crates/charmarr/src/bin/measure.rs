//! Stands in the place of `dispatch` during `charmarr bench`: runs `dispatch.measured` beside it, and appends one JSON line to
//! `measured.jsonl` in the working directory.
//!
//! A program of its own, and a small one, because Linux counts the memory of the process that starts another into the peak
//! of the started one (getrusage(2): `ru_maxrss` survives execve): started by something large, a small process looks large.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::Context as _;
use nix::sys::resource::{UsageWho, getrusage};

fn main() -> anyhow::Result<ExitCode> {
    let own = std::env::args_os().next().context("cannot find the own name")?;
    let program = Path::new(&own).with_file_name("dispatch.measured");
    let started = Instant::now();
    let status = Command::new(&program)
        .status()
        .with_context(|| format!("cannot run `{}`", program.display()))?;
    let micros = started.elapsed().as_micros();
    let kibibytes = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open("measured.jsonl")?;
    writeln!(
        file,
        r#"{{"micros":{micros},"peak_kibibytes":{kibibytes},"success":{}}}"#,
        status.success()
    )?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
