//! Where the data of a pod's volumes lies, or why the pod cannot start.
//!
//! Enters: the pod, the claims and volumes of the store, the folders that stand for NFS exports. Leaves: a [`Source`] for every
//! volume, or the first [`Obstacle`], in the words of the kubelet of Kubernetes 1.34. Whether a pod gets a node at all, the
//! scheduler has decided before. Looks at folders of this machine (`type: Directory` is a check), makes only those that
//! Kubernetes makes.

use crate::json::{flag, list, text};
use fs_err as fs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::FileType;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// Where a volume's data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A folder of the pod that goes with it.
    Empty,
    /// The token and the certificates of the pod's service account.
    ServiceAccount,
    /// A folder of this machine.
    Folder {
        /// On the host.
        path: PathBuf,
        /// The volume or claim is mounted read-only.
        read_only: bool,
    },
}

/// Why the node cannot mount a volume: the text of the event `FailedMount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacle(pub(crate) String);

/// What the kubelet knows of claims and volumes.
pub(crate) trait Volumes {
    /// The claim of this name in the pod's namespace.
    fn claim(&self, name: &str) -> Option<Value>;
    /// The persistent volume of this name.
    fn volume(&self, name: &str) -> Option<Value>;
}

/// The source of each volume of `pod`, by the volume's name.
pub(crate) fn resolve(
    pod: &Value,
    volumes: &impl Volumes,
    nfs_exports: &BTreeMap<String, PathBuf>,
) -> Result<BTreeMap<String, Source>, Obstacle> {
    let source = |volume: &Value| {
        let name = text(volume, "/name");
        let uid = text(pod, "/metadata/uid");
        let found = match volume.get("persistentVolumeClaim") {
            None => node_source(Some(volume), name, uid, nfs_exports)?,
            Some(claim) => {
                let bound = bound_volume(claim, volumes).map_err(|why| unusable(pod, name, claim, &why))?;
                if text(&bound, "/spec/volumeMode") == "Block" {
                    let why = format!("volume {name} has volumeMode Block, but is specified in volumeMounts");
                    return Err(unprocessed(name, &why));
                }
                let of = text(&bound, "/metadata/name");
                let source = node_source(bound.get("spec"), of, uid, nfs_exports)?;
                read_only_if(source, flag(claim, "/readOnly"))
            }
        };
        Ok((name.to_owned(), found))
    };
    list(pod, "/spec/volumes").iter().map(source).collect()
}

/// The volume that the claim of a pod is bound to; or why there is none, which the scheduler did not find: it went since.
fn bound_volume(claim: &Value, volumes: &impl Volumes) -> Result<Value, String> {
    let name = text(claim, "/claimName");
    let Some(found) = volumes.claim(name) else {
        return Err(format!(
            "failed to fetch PVC from API server: persistentvolumeclaims \"{name}\" not found"
        ));
    };
    if found.pointer("/metadata/deletionTimestamp").is_some() {
        return Err("PVC is being deleted".to_owned());
    }
    let volume = text(&found, "/spec/volumeName");
    if text(&found, "/status/phase") != "Bound" || volume.is_empty() {
        return Err("PVC is not bound".to_owned());
    }
    let missing =
        || format!("failed to fetch PV {volume} from API server: persistentvolumes \"{volume}\" not found");
    volumes.volume(volume).ok_or_else(missing)
}

/// What the kubelet says of a claim that it cannot use.
fn unusable(pod: &Value, volume: &str, claim: &Value, why: &str) -> Obstacle {
    let claim = format!(
        "{}/{}",
        text(pod, "/metadata/namespace"),
        text(claim, "/claimName")
    );
    unprocessed(volume, &format!("error processing PVC {claim}: {why}"))
}

/// What it says of a volume that it cannot make anything of.
fn unprocessed(volume: &str, why: &str) -> Obstacle {
    Obstacle(format!(
        "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], failed to process \
         volumes=[{volume}]: {why}"
    ))
}

