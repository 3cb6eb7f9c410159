//! The bodies that are applied, and what is made of what is there.

use charm_kube::k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{
    AccessMode, Backend, BackendKind, Difference, LiveClaim, LiveVolume, Ownership, Phase, ReservedFor,
    Source, Wanted,
};

fn wanted(backend: Backend) -> Wanted {
    Wanted {
        name: "reel-store".parse().unwrap(),
        model: "cinema".to_owned(),
        app: "vault".to_owned(),
        size: "2Ti".parse().unwrap(),
        access_mode: AccessMode::ReadWriteOnce,
        backend,
    }
}

fn of_class() -> Wanted {
    wanted(Backend::StorageClass {
        class: "fast".to_owned(),
    })
}

fn of_nfs() -> Wanted {
    wanted(Backend::NativeNfs {
        server: "nas.example".to_owned(),
        path: "/export".to_owned(),
    })
}

fn of_folder() -> Wanted {
    wanted(Backend::HostPath {
        path: "/srv/reels".to_owned(),
    })
}

#[test]
fn a_provisioned_claim_names_its_class() {
    assert!(of_class().volume().is_none());
    assert_json_snapshot!(of_class().claim(), @r#"
    {
      "apiVersion": "v1",
      "kind": "PersistentVolumeClaim",
      "metadata": {
        "name": "reel-store",
        "labels": {
          "app.kubernetes.io/managed-by": "charmarr-storage",
          "charmarr.io/app": "vault",
          "charmarr.io/model": "cinema"
        }
      },
      "spec": {
        "accessModes": [
          "ReadWriteOnce"
        ],
        "resources": {
          "requests": {
            "storage": "2Ti"
          }
        },
        "storageClassName": "fast"
      }
    }
    "#);
}

#[test]
fn a_static_claim_names_its_volume_and_the_volume_its_claim() {
    assert_json_snapshot!(of_nfs().claim(), @r#"
    {
      "apiVersion": "v1",
      "kind": "PersistentVolumeClaim",
      "metadata": {
        "name": "reel-store",
        "labels": {
          "app.kubernetes.io/managed-by": "charmarr-storage",
          "charmarr.io/app": "vault",
          "charmarr.io/model": "cinema"
        }
      },
      "spec": {
        "accessModes": [
          "ReadWriteMany"
        ],
        "resources": {
          "requests": {
            "storage": "2Ti"
          }
        },
        "storageClassName": "",
        "volumeName": "cinema.reel-store"
      }
    }
    "#);
    assert_json_snapshot!(of_nfs().volume(), @r#"
    {
      "apiVersion": "v1",
      "kind": "PersistentVolume",
      "metadata": {
        "name": "cinema.reel-store",
        "labels": {
          "app.kubernetes.io/managed-by": "charmarr-storage",
          "charmarr.io/app": "vault",
          "charmarr.io/model": "cinema"
        }
      },
      "spec": {
        "accessModes": [
          "ReadWriteMany"
        ],
        "capacity": {
          "storage": "2Ti"
        },
        "claimRef": {
          "namespace": "cinema",
          "name": "reel-store"
        },
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "",
        "nfs": {
          "server": "nas.example",
          "path": "/export"
        }
      }
    }
    "#);
}

#[test]
fn a_folder_of_the_node_must_be_there() {
    let volume = serde_json::to_value(of_folder().volume()).unwrap();
    assert_eq!(
        volume["spec"]["hostPath"],
        json!({"path": "/srv/reels", "type": "Directory"})
    );
}

/// A claim as the server has it, with these changes of its `spec`.
fn claim(spec: &Value) -> LiveClaim {
    let mut object = json!({
        "metadata": {"name": "reel-store", "uid": "5e2a", "labels": of_class().labels()},
        "spec": {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2048Gi"}}},
        "status": {"phase": "Bound"},
    });
    for (field, value) in spec.as_object().unwrap() {
        object["spec"][field] = value.clone();
    }
    let object: PersistentVolumeClaim = serde_json::from_value(object).unwrap();
    LiveClaim::read(object, &of_class().labels())
}

fn static_claim() -> LiveClaim {
    claim(
        &json!({"storageClassName": "", "accessModes": ["ReadWriteMany"], "volumeName": "cinema.reel-store"}),
    )
}

fn volume(source: &Value) -> LiveVolume {
    let mut object = json!({
        "metadata": {"name": "cinema.reel-store", "uid": "77aa"},
        "spec": {"claimRef": {"namespace": "cinema", "name": "reel-store", "uid": "0ld"}, "persistentVolumeReclaimPolicy": "Retain"},
        "status": {"phase": "Released"},
    });
    for (field, value) in source.as_object().unwrap() {
        object["spec"][field] = value.clone();
    }
    let object: PersistentVolume = serde_json::from_value(object).unwrap();
    LiveVolume::read(object, &of_class().labels())
}

fn nfs(server: &str, path: &str) -> LiveVolume {
    volume(&json!({"nfs": {"server": server, "path": path}}))
}

#[test]
fn objects_are_read_as_plain_data() {
    let claim = claim(&json!({"volumeName": "pvc-1"}));
    assert_eq!(
        (claim.ownership, claim.phase, claim.deleting),
        (Ownership::Ours, Phase::Bound, false)
    );
    assert_eq!(claim.volume.as_deref(), Some("pvc-1"));
    let volume = volume(&json!({"hostPath": {"path": "/srv/reels"}}));
    assert_eq!(
        (volume.ownership, volume.phase),
        (Ownership::Foreign, Phase::Released)
    );
    assert_eq!(
        volume.source,
        Source::HostPath {
            path: "/srv/reels".to_owned()
        }
    );
    let reserved = ReservedFor {
        namespace: "cinema".to_owned(),
        name: "reel-store".to_owned(),
        uid: Some("0ld".to_owned()),
    };
    assert_eq!(volume.claim, Some(reserved));
    let bare = LiveClaim::read(PersistentVolumeClaim::default(), &of_class().labels());
    assert_eq!((bare.phase, bare.size, bare.class), (Phase::Unknown, None, None));
}

#[track_caller]
fn check(wanted: &Wanted, claim: &LiveClaim, volume: Option<&LiveVolume>, expect: Option<&Difference>) {
    assert_eq!(wanted.difference(claim, volume).as_ref(), expect);
}

fn option(option: &'static str, live: &str, wanted: &str) -> Difference {
    Difference::Option {
        option,
        live: live.to_owned(),
        wanted: wanted.to_owned(),
    }
}

#[test]
fn the_same_in_other_words_is_no_difference() {
    check(&of_class(), &claim(&json!({})), None, None);
    check(
        &of_nfs(),
        &static_claim(),
        Some(&nfs("nas.example", "/export")),
        None,
    );
    check(
        &of_folder(),
        &static_claim(),
        Some(&volume(&json!({"hostPath": {"path": "/srv/reels"}}))),
        None,
    );
    // The server has not filled in the default class yet.
    check(
        &of_class(),
        &claim(&json!({"storageClassName": null})),
        None,
        None,
    );
    // A static claim whose volume cannot be read may be of either backend.
    check(&of_nfs(), &static_claim(), None, None);
}

#[test]
fn what_cannot_be_changed_is_named() {
    let backend = |live, wanted| Difference::Backend { live, wanted };
    check(
        &of_nfs(),
        &claim(&json!({})),
        None,
        Some(&backend(BackendKind::StorageClass, BackendKind::NativeNfs)),
    );
    check(
        &of_folder(),
        &static_claim(),
        Some(&nfs("nas.example", "/export")),
        Some(&backend(BackendKind::NativeNfs, BackendKind::HostPath)),
    );
    let size = |text: &str| text.parse().unwrap();
    let of_size = |text: &str| claim(&json!({"resources": {"requests": {"storage": text}}}));
    let larger = Difference::Larger {
        live: size("1Ti"),
        wanted: size("2Ti"),
    };
    check(&of_class(), &of_size("1Ti"), None, Some(&larger));
    let smaller = Difference::Smaller {
        live: size("3Ti"),
        wanted: size("2Ti"),
    };
    check(&of_class(), &of_size("3Ti"), None, Some(&smaller));
    check(
        &of_class(),
        &claim(&json!({"storageClassName": "slow"})),
        None,
        Some(&option("storage-class", "slow", "fast")),
    );
    check(
        &of_class(),
        &claim(&json!({"accessModes": ["ReadWriteMany"]})),
        None,
        Some(&option("access-mode", "ReadWriteMany", "ReadWriteOnce")),
    );
    check(
        &of_nfs(),
        &static_claim(),
        Some(&nfs("old.example", "/export")),
        Some(&option("nfs-server", "old.example", "nas.example")),
    );
    check(
        &of_nfs(),
        &static_claim(),
        Some(&nfs("nas.example", "/old")),
        Some(&option("nfs-path", "/old", "/export")),
    );
}
