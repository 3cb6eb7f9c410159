//! The options of the charm: raw values in, what is wanted out, or the status that says what is wrong.
//!
//! Pure. The texts are those of the original charm where it has one: people and tests match on them.

use charmarr_lib::{
    Gid, InvalidPvcName, PvcName, Uid,
    claim::{self, AccessMode, Backend, BackendKind, CLAIM_NAME, InvalidAccessMode, InvalidBackend, Size},
};
use juju_ops::Status;
use serde::Deserialize;

/// The options as `config-get` prints them. All have a default but for options that a person unset with `juju config --reset`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Options {
    backend_type: String,
    storage_class: String,
    size: String,
    nfs_server: String,
    nfs_path: String,
    hostpath: String,
    access_mode: String,
    puid: i64,
    pgid: i64,
    cleanup_on_remove: bool,
    claim_name: String,
}

/// The defaults of `charmcraft.yaml`.
impl Default for Options {
    fn default() -> Self {
        Self {
            backend_type: String::new(),
            storage_class: String::new(),
            size: "100Gi".to_owned(),
            nfs_server: String::new(),
            nfs_path: String::new(),
            hostpath: String::new(),
            access_mode: AccessMode::ReadWriteMany.as_str().to_owned(),
            puid: 1000,
            pgid: 1000,
            cleanup_on_remove: false,
            claim_name: String::new(),
        }
    }
}

/// What a person wants, with every value checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) claim: claim::Wanted,
    /// The person named the claim; then a claim that is not ours may be used, as it is.
    pub(crate) named: bool,
    pub(crate) puid: Uid,
    pub(crate) pgid: Gid,
}

impl Options {
    /// Checks every option, in the order in which a person sets them.
    pub(crate) fn wanted(&self, model: &str, application: &str) -> Result<Wanted, Status> {
        let backend = self.backend()?;
        let size: Size = self
            .size
            .parse()
            .map_err(|error: claim::InvalidSize| wrong("size", &error))?;
        let access_mode: AccessMode = self
            .access_mode
            .parse()
            .map_err(|error: InvalidAccessMode| Status::blocked(error.to_string()))?;
        let name = if self.claim_name.is_empty() {
            CLAIM_NAME
        } else {
            &self.claim_name
        };
        let name: PvcName = name
            .parse()
            .map_err(|error: InvalidPvcName| wrong("claim-name", &error))?;
        Ok(Wanted {
            claim: claim::Wanted {
                name,
                model: model.to_owned(),
                app: application.to_owned(),
                size,
                access_mode,
                backend,
            },
            named: !self.claim_name.is_empty(),
            puid: Uid::try_from(self.puid).map_err(|error| wrong("puid", &error))?,
            pgid: Gid::try_from(self.pgid).map_err(|error| wrong("pgid", &error))?,
        })
    }

    /// Whether the claim is to go with the application. It holds whatever is wrong with the other options.
    pub(crate) fn cleanup_on_remove(&self) -> bool {
        self.cleanup_on_remove
    }

    fn backend(&self) -> Result<Backend, Status> {
        if self.backend_type.is_empty() {
            return Err(Status::blocked("backend-type not configured"));
        }
        let kind: BackendKind = self
            .backend_type
            .parse()
            .map_err(|error: InvalidBackend| Status::blocked(error.to_string()))?;
        Ok(match kind {
            BackendKind::StorageClass => Backend::StorageClass {
                class: set("storage-class", &self.storage_class)?,
            },
            BackendKind::NativeNfs => Backend::NativeNfs {
                server: server(set("nfs-server", &self.nfs_server)?)?,
                path: path("nfs-path", set("nfs-path", &self.nfs_path)?)?,
            },
            BackendKind::HostPath => Backend::HostPath {
                path: path("hostpath", set("hostpath", &self.hostpath)?)?,
            },
        })
    }
}

fn set(option: &str, value: &str) -> Result<String, Status> {
    if value.is_empty() {
        Err(Status::blocked(format!("{option} not configured")))
    } else {
        Ok(value.to_owned())
    }
}

/// The API server takes any text for a server; the kubelet would hand it to `mount`.
fn server(value: String) -> Result<String, Status> {
    let fits = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
    if fits && !value.starts_with('-') {
        Ok(value)
    } else {
        Err(wrong("nfs-server", &format!("cannot use `{value}` as a server")))
    }
}

/// The API server takes a relative host path, and the mount fails later.
fn path(option: &str, value: String) -> Result<String, Status> {
    let normal = value.starts_with('/') && !value.split('/').any(|part| part == ".." || part == ".");
    if normal && !value.contains(char::is_control) {
        return Ok(value);
    }
    Err(wrong(
        option,
        &format!("cannot use `{value}` as a path: write an absolute one without `..`"),
    ))
}