/// Where the node finds the data of a volume that says so itself: inline in a pod, or the spec of a persistent volume.
fn node_source(
    spec: Option<&Value>,
    name: &str,
    pod_uid: &str,
    nfs_exports: &BTreeMap<String, PathBuf>,
) -> Result<Source, Obstacle> {
    let field = |kind: &str| spec.and_then(|spec| spec.get(kind));
    let options = field("mountOptions").and_then(Value::as_array);
    let setup_failed =
        |why: String| Obstacle(format!("MountVolume.SetUp failed for volume \"{name}\" : {why}"));
    if let Some(host_path) = field("hostPath") {
        let path = PathBuf::from(text(host_path, "/path"));
        if options.is_some_and(|options| !options.is_empty()) {
            return Err(Obstacle(format!(
                "MountVolume.MountOptionSupport check failed for volume \"{name}\" : mount options are not supported for this \
                 volume type"
            )));
        }
        return self::host_path(&path, text(host_path, "/type")).map_err(setup_failed);
    }
    if let Some(local) = field("local") {
        let path = PathBuf::from(text(local, "/path"));
        if path.exists() {
            return Ok(Source::Folder {
                path,
                read_only: false,
            });
        }
        return Err(Obstacle(format!(
            "MountVolume.NewMounter initialization failed for volume \"{name}\" : path \"{}\" does not exist",
            path.display()
        )));
    }
    if let Some(nfs) = field("nfs") {
        let export = format!("{}:{}", text(nfs, "/server"), text(nfs, "/path"));
        return match nfs_exports.get(&export) {
            Some(path) => Ok(Source::Folder {
                path: path.clone(),
                read_only: flag(nfs, "/readOnly"),
            }),
            None => Err(setup_failed(no_nfs(&export, options, pod_uid, name))),
        };
    }
    let projected = field("projected").map_or(&[] as &[Value], |projected| list(projected, "/sources"));
    if projected
        .iter()
        .any(|source| source.get("serviceAccountToken").is_some())
    {
        return Ok(Source::ServiceAccount);
    }
    if field("emptyDir").is_some() {
        return Ok(Source::Empty);
    }
    Err(setup_failed("this kind of volume is not simulated".to_owned()))
}

/// A file or folder of the node, made or checked as the type of the volume says (Kubernetes' `pkg/volume/hostpath`).
fn host_path(path: &Path, kind: &str) -> Result<Source, String> {
    let shown = path.display();
    let made = match kind {
        // Without a type the container runtime makes what is missing: an empty folder of root's.
        "DirectoryOrCreate" | "" if !path.exists() => {
            fs::create_dir_all(path).map_err(|error| ("mkdir", error))
        }
        "FileOrCreate" if !path.exists() => fs::write(path, "").map_err(|error| ("open", error)),
        _ => Ok(()),
    };
    made.map_err(|(call, error)| format!("{call} {shown}: {}", system_words(&error)))?;
    let is = |wanted: fn(&FileType) -> bool| fs::metadata(path).is_ok_and(|found| wanted(&found.file_type()));
    let (right, wanted) = match kind {
        "" => (true, ""),
        "Directory" | "DirectoryOrCreate" => (is(FileType::is_dir), "a directory"),
        "File" | "FileOrCreate" => (is(FileType::is_file), "a file"),
        "Socket" => (is(FileTypeExt::is_socket), "a socket file"),
        "CharDevice" => (is(FileTypeExt::is_char_device), "a character device"),
        "BlockDevice" => (is(FileTypeExt::is_block_device), "a block device"),
        other => return Err(format!("{other} is an invalid volume type")),
    };
    if !right {
        return Err(format!("hostPath type check failed: {shown} is not {wanted}"));
    }
    Ok(Source::Folder {
        path: path.to_owned(),
        read_only: false,
    })
}

/// What the kubelet says on a node that has no NFS.
fn no_nfs(export: &str, options: Option<&Vec<Value>>, pod_uid: &str, name: &str) -> String {
    let target = format!("/var/lib/kubelet/pods/{pod_uid}/volumes/kubernetes.io~nfs/{name}");
    let options: Vec<&str> = options.into_iter().flatten().filter_map(Value::as_str).collect();
    let options = if options.is_empty() {
        String::new()
    } else {
        format!("-o {} ", options.join(","))
    };
    format!(
        "mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs {options}{export} {target}\n\
         Output: mount: {target}: unknown filesystem type 'nfs'.\n       dmesg(1) may have more information after failed \
         mount system call.\n"
    )
}

