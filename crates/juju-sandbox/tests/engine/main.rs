//! Whole models on this machine: scripts as charms, real containers, the embedded Kubernetes and Pebble.
//!
//! Its own `main` instead of the usual test harness: containers, hook commands, Pebbles and stand-ins are this program started
//! again.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "all of it is test: it fails by panic, and prints as a test harness does"
)]

mod breaks;
mod charms;
mod inside;
mod life;
mod others;
mod parlour;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use juju_sandbox::pods::Isolation;

type Case = (&'static str, fn(Isolation));

const CASES: &[Case] = &[
    (
        "life::data_crosses_and_a_workload_becomes_ready",
        life::data_crosses_and_a_workload_becomes_ready,
    ),
    (
        "life::a_steady_dispatch_is_counted_call_by_call",
        life::a_steady_dispatch_is_counted_call_by_call,
    ),
    (
        "life::storage_outlives_the_application",
        life::storage_outlives_the_application,
    ),
    ("life::units_come_and_go", life::units_come_and_go),
    (
        "life::a_refresh_replaces_the_pods",
        life::a_refresh_replaces_the_pods,
    ),
    (
        "life::a_resource_is_read_by_its_charm_and_another_comes_with_a_new_pod",
        life::a_resource_is_read_by_its_charm_and_another_comes_with_a_new_pod,
    ),
    ("life::an_action_answers", life::an_action_answers),
    (
        "life::a_scripted_charm_publishes",
        life::a_scripted_charm_publishes,
    ),
    (
        "life::what_juju_refuses_is_refused",
        life::what_juju_refuses_is_refused,
    ),
    (
        "life::a_secret_rotates_when_its_time_has_come",
        life::a_secret_rotates_when_its_time_has_come,
    ),
    (
        "life::a_check_that_fails_and_recovers_is_told",
        life::a_check_that_fails_and_recovers_is_told,
    ),
    ("breaks::a_killed_pod_comes_back", breaks::a_killed_pod_comes_back),
    (
        "breaks::a_drained_node_makes_every_pod_anew",
        breaks::a_drained_node_makes_every_pod_anew,
    ),
    (
        "breaks::a_killed_container_is_started_again",
        breaks::a_killed_container_is_started_again,
    ),
    (
        "breaks::a_failing_hook_is_tried_again",
        breaks::a_failing_hook_is_tried_again,
    ),
    (
        "breaks::a_hook_that_never_works_ends_the_settling",
        breaks::a_hook_that_never_works_ends_the_settling,
    ),
    (
        "breaks::a_changed_template_rolls_the_pod",
        breaks::a_changed_template_rolls_the_pod,
    ),
    (
        "breaks::a_pod_without_its_claim_says_why",
        breaks::a_pod_without_its_claim_says_why,
    ),
    ("others::a_job_runs_to_its_end", others::a_job_runs_to_its_end),
    (
        "others::a_pod_that_is_deleted_has_its_grace",
        others::a_pod_that_is_deleted_has_its_grace,
    ),
    (
        "others::a_drain_keeps_to_disruption_budgets",
        others::a_drain_keeps_to_disruption_budgets,
    ),
    (
        "breaks::an_interrupt_ends_everything",
        breaks::an_interrupt_ends_everything,
    ),
];

/// Looks at all processes below this one, so nothing else may run.
const ALONE: &[&str] = &["breaks::an_interrupt_ends_everything"];

fn main() -> ExitCode {
    if let Some(code) = juju_sandbox::entry() {
        return code;
    }
    if let Some(code) = inside::main() {
        return code;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    let filter = words
        .iter()
        .find(|word| !word.starts_with('-'))
        .map_or("", String::as_str);
    let isolation = Isolation::probe();
    if let Some(hint) = isolation.hint() {
        println!("NOTHING TESTED: this machine allows no containers; {hint}");
        return ExitCode::FAILURE;
    }
    // Where both are possible, one whole life shows that a model also lives where there is only one user.
    let fewer_rights = CASES.iter().take(1).map(|case| (Isolation::OneUid, case));
    let fewer_rights = fewer_rights.filter(|_| isolation == Isolation::Full);
    let cases = CASES.iter().map(|case| (isolation, case)).chain(fewer_rights);
    let (alone, together): (Vec<_>, Vec<_>) = cases
        .filter(|(_, (name, _))| name.contains(filter))
        .partition(|(_, (name, _))| ALONE.contains(name));
    let failed = run(together, 2) + run(alone, 1);
    println!("{failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs cases, so many at a time; how many failed.
fn run(cases: Vec<(Isolation, &Case)>, at_a_time: usize) -> usize {
    let (cases, failed) = (Mutex::new(cases.into_iter()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                let next = || cases.lock().unwrap().next();
                while let Some((isolation, (name, case))) = next() {
                    let began = Instant::now();
                    let passed = catch_unwind(AssertUnwindSafe(|| case(isolation))).is_ok();
                    let (verdict, took) = (if passed { "ok" } else { "FAILED" }, began.elapsed());
                    println!("test {isolation}::{name} ... {verdict} ({took:.1?})");
                    failed.fetch_add(usize::from(!passed), Ordering::Relaxed);
                }
            });
        }
    });
    failed.into_inner()
}
