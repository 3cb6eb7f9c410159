//! What is installed, and who is asked for it.

use crate::machine::{CURL, Machine, pinned};

const INSTALLED: [&str; 4] = [
    "apt-get update -q",
    "apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=600 ca-certificates curl gcc libc6-dev",
    "curl --proto =https --tlsv1.2 -sSf https://static.rust-lang.org/rustup/rustup-init.sh",
    "rustup toolchain list",
];

#[test]
fn root_gets_everything_and_the_second_time_nothing() {
    let machine = Machine::bare(0);
    let first = machine.run(&["setup"]);
    assert!(first.ok(), "{}", first.said);
    assert_eq!(first.called, INSTALLED);
    let toolchain = format!("==> installing the Rust toolchain {}", pinned());
    assert!(first.said.contains(&toolchain), "{}", first.said);

    let second = machine.run(&["setup"]);
    assert!(second.ok() && second.said.is_empty(), "{}", second.said);
    assert_eq!(
        second.called.len(),
        5,
        "only the list of toolchains: {:?}",
        second.called
    );
}

#[test]
fn without_rights_the_line_to_run_is_printed() {
    let machine = Machine::bare(1000);
    let install = "apt-get install -y --no-install-recommends ca-certificates curl gcc libc6-dev";
    let refused = machine.run(&["setup"]);
    assert!(!refused.ok());
    assert_eq!(
        refused.said,
        format!("error: missing packages; run as root: {install}\n")
    );

    machine.has("sudo", "exit 1");
    let refused = machine.run(&["setup"]);
    assert!(!refused.ok());
    assert_eq!(
        refused.said,
        format!("error: missing packages; run: sudo {install}\n")
    );
    assert_eq!(refused.called, ["sudo -n true"]);
}

#[test]
fn with_sudo_that_asks_nothing_it_is_used() {
    let machine = Machine::bare(1000);
    machine.has("sudo", r#"[ "$1" = -n ] || exec "$@""#);
    let done = machine.run(&["setup"]);
    assert!(done.ok(), "{}", done.said);
    assert!(
        done.called
            .iter()
            .any(|line| line.starts_with("sudo env DEBIAN_FRONTEND"))
    );
}

#[test]
fn packages_that_cannot_be_had_are_named() {
    let machine = Machine::bare(0);
    machine.has("apt-get", r#"[ "$1" != install ]"#);
    let failed = machine.run(&["setup"]);
    assert!(!failed.ok());
    assert!(
        failed
            .said
            .ends_with("error: cannot install ca-certificates curl gcc libc6-dev; see above\n"),
        "{}",
        failed.said
    );
}

#[test]
fn the_cargo_of_a_distribution_that_is_too_old_is_not_used() {
    let machine = Machine::bare(0);
    machine.has("cc", "");
    machine.has("curl", CURL);
    machine.has("cargo", "echo 'cargo 1.63.0'");
    let done = machine.run(&["setup"]);
    assert!(done.ok(), "{}", done.said);
    assert_eq!(done.called, INSTALLED[2..]);

    let newer = Machine::bare(0);
    newer.has("cc", "");
    newer.has("cargo", "echo 'cargo 9.0.0 (abc)'");
    let done = newer.run(&["setup"]);
    assert!(done.ok() && done.called.is_empty(), "{}", done.said);
}

#[test]
fn without_network_rustup_is_missed() {
    let machine = Machine::bare(0);
    machine.has("cc", "");
    machine.has("curl", "echo 'curl: (6) Could not resolve host' >&2; exit 6");
    let failed = machine.run(&["setup"]);
    assert!(!failed.ok());
    assert!(
        failed
            .said
            .ends_with("curl: (6) Could not resolve host\nerror: cannot install rustup; see above, or https://rustup.rs\n"),
        "{}",
        failed.said
    );
}