/// The words of the operating system for an error, in Go's spelling.
fn system_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    let known = [
        (ErrorKind::NotFound, "no such file or directory"),
        (ErrorKind::PermissionDenied, "permission denied"),
        (ErrorKind::ReadOnlyFilesystem, "read-only file system"),
        (ErrorKind::NotADirectory, "not a directory"),
    ];
    let words = known.iter().find(|(kind, _)| *kind == error.kind());
    words.map_or_else(|| error.to_string(), |(_, words)| (*words).to_owned())
}

fn read_only_if(source: Source, wanted: bool) -> Source {
    match source {
        Source::Folder { path, read_only } => Source::Folder {
            path,
            read_only: read_only || wanted,
        },
        other @ (Source::Empty | Source::ServiceAccount) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Known(Value);

    impl Volumes for Known {
        fn claim(&self, name: &str) -> Option<Value> {
            self.0["claims"].get(name).cloned()
        }
        fn volume(&self, name: &str) -> Option<Value> {
            self.0["volumes"].get(name).cloned()
        }
    }

    fn pod(volume: &Value) -> Value {
        json!({ "metadata": { "uid": "u-1", "namespace": "parlour" }, "spec": { "volumes": [volume] } })
    }

    fn mounting(claim: &str) -> Value {
        pod(&json!({ "name": "leaves", "persistentVolumeClaim": { "claimName": claim } }))
    }

    fn check(known: Value, pod: &Value, expect: &str) {
        let exports = BTreeMap::from([("nas.example:/tea".to_owned(), PathBuf::from("/srv/tea"))]);
        let found = match resolve(pod, &Known(known), &exports) {
            Ok(sources) => format!("{:?}", sources["leaves"]),
            Err(Obstacle(text)) => text,
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn a_claim_that_went_since_the_pod_got_its_node_is_named() {
        let says = |why: &str| {
            format!(
                "Unable to attach or mount volumes: unmounted volumes=[leaves], unattached volumes=[], failed to process \
                 volumes=[leaves]: error processing PVC parlour/tea: {why}"
            )
        };
        let missing = "failed to fetch PVC from API server: persistentvolumeclaims \"tea\" not found";
        check(json!({}), &mounting("tea"), &says(missing));
        let claimed = |claim: Value| json!({ "claims": { "tea": claim } });
        check(
            claimed(json!({ "status": { "phase": "Pending" } })),
            &mounting("tea"),
            &says("PVC is not bound"),
        );
        check(
            claimed(json!({ "metadata": { "deletionTimestamp": "x" }, "status": { "phase": "Bound" } })),
            &mounting("tea"),
            &says("PVC is being deleted"),
        );
        check(
            claimed(json!({ "spec": { "volumeName": "pv-1" }, "status": { "phase": "Bound" } })),
            &mounting("tea"),
            &says("failed to fetch PV pv-1 from API server: persistentvolumes \"pv-1\" not found"),
        );
    }

    fn bound(spec: &Value) -> Value {
        json!({
            "claims": { "full": { "spec": { "volumeName": "pv-2" }, "status": { "phase": "Bound" } } },
            "volumes": { "pv-2": { "metadata": { "name": "pv-2" }, "spec": spec } },
        })
    }

    #[test]
    fn a_bound_claim_is_a_folder_of_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        check(
            bound(&json!({ "hostPath": { "path": path, "type": "Directory" } })),
            &mounting("full"),
            &format!("Folder {{ path: \"{path}\", read_only: false }}"),
        );
        check(
            bound(&json!({ "nfs": { "server": "nas.example", "path": "/tea", "readOnly": true } })),
            &mounting("full"),
            "Folder { path: \"/srv/tea\", read_only: true }",
        );
        check(
            json!({}),
            &pod(&json!({ "name": "leaves", "emptyDir": {} })),
            "Empty",
        );
        let token = json!([{ "serviceAccountToken": { "path": "token" } }, { "downwardAPI": {} }]);
        check(
            json!({}),
            &pod(&json!({ "name": "leaves", "projected": { "sources": token } })),
            "ServiceAccount",
        );
    }

    #[test]
    fn a_host_path_is_what_its_type_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        let of = |path: &str, kind: &str| {
            let volume = json!({ "name": "leaves", "hostPath": { "path": path, "type": kind } });
            match resolve(&pod(&volume), &Known(json!({})), &BTreeMap::new()) {
                Ok(_) => "mounted".to_owned(),
                Err(Obstacle(text)) => text.rsplit(" : ").next().unwrap().to_owned(),
            }
        };
        let is_not = |path: &str, what: &str| format!("hostPath type check failed: {path} is not {what}");
        let new = format!("{path}/new");
        assert_eq!(of(&new, "File"), is_not(&new, "a file"));
        assert_eq!(of(&new, "FileOrCreate"), "mounted");
        assert_eq!(of(&new, "File"), "mounted");
        assert_eq!(of(&new, "DirectoryOrCreate"), is_not(&new, "a directory"));
        assert_eq!(of(path, "FileOrCreate"), is_not(path, "a file"));
        assert_eq!(of(path, "Socket"), is_not(path, "a socket file"));
        assert_eq!(of(path, "BlockDevice"), is_not(path, "a block device"));
        assert_eq!(of(path, "CharDevice"), is_not(path, "a character device"));
        assert_eq!(of("/dev/null", "CharDevice"), "mounted");
    }

    #[test]
    fn what_cannot_be_mounted_is_told_in_the_words_of_the_kubelet() {
        check(
            bound(&json!({ "hostPath": { "path": "/srv/no-such-tea", "type": "Directory" } })),
            &mounting("full"),
            "MountVolume.SetUp failed for volume \"pv-2\" : hostPath type check failed: /srv/no-such-tea is not a directory",
        );
        check(
            bound(&json!({ "hostPath": { "path": "/proc/nope", "type": "DirectoryOrCreate" } })),
            &mounting("full"),
            "MountVolume.SetUp failed for volume \"pv-2\" : mkdir /proc/nope: no such file or directory",
        );
        check(
            bound(&json!({ "hostPath": { "path": "/srv" }, "mountOptions": ["ro"] })),
            &mounting("full"),
            "MountVolume.MountOptionSupport check failed for volume \"pv-2\" : mount options are not supported for this volume type",
        );
        check(
            bound(&json!({ "hostPath": { "path": "/srv" }, "volumeMode": "Block" })),
            &mounting("full"),
            "Unable to attach or mount volumes: unmounted volumes=[leaves], unattached volumes=[], failed to process \
             volumes=[leaves]: volume leaves has volumeMode Block, but is specified in volumeMounts",
        );
        check(
            bound(&json!({ "local": { "path": "/srv/no-such-tea" } })),
            &mounting("full"),
            "MountVolume.NewMounter initialization failed for volume \"pv-2\" : path \"/srv/no-such-tea\" does not exist",
        );
        check(
            bound(
                &json!({ "nfs": { "server": "other.example", "path": "/tea" }, "mountOptions": ["hard", "nfsvers=4.1"] }),
            ),
            &mounting("full"),
            "MountVolume.SetUp failed for volume \"pv-2\" : mount failed: exit status 32\nMounting command: mount\n\
             Mounting arguments: -t nfs -o hard,nfsvers=4.1 other.example:/tea /var/lib/kubelet/pods/u-1/volumes/kubernetes.io~nfs/pv-2\n\
             Output: mount: /var/lib/kubelet/pods/u-1/volumes/kubernetes.io~nfs/pv-2: unknown filesystem type 'nfs'.\n       \
             dmesg(1) may have more information after failed mount system call.\n",
        );
        check(
            json!({}),
            &pod(&json!({ "name": "leaves", "csi": {} })),
            "MountVolume.SetUp failed for volume \"leaves\" : this kind of volume is not simulated",
        );
    }
}
