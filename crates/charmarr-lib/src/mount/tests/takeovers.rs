//! What is taken from other owners: our keys, and nothing else.

use serde_json::{Value, json};

use super::{claim_volume, mount_at, owner, stateful_set};
use crate::mount::ownership::takeover;

fn taken(managers: Value) -> Value {
    let object = stateful_set(
        json!([claim_volume("reel-store")]),
        json!([mount_at("/reels")]),
        managers,
    );
    let patch = takeover(&object);
    assert_eq!(
        patch[0],
        json!({"op": "replace", "path": "/metadata/resourceVersion", "value": "77"})
    );
    assert_eq!(
        (&patch[1]["op"], &patch[1]["path"]),
        (&json!("replace"), &json!("/metadata/managedFields"))
    );
    patch[1]["value"].clone()
}

#[test]
fn our_own_entry_stays_as_it_is() {
    let ours = owner("charmarr", "Apply", &["/reels"]);
    assert_eq!(taken(json!([ours])), json!([ours]));
}

#[test]
fn an_owner_of_the_mount_alone_keeps_its_container() {
    let left = taken(json!([owner("python", "Update", &["/reels"])]));
    insta::assert_json_snapshot!(left[0]["fieldsV1"], @r#"
    {
      "f:spec": {
        "f:template": {
          "f:spec": {
            "f:containers": {
              "k:{\"name\":\"jukebox\"}": {
                ".": {},
                "f:name": {}
              }
            }
          }
        }
      }
    }
    "#);
}

#[test]
fn an_owner_of_nothing_else_goes() {
    let only_ours = json!({"manager": "python", "operation": "Update", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {
        "f:volumes": {r#"k:{ "name": "charmarr-shared-data" }"#: {"f:name": {}}}}}}}});
    assert_eq!(taken(json!([only_ours])), json!([]));
}

#[test]
fn other_keys_stay() {
    let juju = json!({"manager": "juju", "operation": "Update", "time": "2026-01-02T03:04:05Z", "fieldsV1": {"f:spec": {
        "f:replicas": {},
        "f:template": {"f:spec": {
            "f:containers": {
                r#"k:{"name":"jukebox"}"#: {"f:image": {}, "f:volumeMounts": {
                    ".": {},
                    r#"k:{"mountPath":"/charm/container"}"#: {".": {}, "f:name": {}},
                    r#"k:{"mountPath":"/reels"}"#: {".": {}, "f:name": {}}}},
                r#"k:{"name":"charm"}"#: {".": {}}},
            "f:volumes": {".": {}, r#"k:{"name":"charm-data"}"#: {}, r#"k:{"name":"charmarr-shared-data"}"#: {".": {}}}}}}}});
    let mut expect = juju.clone();
    let pod = &mut expect["fieldsV1"]["f:spec"]["f:template"]["f:spec"];
    pod["f:containers"][r#"k:{"name":"jukebox"}"#]["f:volumeMounts"]
        .as_object_mut()
        .unwrap()
        .remove(r#"k:{"mountPath":"/reels"}"#);
    pod["f:volumes"]
        .as_object_mut()
        .unwrap()
        .remove(r#"k:{"name":"charmarr-shared-data"}"#);
    assert_eq!(taken(json!([juju])), json!([expect]));
}

#[test]
fn a_list_owned_as_a_whole_stays_owned() {
    let whole = json!({"manager": "odd", "operation": "Update", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {
        "f:volumes": {}, "f:containers": 7}}}}});
    assert_eq!(taken(json!([whole, {}])), json!([whole, {}]));
}
