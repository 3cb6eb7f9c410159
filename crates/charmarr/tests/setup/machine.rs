//! A machine that has what a test gives it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What every machine has.
const SYSTEM: [&str; 21] = [
    "bash",
    "basename",
    "cat",
    "cp",
    "dirname",
    "env",
    "flock",
    "grep",
    "mkdir",
    "mktemp",
    "mv",
    "realpath",
    "rm",
    "rmdir",
    "sed",
    "sha256sum",
    "sort",
    "tail",
    "tr",
    "true",
    "uname",
];

/// What is copied of the repository.
const REPOSITORY: [&str; 4] = [
    "run",
    "rust-toolchain.toml",
    "testenv/packages.sh",
    "docs/reference/demo.md",
];

/// Installs what it is asked for, as stand-ins.
const APT_GET: &str = r#"
case "$* " in *" gcc "*) take_package cc ;; esac
case "$* " in *" curl "*) take_package curl ;; esac
"#;

/// Gives a script that puts rustup's programs below `HOME`.
pub(crate) const CURL: &str = r"
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

pub(crate) struct Machine {
    folder: TempDir,
}

/// What a run printed, how it ended, and which stand-ins it called.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
    pub(crate) said: String,
    /// Without the compiler and cargo's version.
    pub(crate) called: Vec<String>,
}

impl Outcome {
    pub(crate) fn ok(&self) -> bool {
        self.code == Some(0)
    }
}

impl Machine {
    /// With `bash` and the like, and an `apt-get` that knows gcc and curl.
    pub(crate) fn bare(user: u32) -> Self {
        let machine = Self {
            folder: TempDir::new().unwrap(),
        };
        for folder in ["bin", "shelf", "home"] {
            fs::create_dir(machine.path(folder)).unwrap();
        }
        for name in SYSTEM {
            symlink(found(name), machine.path("bin").join(name)).unwrap();
        }
        symlink(found("bash"), machine.path("bin/sh")).unwrap();
        for file in REPOSITORY {
            machine.copy(file);
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

    /// That lacks nothing for building; `./run pack` makes a `charmarr` that does nothing.
    pub(crate) fn that_builds(user: u32) -> Self {
        let machine = Self::bare(user);
        machine.has("cc", "");
        machine.has("cargo", "[ \"$1\" != --version ] || echo 'cargo 9.0.0 (abc)'");
        machine.stand_in(&Self::program_folder(), "charmarr", "echo \"in $PWD\"");
        machine
    }

    fn program_folder() -> String {
        format!(
            "repository/target/{}-unknown-linux-gnu/release",
            std::env::consts::ARCH
        )
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Puts a file of the repository there.
    pub(crate) fn copy(&self, file: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let to = self.path("repository").join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root.join(file), to).unwrap();
    }

    /// A program that logs how it was called.
    pub(crate) fn stand_in(&self, folder: &str, name: &str, script: &str) {
        let log = self.path("log");
        let script = script.replace("PINNED", &pinned());
        let script = format!("echo \"{name} $*\" >> {}\n{script}", log.display());
        self.write(&format!("{folder}/{name}"), &script);
    }

    pub(crate) fn has(&self, name: &str, script: &str) {
        self.stand_in("bin", name, script);
    }

    pub(crate) fn write(&self, file: &str, script: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!{}\n{script}\n", found("bash").display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// `./run` with these arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.script("run", arguments, &[])
    }

    /// A script of the repository, called from the home folder with these additions to the environment.
    pub(crate) fn script(&self, file: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
        let output = Command::new(found("bash"))
            .arg(self.path("repository").join(file))
            .args(arguments)
            .current_dir(self.path("home"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let called = fs::read_to_string(self.path("log")).unwrap_or_default();
        let of_interest = |line: &&str| !line.starts_with("cc ") && *line != "cargo --version";
        Outcome {
            code: output.status.code(),
            printed: String::from_utf8(output.stdout).unwrap(),
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

pub(crate) fn pinned() -> String {
    let text = include_str!("../../../../rust-toolchain.toml");
    let line = text.lines().find(|line| line.starts_with("channel")).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}
