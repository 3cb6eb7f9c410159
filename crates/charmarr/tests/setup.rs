//! `./run setup` on machines that lack something: real bash, and stand-ins for everything that it would install or install with.

#![allow(clippy::unwrap_used, reason = "all of it is test: it fails by panic")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What every machine has.
const SYSTEM: [&str; 9] = [
    "bash", "cat", "cp", "dirname", "env", "grep", "mkdir", "sed", "sort",
];

/// Installs what it is asked for, as stand-ins.
const APT_GET: &str = r#"
case "$*" in *" gcc "*) take_package cc ;; esac
case "$*" in *" curl "*) take_package curl ;; esac
"#;

/// Gives a script that puts rustup's programs below `HOME`.
const CURL: &str = r"
cat <<'SCRIPT'
take_rustup rustup cargo
SCRIPT
";

const RUSTUP: &str =
    r#"[ "$*" = "toolchain list" ] && [ -e "$HOME/toolchain" ] && cat "$HOME/toolchain"; exit 0"#;

/// Installs the toolchain that is pinned, if it may.
const CARGO: &str = r#"
if [ ! -e "$HOME/toolchain" ]; then
    [ "${RUSTUP_AUTO_INSTALL:-0}" = 1 ] || exit 1
    echo "PINNED-x86_64-unknown-linux-gnu (active)" > "$HOME/toolchain"
fi
echo "cargo PINNED (abc 2026-01-01)"
"#;

struct Machine {
    folder: TempDir,
}

/// What a run printed on stderr, whether it ended well, and which stand-ins it called.
struct Outcome {
    ok: bool,
    said: String,
    called: Vec<String>,
}

impl Machine {
    /// With `bash` and the like, and an `apt-get` that knows gcc and curl.
    fn bare(user: u32) -> Self {
        let machine = Self {
            folder: TempDir::new().unwrap(),
        };
        for folder in ["bin", "shelf", "home", "repository"] {
            fs::create_dir(machine.path(folder)).unwrap();
        }
        for name in SYSTEM {
            symlink(found(name), machine.path("bin").join(name)).unwrap();
        }
        symlink(found("bash"), machine.path("bin/sh")).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for file in ["run", "rust-toolchain.toml"] {
            fs::copy(root.join(file), machine.path("repository").join(file)).unwrap();
        }
        machine.write("bin/id", &format!("echo {user}"));
        machine.has("apt-get", APT_GET);
        machine.write("bin/take_package", &take("bin", &machine));
        machine.write("bin/take_rustup", &take("home/.cargo/bin", &machine));
        for (name, script) in [("cc", ""), ("curl", CURL), ("rustup", RUSTUP), ("cargo", CARGO)] {
            machine.stand_in("shelf", name, script);
        }
        machine
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// A program that logs how it was called.
    fn stand_in(&self, folder: &str, name: &str, script: &str) {
        let log = self.path("log");
        let script = script.replace("PINNED", &pinned());
        let script = format!("echo \"{name} $*\" >> {}\n{script}", log.display());
        self.write(&format!("{folder}/{name}"), &script);
    }

    fn has(&self, name: &str, script: &str) {
        self.stand_in("bin", name, script);
    }

    fn write(&self, file: &str, script: &str) {
        let path = self.path(file);
        fs::write(&path, format!("#!{}\n{script}\n", found("bash").display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn setup(&self) -> Outcome {
        let output = Command::new(found("bash"))
            .args(["run", "setup"])
            .current_dir(self.path("repository"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .output()
            .unwrap();
        let called = fs::read_to_string(self.path("log")).unwrap_or_default();
        let of_interest = |line: &&str| !line.starts_with("cc ") && !line.starts_with("cargo ");
        Outcome {
            ok: output.status.success(),
            said: String::from_utf8(output.stderr).unwrap(),
            called: called.lines().filter(of_interest).map(str::to_owned).collect(),
        }
    }
}

/// A script that puts stand-ins from the shelf into a folder.
fn take(folder: &str, machine: &Machine) -> String {
    let (shelf, folder) = (machine.path("shelf"), machine.path(folder));
    let (shelf, folder) = (shelf.display(), folder.display());
    format!("mkdir -p '{folder}'; for name; do cp '{shelf}'/\"$name\" '{folder}'/; done")
}

fn found(name: &str) -> PathBuf {
    ["/usr/bin", "/bin"]
        .map(|folder| Path::new(folder).join(name))
        .into_iter()
        .find(|path| path.exists())
        .unwrap()
}

fn pinned() -> String {
    let text = include_str!("../../../rust-toolchain.toml");
    let line = text.lines().find(|line| line.starts_with("channel")).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

const INSTALLED: [&str; 4] = [
    "apt-get update -q",
    "apt-get install -qy --no-install-recommends gcc libc6-dev curl ca-certificates",
    "curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs",
    "rustup toolchain list",
];

#[test]
fn root_gets_everything_and_the_second_time_nothing() {
    let machine = Machine::bare(0);
    let first = machine.setup();
    assert!(first.ok, "{}", first.said);
    assert_eq!(first.called, INSTALLED);
    let toolchain = format!("==> installing the Rust toolchain {}", pinned());
    assert!(first.said.contains(&toolchain), "{}", first.said);

    let second = machine.setup();
    assert!(second.ok && second.said.is_empty(), "{}", second.said);
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
    let install = "apt-get install -y --no-install-recommends gcc libc6-dev curl ca-certificates";
    let refused = machine.setup();
    assert!(!refused.ok);
    assert_eq!(
        refused.said,
        format!("error: missing packages; run once as root: {install}\n")
    );

    machine.has("sudo", "exit 1");
    let refused = machine.setup();
    assert!(!refused.ok);
    assert_eq!(
        refused.said,
        format!("error: missing packages; run once: sudo {install}\n")
    );
    assert_eq!(refused.called, ["sudo -n true"]);
}

#[test]
fn with_sudo_that_asks_nothing_it_is_used() {
    let machine = Machine::bare(1000);
    machine.has("sudo", r#"[ "$1" = -n ] || exec "$@""#);
    let done = machine.setup();
    assert!(done.ok, "{}", done.said);
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
    let failed = machine.setup();
    assert!(!failed.ok);
    assert!(
        failed
            .said
            .ends_with("error: cannot install gcc libc6-dev curl ca-certificates; see above\n"),
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
    let done = machine.setup();
    assert!(done.ok, "{}", done.said);
    assert_eq!(done.called, INSTALLED[2..]);

    let newer = Machine::bare(0);
    newer.has("cc", "");
    newer.has("cargo", "echo 'cargo 9.0.0 (abc)'");
    let done = newer.setup();
    assert!(done.ok && done.called.is_empty(), "{}", done.said);
}

#[test]
fn without_network_rustup_is_missed() {
    let machine = Machine::bare(0);
    machine.has("cc", "");
    machine.has("curl", "echo 'curl: (6) Could not resolve host' >&2; exit 6");
    let failed = machine.setup();
    assert!(!failed.ok);
    assert!(
        failed
            .said
            .ends_with("curl: (6) Could not resolve host\nerror: cannot install rustup; see above, or https://rustup.rs\n"),
        "{}",
        failed.said
    );
}
