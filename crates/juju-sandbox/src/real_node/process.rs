//! The first process of a container that somebody else made: how it is found and entered.

use crate::pods::{self, Exec, Output};
use fs_err as fs;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io;
use std::path::{Path, PathBuf};

/// Process 1 of a container, as this machine numbers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    container: String,
    pid: i32,
}

impl Process {
    /// The process of the container with this id (64 hex digits): the one whose control group is named after it and that is
    /// number 1 inside. None where it does not run on this machine.
    pub(super) fn of_container(id: &str) -> Option<Self> {
        let pids = fs::read_dir("/proc").ok()?.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            name.to_str()?.parse::<i32>().ok()
        });
        let is_it = |pid: &i32| !id.is_empty() && is_in(*pid, id) && is_first(*pid);
        pids.into_iter().find(is_it).map(|pid| Self {
            container: id.to_owned(),
            pid,
        })
    }

    /// Whether it is of the container with this id and still runs.
    pub(super) fn is_of(&self, id: &str) -> bool {
        self.container == id && is_in(self.pid, id)
    }

    /// A path of the container, as this machine sees it.
    pub(super) fn path(&self, inside: &Path) -> PathBuf {
        let inside = inside.strip_prefix("/").unwrap_or(inside);
        PathBuf::from(format!("/proc/{}/root", self.pid)).join(inside)
    }

    /// Runs a program inside and waits for it.
    pub(super) fn run(&self, exec: &Exec) -> Result<Output, pods::Error> {
        pods::enter(self.pid, &self.container, exec, || self.is_of(&self.container))
    }

    /// Ends it, and with it the container.
    pub(super) fn kill(&self) -> io::Result<()> {
        Ok(kill(Pid::from_raw(self.pid), Signal::SIGKILL)?)
    }
}

/// proc(5): every line of `/proc/PID/cgroup` ends in the path of a control group.
fn is_in(pid: i32, container: &str) -> bool {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup"));
    groups.is_ok_and(|groups| groups.lines().any(|line| line.contains(container)))
}

/// proc(5): the last number of `NSpid` is the process id in the innermost namespace.
fn is_first(pid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    numbers.is_some_and(|numbers| {
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        numbers.len() > 1 && numbers.last() == Some(&"1")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_that_does_not_run_here_has_no_process() {
        assert_eq!(Process::of_container(""), None);
        assert_eq!(Process::of_container(&"0".repeat(64)), None);
    }

    #[test]
    fn a_path_is_below_the_root_of_the_process() {
        let process = Process {
            container: "c".to_owned(),
            pid: 7,
        };
        assert_eq!(
            process.path(Path::new("/var/lib")),
            Path::new("/proc/7/root").join("var/lib")
        );
        assert!(!process.is_of("d"));
    }
}
