//! Where a container sees the volumes of its pod.
//!
//! Enters: a container of a pod's spec, the sources of its volumes, the folder of the pod. Leaves: bind mounts, in the order
//! in which they are mounted. Makes the folders of emptyDirs and sub paths.

use super::materials::ServiceAccount;
use super::volumes::Source;
use crate::pods::Mount;
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

/// The mounts of `container`: parents before what lies below them, as a container runtime does.
pub(crate) fn of_container(
    container: &Value,
    sources: &BTreeMap<String, Source>,
    pod_folder: &Path,
) -> io::Result<Vec<Mount>> {
    let declared = container
        .get("volumeMounts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let mut mounts = declared
        .map(|mount| one(mount, sources, pod_folder))
        .collect::<io::Result<Vec<_>>>()?;
    mounts.sort_by_key(|mount| mount.target.components().count());
    Ok(mounts)
}

/// The folder of an emptyDir: everyone may write there, as the kubelet makes it.
pub(crate) fn empty_dir(pod_folder: &Path, volume: &str) -> io::Result<PathBuf> {
    let folder = pod_folder.join("volumes").join(volume);
    if !folder.exists() {
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777))?;
    }
    Ok(folder)
}

fn one(mount: &Value, sources: &BTreeMap<String, Source>, pod_folder: &Path) -> io::Result<Mount> {
    let field = |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default();
    let read_only = mount.get("readOnly").and_then(Value::as_bool).unwrap_or_default();
    let name = field("name");
    let (folder, volume_read_only) = match sources.get(name) {
        Some(Source::Empty) => (empty_dir(pod_folder, name)?, false),
        Some(Source::ServiceAccount) => (ServiceAccount::folder(pod_folder), true),
        Some(Source::Folder { path, read_only }) => (path.clone(), *read_only),
        None => {
            return Err(io::Error::other(format!(
                "cannot mount volume `{name}`: the pod has no such volume"
            )));
        }
    };
    let source = below(&folder, field("subPath"))?;
    Ok(Mount {
        source,
        target: PathBuf::from(field("mountPath")),
        read_only: read_only || volume_read_only,
    })
}

/// A sub path stays inside its volume; a folder that is missing is made.
fn below(folder: &Path, sub_path: &str) -> io::Result<PathBuf> {
    if !Path::new(sub_path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return Err(io::Error::other(format!(
            "cannot mount sub path `{sub_path}`: it leaves its volume"
        )));
    }
    let source = folder.join(sub_path);
    if !source.exists() {
        fs::create_dir_all(&source)?;
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parents_are_mounted_first_and_sub_paths_are_made() {
        let pod = tempfile::tempdir().unwrap();
        let sources = BTreeMap::from([
            ("scratch".to_owned(), Source::Empty),
            (
                "films".to_owned(),
                Source::Folder {
                    path: PathBuf::from("/srv/films"),
                    read_only: true,
                },
            ),
        ]);
        let container = json!({ "volumeMounts": [
            { "name": "scratch", "mountPath": "/data/work", "subPath": "a/b" },
            { "name": "films", "mountPath": "/data" },
        ] });

        let mounts = of_container(&container, &sources, pod.path()).unwrap();

        let work = pod.path().join("volumes/scratch/a/b");
        assert!(work.is_dir());
        assert_eq!(
            mounts,
            [
                Mount::read_only("/srv/films", "/data"),
                Mount::new(work, "/data/work")
            ]
        );
    }

    #[test]
    fn a_mount_without_its_volume_or_outside_of_it_is_refused() {
        let pod = tempfile::tempdir().unwrap();
        let sources = BTreeMap::from([("scratch".to_owned(), Source::Empty)]);
        let refused = |mount: Value| {
            of_container(&json!({ "volumeMounts": [mount] }), &sources, pod.path())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(json!({ "name": "films", "mountPath": "/data" })),
            "cannot mount volume `films`: the pod has no such volume"
        );
        assert_eq!(
            refused(json!({ "name": "scratch", "mountPath": "/data", "subPath": "../x" })),
            "cannot mount sub path `../x`: it leaves its volume"
        );
    }
}
