//! Stands in a real pod where Juju's `containeragent` would: the unit agent itself is outside.
//!
//! Enters: the arguments that Juju gives it, `init …` in the init container and `unit …` under the Pebble of the charm's
//! container. Leaves: `init` leaves the programs in the volume that all containers share; `unit` answers the probes of the charm's
//! container until it is told to end (SIGTERM), and then stays until the agent outside has run what it owes.

use crate::images;
use fs_err as fs;
use nix::sys::signal::{SigSet, Signal};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// In the charm's container: is there when the agent outside has run what it owes.
pub(super) const DONE: &str = "/var/lib/juju/agent-is-done";
/// How long the pod is kept at most; Kubernetes kills it after the 30 s of `terminationGracePeriodSeconds`.
const LIMIT: Duration = Duration::from_secs(25);
/// Where Juju's agent answers the probes of the charm's container (`HTTP_PROBE_PORT`).
const PROBE_PORT: u16 = 3856;
const PROBES: [&str; 3] = ["/startup", "/liveness", "/readiness"];

/// The image of the init container: this very program and a Pebble.
pub(super) const PROGRAM: &str = "/opt/containeragent";
pub(super) const PEBBLE: &str = "/opt/pebble";

/// The plan of the Pebble in the charm's container. It waits for its service longer than the service stays.
const LAYER: &str = "\
summary: the unit agent
services:
  container-agent:
    override: replace
    summary: stands in for Juju's unit agent
    command: /charm/bin/containeragent unit
    startup: enabled
    kill-delay: 28s
";

/// Runs `containeragent` with these arguments; no exit code when they ask for neither of its two tasks.
pub(crate) fn main(arguments: &[String]) -> Option<ExitCode> {
    let outcome = match arguments.first()?.as_str() {
        "init" => init(Path::new("/")),
        "unit" => unit(),
        _ => return None,
    };
    Some(if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn init(root: &Path) -> io::Result<()> {
    let at = |path: &str| root.join(path.trim_start_matches('/'));
    for (program, name) in [
        (PROGRAM, "containeragent"),
        (PROGRAM, "jujuc"),
        (PEBBLE, "pebble"),
    ] {
        let target = at("/charm/bin").join(name);
        fs::copy(at(program), &target)?;
        fs::set_permissions(&target, std::fs::Permissions::from_mode(0o755))?;
    }
    let layers = at("/containeragent/pebble/layers");
    fs::create_dir_all(&layers)?;
    fs::write(layers.join("001-container-agent.yaml"), LAYER)
}

fn unit() -> io::Result<()> {
    let mut ends = SigSet::empty();
    ends.add(Signal::SIGTERM);
    // Before any thread: all of them are to leave the signal to `wait`.
    ends.thread_block()?;
    std::thread::spawn(|| images::serve(PROBE_PORT, &PROBES, Duration::ZERO));
    ends.wait()?;
    let until = Instant::now() + LIMIT;
    while !Path::new(DONE).exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn init_leaves_the_programs_where_all_containers_find_them() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["opt", "charm/bin", "containeragent/pebble"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("opt/containeragent"), "agent").unwrap();
        fs::write(root.path().join("opt/pebble"), "pebble").unwrap();

        init(root.path()).unwrap();

        let read = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
        assert_eq!(read("charm/bin/jujuc"), "agent");
        assert_eq!(read("charm/bin/containeragent"), "agent");
        assert_eq!(read("charm/bin/pebble"), "pebble");
        assert_eq!(
            read("containeragent/pebble/layers/001-container-agent.yaml"),
            LAYER
        );
        let mode = fs::metadata(root.path().join("charm/bin/jujuc"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755);
    }

    #[test]
    fn other_arguments_are_not_for_it() {
        assert_eq!(main(&[]), None);
        assert_eq!(main(&["help".to_owned()]), None);
    }
}
