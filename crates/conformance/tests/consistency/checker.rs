//! The checker of `ops-scenario`: a process, started once for all cases.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Verdicts {
    /// What is wrong with each case.
    pub(crate) refusals: BTreeMap<String, Vec<String>>,
    /// The refusals in its source that no case led to.
    pub(crate) unreached: Vec<String>,
}

/// What it says of all cases; none where there is no Python for it.
#[expect(clippy::print_stderr, reason = "what is left out is said")]
pub(crate) fn verdicts() -> Option<Verdicts> {
    let testenv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testenv/python");
    let Some(environment) = environment(&testenv) else {
        eprintln!("LEFT OUT: the checker of ops-scenario; make what it needs with testenv/python/build");
        assert!(
            std::env::var_os("CI").is_none(),
            "the checker of ops-scenario was left out"
        );
        return None;
    };
    let output = Command::new(environment.join("bin/python"))
        .arg(testenv.join("consistency.py"))
        .args(super::case::files())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// The environment that `PYTHON_PEERS` names, or the one that was made before.
fn environment(testenv: &Path) -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("PYTHON_PEERS").filter(|given| !given.is_empty()) {
        return Some(given.into());
    }
    let output = Command::new(testenv.join("build"))
        .arg("--cached")
        .output()
        .ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim()))
}