fn wrong(option: &str, why: &dyn std::fmt::Display) -> Status {
    Status::blocked(format!("{option}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "cinema";
    const APPLICATION: &str = "vault";

    fn class() -> Options {
        Options {
            backend_type: "storage-class".to_owned(),
            storage_class: "fast".to_owned(),
            ..Options::default()
        }
    }

    #[track_caller]
    fn check(options: &Options, expect: &str) {
        let status = options.wanted(MODEL, APPLICATION).unwrap_err();
        assert_eq!(status, Status::blocked(expect));
    }

    #[test]
    fn what_is_missing_is_named() {
        check(&Options::default(), "backend-type not configured");
        for (kind, missing) in [
            ("storage-class", "storage-class not configured"),
            ("native-nfs", "nfs-server not configured"),
            ("hostpath", "hostpath not configured"),
        ] {
            check(
                &Options {
                    backend_type: kind.to_owned(),
                    ..Options::default()
                },
                missing,
            );
        }
        let server = "nas.example".to_owned();
        let nfs = Options {
            backend_type: "native-nfs".to_owned(),
            nfs_server: server,
            ..Options::default()
        };
        check(&nfs, "nfs-path not configured");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let unknown = Options {
            backend_type: "s3".to_owned(),
            ..Options::default()
        };
        check(
            &unknown,
            "Invalid backend-type: s3. Use 'storage-class', 'native-nfs', or 'hostpath'",
        );
        let size = Options {
            size: "10GiB".to_owned(),
            ..class()
        };
        check(
            &size,
            "size: `10GiB` is not a size: write a number and one of Ki, Mi, Gi, Ti, Pi, Ei, k, M, G, T, P, E",
        );
        let mode = Options {
            access_mode: "Bogus".to_owned(),
            ..class()
        };
        check(
            &mode,
            "Invalid access-mode: Bogus. Use 'ReadWriteMany' or 'ReadWriteOnce'",
        );
        let hostpath = Options {
            backend_type: "hostpath".to_owned(),
            hostpath: "srv/media".to_owned(),
            ..class()
        };
        check(
            &hostpath,
            "hostpath: cannot use `srv/media` as a path: write an absolute one without `..`",
        );
        let up = Options {
            backend_type: "hostpath".to_owned(),
            hostpath: "/srv/../etc".to_owned(),
            ..class()
        };
        check(
            &up,
            "hostpath: cannot use `/srv/../etc` as a path: write an absolute one without `..`",
        );
        let nfs = Options {
            backend_type: "native-nfs".to_owned(),
            nfs_server: "bad host;rm".to_owned(),
            nfs_path: "/export".to_owned(),
            ..class()
        };
        check(&nfs, "nfs-server: cannot use `bad host;rm` as a server");
    }

    #[test]
    fn names_and_ids_are_checked() {
        for options in [
            Options {
                claim_name: "Bad_Name".to_owned(),
                ..class()
            },
            Options { puid: -1, ..class() },
            Options {
                pgid: 1 << 31,
                ..class()
            },
        ] {
            assert!(
                matches!(options.wanted(MODEL, APPLICATION), Err(Status::Blocked(_))),
                "{options:?}"
            );
        }
    }

    #[test]
    fn a_static_volume_is_always_shared_by_nodes() {
        let options = Options {
            backend_type: "hostpath".to_owned(),
            hostpath: "/srv/media".to_owned(),
            access_mode: "ReadWriteOnce".to_owned(),
            ..Options::default()
        };
        let wanted = options.wanted(MODEL, APPLICATION).unwrap();
        assert_eq!(wanted.claim.effective_access_mode(), AccessMode::ReadWriteMany);
        assert_eq!(wanted.claim.name.to_string(), CLAIM_NAME);
        assert!(!wanted.named);
    }

    #[test]
    fn the_options_are_those_of_the_charm() {
        let text = include_str!("../charmcraft.yaml");
        let charmcraft = charm_metadata::Charmcraft::parse(text).unwrap();
        let config = charmcraft.config.clone().unwrap();
        let defaults: serde_json::Map<String, serde_json::Value> = config
            .options
            .iter()
            .map(|(name, option)| (name.clone(), serde_json::to_value(&option.default).unwrap()))
            .collect();
        assert_eq!(
            serde_json::from_value::<Options>(defaults.clone().into()).unwrap(),
            Options::default()
        );
        let known = [
            "access-mode",
            "backend-type",
            "claim-name",
            "cleanup-on-remove",
            "hostpath",
            "nfs-path",
            "nfs-server",
            "pgid",
            "puid",
            "size",
            "storage-class",
        ];
        assert_eq!(defaults.keys().collect::<Vec<_>>(), known);
        assert!(charmcraft.metadata().provides.contains_key(crate::ENDPOINT));
    }
}
