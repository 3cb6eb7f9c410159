//! `./run demo`: what a person can do something about is told before anything is installed or built.

use crate::machine::Machine;

const UNSHARE: &str = "unshare --mount --pid --net --uts --ipc --fork true";

#[test]
fn wrong_options_are_told_at_once() {
    for (arguments, named) in [
        (vec!["--brake"], "--brake"),
        (vec!["--break", "wrong"], "--break=wrong"),
        (vec!["--json", "--break=wrong"], "--break=wrong"),
    ] {
        let machine = Machine::bare(0);
        let refused = machine.run(&[&["demo"], arguments.as_slice()].concat());
        assert_eq!(refused.code, Some(2));
        let expect = format!("error: unknown option `{named}`; see ./run demo --help\n");
        assert_eq!(refused.said, expect);
        assert!(refused.called.is_empty(), "{:?}", refused.called);
    }
}

#[test]
fn help_needs_nothing() {
    let machine = Machine::bare(1000);
    let shown = machine.run(&["demo", "--help"]);
    assert!(shown.ok() && shown.called.is_empty(), "{}", shown.said);
    for word in ["`--keep DIR`", "`other-claim`"] {
        assert!(shown.printed.contains(word), "{}", shown.printed);
    }
}

#[test]
fn folders_are_those_of_the_caller() {
    let machine = Machine::that_builds(0);
    machine.has("unshare", "");
    let played = machine.run(&["demo", "--keep", "world"]);
    assert!(played.ok(), "{}", played.said);
    let dist = machine.path("repository/dist");
    assert_eq!(
        played.called,
        [
            UNSHARE,
            "cargo build --release --locked --workspace --bins",
            "charmarr pack",
            &format!("charmarr demo --charms {} --keep world", dist.display()),
        ]
    );
    assert_eq!(played.printed, format!("in {}\n", machine.path("home").display()));
}

#[test]
fn a_machine_without_containers_builds_nothing() {
    let check = |user, sudo: Option<&str>, expect: &str| {
        let machine = Machine::bare(user);
        machine.has("unshare", "exit 1");
        if let Some(script) = sudo {
            machine.has("sudo", script);
        }
        let refused = machine.run(&["demo", "--json"]);
        assert_eq!(
            (refused.code, refused.said),
            (Some(1), format!("error: {expect}\n"))
        );
        assert!(
            !refused.called.iter().any(|line| line.starts_with("apt-get")),
            "{:?}",
            refused.called
        );
    };
    check(
        0,
        None,
        "this machine allows no containers (in Docker: docker run --privileged)",
    );
    check(
        1000,
        None,
        "this machine lets only root make containers; run as root: ./run demo --json",
    );
    check(
        1000,
        Some("exit 1"),
        "this machine lets only root make containers; run: sudo ./run demo --json",
    );
}

#[test]
fn where_only_root_may_make_containers_only_the_demo_is_run_as_root() {
    let machine = Machine::that_builds(1000);
    machine.has("unshare", "exit 1");
    machine.has("sudo", r#"[ "$1" = -n ] || exec "$@""#);
    let played = machine.run(&["demo"]);
    assert!(played.ok(), "{}", played.said);
    let as_root: Vec<_> = played
        .called
        .iter()
        .filter(|line| line.starts_with("sudo "))
        .collect();
    let demo = format!(
        "/release/charmarr demo --charms {}",
        machine.path("repository/dist").display()
    );
    assert_eq!(as_root.len(), 3, "{as_root:?}");
    assert_eq!(as_root[..2], ["sudo -n true", "sudo true"]);
    assert!(as_root[2].ends_with(&demo), "{as_root:?}");
}

/// What is built as root in the caller's checkout, the caller could not build again.
#[test]
fn under_sudo_the_caller_builds() {
    let machine = Machine::that_builds(0);
    machine.has("unshare", "");
    machine.has("stat", "echo 1000");
    machine.has("sudo", "");
    let sudo = [("SUDO_UID", "1000")];

    let refused = machine.script("run", &["test"], &sudo);
    assert_eq!(refused.code, Some(1));
    assert!(refused.said.contains("run it as yourself"), "{}", refused.said);

    let played = machine.script("run", &["demo"], &sudo);
    assert!(played.ok(), "{}", played.said);
    let run = machine.path("repository/run");
    let build = format!("sudo --user #1000 --set-home -- {} pack", run.display());
    assert!(played.called.contains(&build), "{:?}", played.called);
    assert!(
        !played.called.iter().any(|line| line.starts_with("cargo ")),
        "{:?}",
        played.called
    );
}

#[test]
fn a_real_cluster_needs_root_at_once() {
    let machine = Machine::bare(1000);
    let refused = machine.run(&["demo", "--engine", "kubernetes"]);
    assert_eq!(
        refused.said,
        "error: `--engine kubernetes` needs root; run: sudo ./run demo --engine kubernetes\n"
    );
    assert!(refused.called.is_empty(), "{:?}", refused.called);
}
