//! How far this machine lets us go, found out by trying.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use serde::{Deserialize, Serialize};

use super::stage::{self, Stage};
use super::{ContainerSpec, Error, Mount, Network, spawn};

/// What containers can be here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// We are root: namespaces, and every process under its real uid and gid.
    Full,
    /// An unprivileged user namespace: everything but users. Our own user is root inside and the only one there is, so changes
    /// of user are left out.
    OneUid,
    /// No namespaces, hence no containers.
    None,
}

/// Settings that are known to keep unprivileged users from making namespaces: the file, the value that does so, and the cure.
const KNOWN_OBSTACLES: [(&str, &str, &str); 3] = [
    // Ubuntu 23.10 and later: https://documentation.ubuntu.com/security/security-features/privilege-restriction/apparmor/
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    // A patch that Debian carries.
    (
        "/proc/sys/kernel/unprivileged_userns_clone",
        "0",
        "sudo sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    // Documentation/admin-guide/sysctl/user.rst of the kernel.
    (
        "/proc/sys/user/max_user_namespaces",
        "0",
        "sudo sysctl -w user.max_user_namespaces=15000",
    ),
];

/// A user that no machine runs this program as.
const SOMEBODY_ELSE: u32 = 65534;

impl Isolation {
    /// The best that works, each tried by starting a container.
    pub fn probe() -> Self {
        [Self::Full, Self::OneUid]
            .into_iter()
            .find(|isolation| isolation.attempt().is_ok())
            .unwrap_or(Self::None)
    }

    /// Starts one small container of this kind and sees it end well.
    ///
    /// # Errors
    /// What stood in the way.
    pub fn attempt(self) -> Result<(), Error> {
        let at = |source| Error::Start {
            container: "probe".into(),
            source,
        };
        let root = tempfile::tempdir().map_err(at)?;
        let program = std::env::current_exe().map_err(at)?;
        let ended = spawn(&probe_container(root.path(), &program), self)?.wait_with_output()?;
        if ended.success() {
            return Ok(());
        }
        Err(Error::Inside {
            container: "probe".into(),
            message: format!("it ended with {:?}", ended.exit),
        })
    }

    /// What differs from a real machine, in one sentence for a person; none if nothing does.
    pub fn simulated(self) -> Option<&'static str> {
        match self {
            Self::Full => None,
            Self::OneUid => {
                Some("users: every process runs as your own user, user and group ids are not changed")
            }
            Self::None => Some("containers: this machine allows none"),
        }
    }

    /// What a person can do to get containers, in one line that can be typed or followed; none if there is nothing to do.
    pub fn hint(self) -> Option<String> {
        let root = geteuid().is_root();
        (self == Self::None).then(|| hint(root, |file| fs::read_to_string(file).ok()))
    }
}

impl fmt::Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "full",
            Self::OneUid => "one-uid",
            Self::None => "none",
        })
    }
}

fn hint(root: bool, read: impl Fn(&str) -> Option<String>) -> String {
    if root {
        return "root may make no namespaces here (in Docker: docker run --privileged)".into();
    }
    let stands_in_the_way = |file: &str, value: &str| read(file).is_some_and(|found| found.trim() == value);
    KNOWN_OBSTACLES
        .iter()
        .find(|(file, value, _)| stands_in_the_way(file, value))
        .map_or_else(
            || "run it with sudo (in Docker: docker run --privileged)".into(),
            |(_, _, cure)| format!("run it with sudo, or run once: {cure}"),
        )
}

fn probe_container(root: &Path, program: &Path) -> ContainerSpec {
    let inside = PathBuf::from("/probe");
    ContainerSpec {
        name: "probe".into(),
        hostname: "probe".into(),
        root: root.into(),
        // The program may be linked dynamically.
        host_system: true,
        mounts: vec![Mount::read_only(program, &inside)],
        network: Network::Host,
        env: std::collections::BTreeMap::new(),
        cwd: "/".into(),
        argv: vec![
            inside.display().to_string(),
            stage::MARK.into(),
            Stage::Probe.name().into(),
        ],
        uid: SOMEBODY_ELSE,
        gid: SOMEBODY_ELSE,
        log: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, value: &str, expect: &str) {
        let read = |asked: &str| (asked == file).then(|| value.to_owned());
        assert_eq!(hint(false, read), expect);
    }

    #[test]
    fn root_is_not_sent_to_sudo() {
        assert_eq!(
            hint(true, |_| Some("1".into())),
            "root may make no namespaces here (in Docker: docker run --privileged)"
        );
    }

    #[test]
    fn a_hint_names_the_setting_that_stands_in_the_way() {
        check(
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1\n",
            "run it with sudo, or run once: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        );
        check(
            "/proc/sys/user/max_user_namespaces",
            "0\n",
            "run it with sudo, or run once: sudo sysctl -w user.max_user_namespaces=15000",
        );
        check(
            "/proc/sys/user/max_user_namespaces",
            "96364\n",
            "run it with sudo (in Docker: docker run --privileged)",
        );
    }

    #[test]
    fn names_are_those_of_the_json_output() {
        for isolation in [Isolation::Full, Isolation::OneUid, Isolation::None] {
            assert_eq!(
                serde_json::to_string(&isolation).unwrap(),
                format!("\"{isolation}\"")
            );
        }
    }
}
