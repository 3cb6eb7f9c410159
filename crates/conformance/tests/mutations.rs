//! The tests of the tests: each rule of `mutations.yaml` is broken in the embedded engine, all cases are played on it, and
//! exactly the named ones must differ. Beside the usual harness this program is the embedded Pebble (`run …`); under a
//! name of `PEBBLE_RULES` it is one with that rule broken.
#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;

use conformance::kubernetes::{self, EmbeddedCluster};
use conformance::{Mutation, Report, pebble};
use kube_sandbox::{KubeSandbox, Rule};
use libtest_mimic::{Arguments, Failed, Trial};

/// The rules of the embedded Kubernetes by the sentence in `mutations.yaml`.
const KUBERNETES_RULES: &[(&str, Rule)] = &[
    (
        "an apply takes away what its manager applied before and applies no more",
        Rule::ApplyReleases,
    ),
    (
        "a bound claim asks for no less than its volume has",
        Rule::ClaimsKeepTheirSize,
    ),
];

/// The rules of the embedded Pebble; the second member is the name of the program that breaks it.
const PEBBLE_RULES: &[(&str, &str, pebble_sandbox::Rule)] = &[(
    "a replan leaves a running service alone whose definition is the plan's",
    "pebble-that-restarts-all",
    pebble_sandbox::Rule::ReplanLeavesUnchanged,
)];

fn main() -> ExitCode {
    let mut args = std::env::args();
    let program = args.next().unwrap_or_default();
    let args: Vec<String> = args.collect();
    if args.first().is_some_and(|first| first == "run") {
        let name = Path::new(&program).file_name().unwrap_or_default();
        return match PEBBLE_RULES.iter().find(|(_, broken, _)| name == *broken) {
            Some((_, _, rule)) => pebble_sandbox::main_without(*rule, args),
            None => pebble_sandbox::main(args),
        };
    }
    let trials = Mutation::read_all().unwrap().into_iter().map(|mutation| {
        let name = format!("{} without: {}", mutation.engine, mutation.rule);
        Trial::test(name, move || {
            mutation.compare(&run(&mutation)?).map_err(Failed::from)
        })
    });
    let mut arguments = Arguments::from_args();
    // Not more: Pebble's cases have deadlines, which a busy machine must not miss.
    arguments.test_threads = Some(2);
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn run(mutation: &Mutation) -> Result<Report, Failed> {
    let unknown = || Failed::from(format!("no rule is known as `{}`", mutation.rule));
    match mutation.engine.as_str() {
        "kubernetes" => {
            let mut rules = KUBERNETES_RULES.iter();
            let (_, rule) = rules
                .find(|(text, _)| *text == mutation.rule)
                .ok_or_else(unknown)?;
            let cluster = EmbeddedCluster::start_by(|options| KubeSandbox::start_without(*rule, options))?;
            let cases = kubernetes::load(&kubernetes::case_files())?;
            Ok(kubernetes::run(&cluster, &cases, "mutation"))
        }
        "pebble" => {
            let mut rules = PEBBLE_RULES.iter();
            let (_, name, _) = rules
                .find(|(text, ..)| *text == mutation.rule)
                .ok_or_else(unknown)?;
            broken_pebble(name, mutation)
        }
        engine => Err(format!("no engine is known as `{engine}`").into()),
    }
}

/// All cases that this user can play, on this very program under the name. One that differs and should not is played once
/// more, alone: it may have been late only because the machine was busy.
fn broken_pebble(name: &str, mutation: &Mutation) -> Result<Report, Failed> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join(name);
    std::os::unix::fs::symlink(std::env::current_exe()?, &program)?;
    let subject = pebble::Subject {
        name: name.to_owned(),
        program,
    };
    let mut suite = pebble::Suite {
        cases: pebble::Case::read_all(&pebble::case_files())?,
        relay: None,
        at_once: NonZero::new(8).ok_or("8 is 0")?,
    };
    let mut report = suite.run(&subject);
    let (expected, others): (Vec<_>, Vec<_>) = report
        .differences
        .into_iter()
        .partition(|difference| mutation.seen_by.contains(&difference.case));
    let again = |case: &pebble::Case| others.iter().any(|other| other.case == case.name);
    suite.cases.retain(again);
    suite.at_once = NonZero::<usize>::MIN;
    report.differences = expected;
    report.differences.extend(suite.run(&subject).differences);
    Ok(report)
}
