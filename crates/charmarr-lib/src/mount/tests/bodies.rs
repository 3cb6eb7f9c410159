//! The bodies that are sent, in JSON: exactly our fields.

use insta::assert_json_snapshot;

use super::reels;
use crate::mount::MountPoint;
use crate::mount::fields::{MountFields, removal};

#[test]
fn a_mount_is_one_volume_and_one_mount() {
    assert_json_snapshot!(MountFields::mounted("booth", "8c1f", "jukebox", &reels()), @r#"
    {
      "apiVersion": "apps/v1",
      "kind": "StatefulSet",
      "metadata": {
        "name": "booth",
        "uid": "8c1f"
      },
      "spec": {
        "template": {
          "spec": {
            "containers": [
              {
                "name": "jukebox",
                "volumeMounts": [
                  {
                    "name": "charmarr-shared-data",
                    "mountPath": "/reels"
                  }
                ]
              }
            ],
            "volumes": [
              {
                "name": "charmarr-shared-data",
                "persistentVolumeClaim": {
                  "claimName": "reel-store"
                }
              }
            ]
          }
        }
      }
    }
    "#);
}

#[test]
fn an_unmount_gives_up_everything() {
    assert_json_snapshot!(MountFields::nothing("booth", "8c1f"), @r#"
    {
      "apiVersion": "apps/v1",
      "kind": "StatefulSet",
      "metadata": {
        "name": "booth",
        "uid": "8c1f"
      }
    }
    "#);
}

#[test]
fn what_others_own_too_is_removed_by_name() {
    let point = |container: &str, path: &str| MountPoint {
        container: container.to_owned(),
        path: path.to_owned(),
        plain: true,
        ours: false,
    };
    let points = [
        point("jukebox", "/reels"),
        point("charm", "/x"),
        point("jukebox", "/old"),
    ];
    assert_json_snapshot!(removal(&points), @r#"
    {
      "spec": {
        "template": {
          "spec": {
            "containers": [
              {
                "name": "charm",
                "volumeMounts": [
                  {
                    "$patch": "delete",
                    "mountPath": "/x"
                  }
                ]
              },
              {
                "name": "jukebox",
                "volumeMounts": [
                  {
                    "$patch": "delete",
                    "mountPath": "/reels"
                  },
                  {
                    "$patch": "delete",
                    "mountPath": "/old"
                  }
                ]
              }
            ],
            "volumes": [
              {
                "$patch": "delete",
                "name": "charmarr-shared-data"
              }
            ]
          }
        }
      }
    }
    "#);
}
