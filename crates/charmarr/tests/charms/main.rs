//! The real charm binaries, together: every case in the sandbox, and those about the charms and Kubernetes on a real cluster too.
//!
//! Its own `main` instead of the usual harness: containers, hook commands, Pebbles and stand-ins are this program started again.
//! The charms are those that `./run pack` has put into `dist`. The real cluster is the one that `testenv/kubernetes/with` names;
//! where `CI` is set it must be there.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "all of it is test: it fails by panic and prints what it left out"
)]

mod cluster;
mod life;
mod python;
mod slow;
mod stack;
mod steady;
mod storage;
mod trouble;

use std::process::ExitCode;

use charmarr::engine::Engine;
use libtest_mimic::{Arguments, Failed, Trial};
use stack::Case;

fn main() -> ExitCode {
    if let Some(code) = charmarr::entry() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each case is a whole model with its own pods, which wait for each other and for a node more than for a processor.
    arguments.test_threads = Some(4);
    let all = [
        life::CASES,
        slow::CASES,
        steady::CASES,
        storage::CASES,
        trouble::CASES,
    ];
    let sandboxed = all
        .into_iter()
        .flatten()
        .map(|case| trial("", &Engine::Embedded, case));
    let trials = sandboxed.chain(on_a_cluster()).chain(python::trials()).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(prefix: &str, engine: &Engine, &(name, case): &Case) -> Trial {
    let engine = engine.clone();
    Trial::test(format!("{prefix}{name}"), move || {
        case(&engine);
        Ok(())
    })
}

/// The cases that a real cluster plays; without one a trial that fails in CI, and says so elsewhere.
fn on_a_cluster() -> Vec<Trial> {
    let Some(engine) = cluster::engine() else {
        eprintln!("LEFT OUT: the charms on a real Kubernetes; `./run test` starts one");
        let missing = || {
            std::env::var_os("CI").map_or(Ok(()), |_| {
                Err(Failed::from("there is no real cluster, and CI is set"))
            })
        };
        return vec![Trial::test("cluster::is_there_where_ci_is_set", missing)];
    };
    let cases = all_of(&[life::CASES, steady::CASES, storage::CASES, trouble::CASES]);
    let shared = cluster::SHARED.iter().map(|name| {
        let case = cases.iter().find(|(known, _)| known == name);
        trial(
            "cluster::",
            &engine,
            case.unwrap_or_else(|| panic!("no case {name}")),
        )
    });
    let own = cluster::CASES.iter().map(|case| trial("", &engine, case));
    shared.chain(own).collect()
}

fn all_of(groups: &[&'static [Case]]) -> Vec<Case> {
    groups.iter().flat_map(|group| group.iter().copied()).collect()
}
