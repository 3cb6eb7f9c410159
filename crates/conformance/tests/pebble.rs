//! The cases about Pebble on both subjects: the embedded Pebble always, the real one when it is there. Where `CI` is set
//! it must be there.
//!
//! `cargo test -p conformance --test pebble -- WORDS` runs only the cases whose name holds WORDS. This program is also the
//! embedded Pebble (`run …`), and asks as another user (`relay …`): both must be processes of their own.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "it is a program that reports"
)]

mod selection;

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use conformance::pebble::{Case, Subject, Suite, case_files, relay};
use selection::Selection;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("run") => pebble_sandbox::main(args),
        Some("relay") => ask_as(&args),
        _ => {
            let cases = Selection::from_args().of(read(&case_files()), |case| &case.name);
            cases
                .expect("the folder of cases has some")
                .map_or(ExitCode::SUCCESS, test)
        }
    }
}

fn test(cases: Vec<Case>) -> ExitCode {
    let embedded = embedded();
    let suite = suite(cases, &embedded.program);
    for name in suite.left_out() {
        eprintln!("LEFT OUT, it needs root: {name}");
    }
    let mut subjects = vec![embedded];
    match real() {
        Some(program) => subjects.push(Subject {
            name: "the real Pebble".into(),
            program,
        }),
        None => eprintln!("LEFT OUT: the real Pebble; build it with testenv/pebble/build, or set PEBBLE"),
    }
    let complete = subjects.len() == 2 || std::env::var_os("CI").is_none();
    let mut differ = false;
    for subject in &subjects {
        let report = suite.run(subject);
        println!("{report}");
        differ |= !report.differences.is_empty();
    }
    if differ || !complete || !wrong_cases_are_told() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Whether the suite tells every case that does not hold.
fn wrong_cases_are_told() -> bool {
    let subject = embedded();
    let suite = suite(read(&case_files().join("wrong")), &subject.program);
    let differences = suite.run(&subject).differences;
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

fn suite(cases: Vec<Case>, relay: &Path) -> Suite {
    Suite {
        cases,
        relay: Some(relay.to_owned()),
        at_once: NonZero::new(12).expect("12 is not 0"),
    }
}

/// This program.
fn embedded() -> Subject {
    Subject {
        name: "the embedded Pebble".into(),
        program: std::env::current_exe().expect("a program knows where it is"),
    }
}

/// The program that `PEBBLE` names, or the one that was built before.
fn real() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("PEBBLE").filter(|given| !given.is_empty()) {
        return Some(given.into());
    }
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testenv/pebble/build");
    let output = Command::new(build).arg("--cached").output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim()))
}

fn ask_as(args: &[String]) -> ExitCode {
    let [_, uid, socket] = args else {
        eprintln!("usage: relay UID SOCKET");
        return ExitCode::FAILURE;
    };
    match uid
        .parse()
        .map_err(std::io::Error::other)
        .and_then(|uid| relay(uid, Path::new(socket)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
