//! Where the shared volume is mounted.

use serde::{Deserialize, Serialize};

use super::pvc_name::shortened;

/// What holds a container together: below these a mount would hide the workload's programs, its settings, Juju's
/// Pebble or the kernel's own file systems.
const RESERVED: [&str; 14] = [
    "/charm",
    "/proc",
    "/sys",
    "/dev",
    "/etc",
    "/run",
    "/var/run",
    "/var/lib/juju",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/var/lib/pebble",
];

/// The longest path Linux takes, less its final zero byte.
const LONGEST: usize = 4095;

/// A path in a container where a volume can be mounted without harm: absolute, normal, and away from what the container
/// itself needs. Kubernetes takes any text in a `StatefulSet` and mounts over `/etc`, or never starts the pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MountPath(String);

/// A path that nothing may be mounted at, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {reason}", shortened(path))]
pub struct InvalidMountPath {
    path: String,
    reason: String,
}

super::text!(MountPath, InvalidMountPath);

impl MountPath {
    /// `/data`: where the applications of the stack have always found it.
    pub fn usual() -> Self {
        Self("/data".to_owned())
    }

    /// The path of something below.
    pub fn join(&self, relative: &str) -> String {
        format!("{self}/{relative}")
    }

    /// Whether a mount at `other` and one here would hide each other: equal, above or below. `other` is any path, as
    /// written in a pod.
    pub fn overlaps(&self, other: &str) -> bool {
        let other: Vec<&str> = parts(other).collect();
        parts(&self.0).zip(other).all(|(one, other)| one == other)
    }
}

impl TryFrom<String> for MountPath {
    type Error = InvalidMountPath;

    fn try_from(path: String) -> Result<Self, InvalidMountPath> {
        match objection(&path) {
            None => Ok(Self(path)),
            Some(reason) => Err(InvalidMountPath { path, reason }),
        }
    }
}

fn objection(path: &str) -> Option<String> {
    let Some(relative) = path.strip_prefix('/') else {
        return Some("is not an absolute path".to_owned());
    };
    if relative.is_empty() {
        return Some("is the root of the container".to_owned());
    }
    if path.len() > LONGEST {
        return Some("is too long".to_owned());
    }
    if relative.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Some("is not in its shortest form".to_owned());
    }
    if path.contains(|c: char| c == ':' || c.is_control()) {
        return Some("has a `:` or a control character in it".to_owned());
    }
    let path = MountPath(path.to_owned());
    let reserved = RESERVED.iter().find(|reserved| path.overlaps(reserved))?;
    Some(format!("overlaps `{reserved}`, which the container needs"))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !matches!(*part, "" | "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(path: &str, expect: Result<(), &str>) {
        let parsed = path
            .parse::<MountPath>()
            .map(|_| ())
            .map_err(|error| error.to_string());
        assert_eq!(parsed, expect.map_err(ToOwned::to_owned));
    }

    #[test]
    fn ordinary_paths_are_taken() {
        for path in [
            "/data",
            "/reels",
            "/srv/reels and more",
            "/mnt/Ä",
            "/data/.hidden",
            "/etcetera",
            "/charmed",
            "/var/reels",
            "/data/..x",
        ] {
            check(path, Ok(()));
        }
    }

    #[test]
    fn harmful_paths_are_refused() {
        check("", Err("`` is not an absolute path"));
        check("data", Err("`data` is not an absolute path"));
        check("../etc", Err("`../etc` is not an absolute path"));
        check("/", Err("`/` is the root of the container"));
        for path in [
            "//",
            "/data/",
            "//data",
            "/data//x",
            "/./data",
            "/data/..",
            "/data/../etc",
        ] {
            check(path, Err(&format!("`{path}` is not in its shortest form")));
        }
        check("/da:ta", Err("`/da:ta` has a `:` or a control character in it"));
        check(
            "/da\nta",
            Err(r"`/da\nta` has a `:` or a control character in it"),
        );
        check(
            "/da\0ta",
            Err(r"`/da\0ta` has a `:` or a control character in it"),
        );
        check("/etc", Err("`/etc` overlaps `/etc`, which the container needs"));
        check(
            "/charm/container",
            Err("`/charm/container` overlaps `/charm`, which the container needs"),
        );
        check(
            "/var/run/secrets",
            Err("`/var/run/secrets` overlaps `/var/run`, which the container needs"),
        );
        check(
            "/var",
            Err("`/var` overlaps `/var/run`, which the container needs"),
        );
        check(
            "/var/lib",
            Err("`/var/lib` overlaps `/var/lib/juju`, which the container needs"),
        );
        for reserved in RESERVED {
            assert!(reserved.parse::<MountPath>().is_err(), "{reserved}");
            assert!(
                format!("{reserved}/x").parse::<MountPath>().is_err(),
                "{reserved}"
            );
        }
        assert!(format!("/{}", "x".repeat(5000)).parse::<MountPath>().is_err());
    }

    #[track_caller]
    fn check_overlap(one: &str, other: &str, expect: bool) {
        assert_eq!(
            one.parse::<MountPath>().unwrap().overlaps(other),
            expect,
            "{one} {other}"
        );
    }

    #[test]
    fn mounts_above_below_and_equal_overlap() {
        check_overlap("/reels", "/reels", true);
        check_overlap("/reels", "/reels/", true);
        check_overlap("/reels", "/reels/new", true);
        check_overlap("/reels/new", "/reels", true);
        check_overlap("/reels", "reels", true);
        check_overlap("/reels", "/", true);
        check_overlap("/reels", "/reels2", false);
        check_overlap("/reels/new", "/reels/old", false);
        check_overlap("/reels", "/config", false);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_absolute_and_normal(path in "[/a-z.:\\PC]{0,40}") {
            if let Ok(valid) = path.parse::<MountPath>() {
                prop_assert_eq!(valid.as_str(), &path);
                let rebuilt: Vec<&str> = parts(&path).filter(|part| *part != "..").collect();
                prop_assert_eq!(format!("/{}", rebuilt.join("/")), path);
            }
        }
    }
}
