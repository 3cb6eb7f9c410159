//! The cases about Pebble on both subjects: the embedded Pebble always, the real one when it is there.
//!
//! `cargo test -p conformance --test pebble -- WORDS` runs only the cases whose name holds WORDS. This program is also the
//! embedded Pebble (`run …`), and asks as another user (`relay …`): both must be processes of their own.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program that reports"
)]

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use conformance::pebble::{Case, Subject, Suite, case_files, relay};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("run") => pebble_sandbox::main(args),
        Some("relay") => ask_as(&args),
        _ => test(
            args.iter()
                .find(|arg| !arg.starts_with('-'))
                .map_or("", String::as_str),
        ),
    }
}

fn test(filter: &str) -> ExitCode {
    let this = std::env::current_exe().expect("a program knows where it is");
    let cases = match Case::read_all(&case_files(), filter) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let at_once = NonZero::new(12).expect("12 is not 0");
    let suite = Suite {
        cases,
        relay: Some(this.clone()),
        at_once,
    };
    for name in suite.left_out() {
        eprintln!("LEFT OUT, it needs root: {name}");
    }
    let mut subjects = vec![Subject {
        name: "the embedded Pebble".into(),
        program: this,
    }];
    match real() {
        Some(program) => subjects.push(Subject {
            name: "the real Pebble".into(),
            program,
        }),
        None => eprintln!("LEFT OUT: the real Pebble; build it with testenv/pebble/build, or set PEBBLE"),
    }
    let only = std::env::var("PEBBLE_SUBJECT").unwrap_or_default();
    let mut differ = false;
    for subject in subjects.iter().filter(|subject| subject.name.contains(&only)) {
        let report = suite.run(subject);
        println!("{report}");
        differ |= !report.differences.is_empty();
    }
    if differ {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// The program that `PEBBLE` names, or the one that was built before.
fn real() -> Option<PathBuf> {
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
