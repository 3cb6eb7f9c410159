//! Every case about Kubernetes on the embedded engine and, where one is at hand, on a real API server:
//! `testenv/kubernetes/with api -- cargo test -p conformance --test kubernetes`.
//!
//! `CHARMARR_CASES=<part of a name>` picks cases.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at what it does not expect"
)]

use std::io::Write;
use std::path::PathBuf;

use conformance::kubernetes::{Case, EmbeddedCluster, RealCluster, Subject, case_files, load, run};

fn cases() -> Vec<Case> {
    let part = std::env::var("CHARMARR_CASES").unwrap_or_default();
    let mut cases = load(&case_files())
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    cases.retain(|case| case.name.contains(&part));
    assert!(!cases.is_empty(), "no case has `{part}` in its name");
    cases
}

fn check(subject: &dyn Subject) {
    let report = run(subject, &cases(), &format!("conformance-{}", std::process::id()));
    tell(&report.to_string());
    assert!(
        report.differences.is_empty(),
        "there are differences, listed above"
    );
}

/// Also when the test passes, whose output the harness would keep to itself.
fn tell(text: &str) {
    std::io::stderr()
        .write_all(format!("{text}\n").as_bytes())
        .unwrap();
}

#[test]
fn the_embedded_engine_answers_as_the_cases_say() {
    check(&EmbeddedCluster::start().unwrap());
}

/// A plain `KUBECONFIG` is not asked: nobody's own cluster is to be filled with test namespaces.
#[test]
fn the_real_api_server_answers_as_the_cases_say() {
    let Some(path) = std::env::var_os("CHARMARR_KUBECONFIG").map(PathBuf::from) else {
        tell(
            "kubernetes: LEFT OUT the real API server; run `testenv/kubernetes/with api -- cargo test -p conformance`",
        );
        assert!(
            std::env::var_os("CI").is_none(),
            "the real API server was left out"
        );
        return;
    };
    check(&RealCluster::from_kubeconfig(&path).unwrap());
}
