//! The cases about Juju on both subjects: the sandbox's model and agent always, Juju's own agent when `JUJU_AGENT` names
//! its program. Where `CI` is set it must be there.
//!
//! `cargo test -p conformance --test juju -- WORDS` runs only the cases whose name holds WORDS. This program is also every
//! hook command of the embedded agent, called by the name of one.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "it is a program that reports"
)]

mod selection;

use std::{num::NonZero, path::Path, path::PathBuf, process::ExitCode};

use conformance::{
    Report,
    juju::{Case, Embedded, Real, Suite, case_files},
};
use selection::Selection;

fn main() -> ExitCode {
    if let Some(code) = juju_sandbox::entry() {
        return code;
    }
    let cases = Selection::from_args().of(read(&case_files()), |case| &case.name);
    cases
        .expect("the folder of cases has some")
        .map_or(ExitCode::SUCCESS, test)
}

fn test(cases: Vec<Case>) -> ExitCode {
    let embedded = embedded();
    let (both, alone): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| case.embedded_only.is_none());
    let (mut reports, complete) = if let Some(real) = real() {
        let compared = suite(both).compare(&embedded, &real);
        println!("juju: {} known version differences", compared.known.len());
        for (case, why) in &compared.known {
            println!("- {case}: {why}");
        }
        for case in &compared.played_again {
            println!("played again: {case}");
        }
        (compared.reports, true)
    } else {
        eprintln!("LEFT OUT: Juju's own agent; build it with testenv/juju-agent/build and set JUJU_AGENT");
        (vec![suite(both).run(&embedded)], std::env::var_os("CI").is_none())
    };
    for case in &alone {
        let why = case.embedded_only.as_deref().unwrap_or_default();
        println!("played by the sandbox alone: {}: {why}", case.name);
    }
    reports.push(suite(alone).run(&embedded));
    for report in &reports {
        println!("{report}");
    }
    if reports.iter().all(agrees) && complete && wrong_cases_are_told() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn agrees(report: &Report) -> bool {
    report.differences.is_empty()
}

/// Whether the suite tells every case that does not hold.
fn wrong_cases_are_told() -> bool {
    let suite = suite(read(&case_files().join("wrong")));
    let differences = suite.run(&embedded()).differences;
    let told = |case: &&Case| differences.iter().any(|difference| difference.case == case.name);
    let missed: Vec<&Case> = suite.cases.iter().filter(|case| !told(case)).collect();
    for case in &missed {
        eprintln!("the suite does not see that this does not hold: {}", case.name);
    }
    missed.is_empty()
}

fn read(folder: &Path) -> Vec<Case> {
    Case::read_all(folder).expect("the case files are well formed")
}

fn suite(cases: Vec<Case>) -> Suite {
    Suite {
        cases,
        at_once: NonZero::new(12).expect("12 is not 0"),
    }
}

/// This program.
fn embedded() -> Embedded {
    Embedded {
        tools: std::env::current_exe().expect("a program knows where it is"),
    }
}

fn real() -> Option<Real> {
    let program = std::env::var_os("JUJU_AGENT").filter(|program| !program.is_empty())?;
    Some(Real {
        program: PathBuf::from(program),
    })
}
