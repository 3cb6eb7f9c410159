//! The charms' whole life twice: driven by the sandbox's model and agent, and by Juju's own unit agent with its own hook commands
//! (`testenv/juju-agent`). Both have the same embedded Kubernetes, the same pods, the same charm binaries. Nothing may differ.
//!
//! Juju's program is the one that `JUJU_AGENT` names; where `CI` is set it must be there.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "all of it is test: it fails by panic and prints what it left out"
)]

mod agent;
mod enter;
mod juju;
mod life;
mod pods;
mod sandboxed;
mod seen;

use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    if let Some(code) = charmarr::entry().or_else(enter::entry) {
        return code;
    }
    let trial = if let Some(program) = std::env::var_os("JUJU_AGENT") {
        Trial::test("a_whole_life_is_the_same_under_jujus_own_agent", move || {
            life::compare(&PathBuf::from(program));
            Ok(())
        })
    } else {
        eprintln!("LEFT OUT: the charms under Juju's own unit agent; `./run test` builds it");
        Trial::test("jujus_own_agent_is_there_where_ci_is_set", || {
            let missing = Failed::from("JUJU_AGENT names no program, and CI is set");
            std::env::var_os("CI").map_or(Ok(()), |_| Err(missing))
        })
    };
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}
