//! The real engines on machines that cannot have them.

use std::fs;

use crate::machine::Machine;

/// A machine where the real programs are built by these scripts.
fn machine(build: &str, setup: &str) -> Machine {
    let machine = Machine::that_builds(0);
    for program in ["python", "pebble", "juju-agent"] {
        machine.stand_in(&format!("repository/testenv/{program}"), "build", build);
    }
    machine.write("repository/testenv/kubernetes/setup", setup);
    machine.write("repository/testenv/go/root", "");
    machine.stand_in(
        "repository/testenv/kubernetes",
        "with",
        r#"while [ "$1" != -- ]; do shift; done; shift; exec "$@""#,
    );
    machine
}

const TESTS: &str = "cargo test --locked --workspace --all-features --no-fail-fast";

#[test]
fn each_that_cannot_be_had_is_left_out_and_named_at_the_end() {
    let machine = machine("exit 1", r#"[ "$1" = --missing ]"#);
    let tested = machine.run(&["test"]);
    assert!(tested.ok(), "{}", tested.said);
    assert_eq!(tested.called.last().unwrap(), TESTS);
    let (_, end) = tested.said.split_once("==> tests\n").unwrap();
    assert_eq!(
        end,
        "\
LEFT OUT: the tests with charms in Python, and the comparison with the checker of ops-scenario
LEFT OUT: the comparison with the real Pebble
LEFT OUT: the comparison with Juju's own unit agent
LEFT OUT: what needs a real node, where pods run
LEFT OUT: the comparison with the real Kubernetes
"
    );
}

#[test]
fn without_a_node_the_api_is_compared() {
    let machine = machine("echo /real", r#"[ "$1" != node ]"#);
    let tested = machine.run(&["test"]);
    assert!(tested.ok(), "{}", tested.said);
    let with = format!("with api -- {TESTS}");
    assert_eq!(tested.called[tested.called.len() - 2..], [with, TESTS.to_owned()]);
    assert!(
        tested
            .said
            .ends_with("==> tests\nLEFT OUT: what needs a real node, where pods run\n"),
        "{}",
        tested.said
    );
}

#[test]
fn failing_tests_fail_the_run() {
    let machine = machine("exit 1", "");
    machine.has(
        "cargo",
        r#"[ "$1" != test ] || exit 101; echo 'cargo 9.0.0 (abc)'"#,
    );
    assert_eq!(machine.run(&["test"]).code, Some(101));
}

#[test]
fn what_every_part_lacks_is_installed_in_one_go() {
    let machine = machine("", r#"[ "$1" != --missing ] || echo "openssl of-$2""#);
    machine.write("repository/testenv/go/root", "exit 1");
    machine.run(&["test"]);
    let called = machine.run(&["setup"]).called;
    let installed: Vec<_> = called
        .iter()
        .filter(|line| line.starts_with("apt-get install"))
        .collect();
    let [line] = installed.as_slice() else {
        panic!("{installed:?}")
    };
    for package in [" of-api ", " of-node ", " openssl", " unzip"] {
        assert_eq!(line.matches(package).count(), 1, "{line}");
    }
}

#[test]
fn a_go_that_is_not_the_pinned_one_is_not_used() {
    let machine = Machine::bare(1000);
    for file in ["testenv/go/root", "testenv/pebble/go.mod"] {
        machine.copy(file);
    }
    machine.write("bin/uname", "echo x86_64");
    machine.has("go", "echo go1.22.2");
    machine.has("unzip", "");
    machine.has(
        "curl",
        r#"while [ "$1" != --output ]; do shift; done; echo something >"$2""#,
    );
    let refused = machine.script(
        "testenv/go/root",
        &[],
        &[("GOPROXY", "https://proxy.test|direct")],
    );
    assert!(!refused.ok());
    assert!(
        refused
            .said
            .contains("error: cannot use `https://proxy.test/golang.org/toolchain/@v/"),
        "{}",
        refused.said
    );
    assert!(!refused.called.iter().any(|line| line.starts_with("unzip")));
    let left = fs::read_dir(machine.path("home/.cache/charmarr"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "nothing half done stays");
    assert!(!machine.script("testenv/go/root", &["--cached"], &[]).ok());
}

#[test]
fn a_folder_that_is_not_a_cluster_s_is_not_taken_down() {
    let machine = Machine::bare(1000);
    for file in ["down", "common.sh", "node.sh"] {
        machine.copy(&format!("testenv/kubernetes/{file}"));
    }
    let folder = machine.path("home/k8s");
    let down = || {
        let named = [("CHARMARR_TESTENV", folder.to_str().unwrap())];
        machine.script("testenv/kubernetes/down", &[], &named)
    };
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes"), "mine").unwrap();
    let refused = down();
    assert!(!refused.ok() && folder.join("notes").exists());
    assert!(
        refused
            .said
            .contains("the folder was not made by testenv/kubernetes/up"),
        "{}",
        refused.said
    );
    fs::remove_file(folder.join("notes")).unwrap();
    assert!(down().ok() && !folder.exists(), "an empty one is nobody's");
}

#[test]
fn a_cluster_that_does_not_come_up_is_taken_down() {
    let machine = Machine::bare(1000);
    for file in [
        "up",
        "down",
        "common.sh",
        "build.sh",
        "node.sh",
        "pki.sh",
        "programs.sh",
    ] {
        machine.copy(&format!("testenv/kubernetes/{file}"));
    }
    for program in ["chmod", "curl"] {
        machine.has(program, "");
    }
    machine.has("openssl", "echo 'no randomness' >&2; exit 1");
    for program in ["etcd", "kube-apiserver", "kube-controller-manager"] {
        machine.write(&format!("home/programs/{program}"), "");
    }
    let (state, programs) = (machine.path("home/k8s/kubernetes"), machine.path("home/programs"));
    let environment = [
        ("CHARMARR_TESTENV", state.to_str().unwrap()),
        ("KUBEBUILDER_ASSETS", programs.to_str().unwrap()),
    ];
    let failed = machine.script("testenv/kubernetes/up", &["api"], &environment);
    assert_eq!(failed.code, Some(1), "{}", failed.said);
    assert!(failed.said.contains("no randomness"), "{}", failed.said);
    assert!(
        failed.said.ends_with("testenv/kubernetes: down\n"),
        "{}",
        failed.said
    );
    assert!(!state.exists());
}
