//! Persistent volumes: who takes them, who gets them back, and what may change.

use kube_sandbox::{Client, Delete, Patch};
use serde_json::{Value, json};

use crate::kit::*;

fn volume(claim_ref: Value) -> Value {
    let mut volume = json!({ "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": "media" }, "spec": {
        "capacity": { "storage": "5Gi" }, "accessModes": ["ReadWriteMany"], "storageClassName": "static",
        "nfs": { "server": "10.0.0.5", "path": "/export" } } });
    if !claim_ref.is_null() {
        volume["spec"]["claimRef"] = claim_ref;
    }
    volume
}

fn claim(namespace: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "x", "namespace": namespace }, "spec": {
        "accessModes": ["ReadWriteMany"], "storageClassName": "static", "resources": { "requests": { "storage": "1Gi" } } } })
}

fn reserved(namespace: &str) -> Value {
    json!({ "namespace": namespace, "name": "x" })
}

/// A kit with a second namespace.
fn two_models() -> (Kit, Client) {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    client
        .create(&json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "m2" } }))
        .unwrap();
    (kit, client)
}

fn phases(client: &Client) -> [String; 3] {
    let phase = |object: Result<Value, _>| {
        object
            .map(|object: Value| object["status"]["phase"].as_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    [
        phase(client.get("PersistentVolume", None, "media")),
        phase(client.get("PersistentVolumeClaim", Some(MODEL), "x")),
        phase(client.get("PersistentVolumeClaim", Some("m2"), "x")),
    ]
}

/// A volume that its claim left.
fn released() -> (Kit, Client) {
    let (kit, client) = two_models();
    client.create(&volume(reserved(MODEL))).unwrap();
    client.create(&claim(MODEL)).unwrap();
    kit.sandbox.run_controllers().unwrap();
    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Released", "", ""]);
    (kit, client)
}

#[test]
fn a_reserved_volume_waits_for_its_claim() {
    let (kit, client) = two_models();
    client.create(&volume(reserved(MODEL))).unwrap();
    client.create(&claim("m2")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Available", "", "Pending"]);
    client.create(&claim(MODEL)).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Bound", "Bound", "Pending"]);
    let bound = client.get("PersistentVolumeClaim", Some(MODEL), "x").unwrap();
    assert_eq!(bound["status"]["capacity"]["storage"], "5Gi");
}

#[test]
fn a_free_volume_goes_to_whoever_comes_first() {
    let (kit, client) = two_models();
    client.create(&volume(Value::Null)).unwrap();
    client.create(&claim("m2")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Bound", "", "Bound"]);
}

#[test]
fn a_released_volume_stays_so_for_a_new_claim_of_the_name() {
    let (kit, client) = released();
    client.create(&claim(MODEL)).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Released", "Pending", ""]);
}

#[test]
fn removing_the_reference_gives_it_to_another_model_and_removing_its_uid_does_not() {
    let (kit, client) = released();
    client.create(&claim("m2")).unwrap();
    let patch = Patch::Json(json!([{ "op": "remove", "path": "/spec/claimRef" }]));
    client.patch("PersistentVolume", None, "media", &patch).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Bound", "", "Bound"]);

    let (kit, client) = released();
    client.create(&claim("m2")).unwrap();
    let uid = client.get("PersistentVolume", None, "media").unwrap()["spec"]["claimRef"]["uid"].clone();
    let patch = Patch::Json(
        json!([{ "op": "test", "path": "/spec/claimRef/uid", "value": uid }, { "op": "remove", "path": "/spec/claimRef/uid" }]),
    );
    client.patch("PersistentVolume", None, "media", &patch).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Available", "", "Pending"]);
    client.create(&claim(MODEL)).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Bound", "Bound", "Pending"]);
}

#[test]
fn an_apply_without_the_reference_leaves_a_broken_one() {
    let (kit, client) = two_models();
    kit.apply("charmarr-m1", &volume(reserved(MODEL)), PLAIN).unwrap();
    client.create(&claim(MODEL)).unwrap();
    kit.sandbox.run_controllers().unwrap();
    let bound = client.get("PersistentVolume", None, "media").unwrap();
    assert_eq!(
        kit.apply("charmarr-m1", &volume(reserved(MODEL)), PLAIN).unwrap(),
        bound
    );

    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    let after = kit.apply("charmarr-m1", &volume(Value::Null), PLAIN).unwrap();
    assert_eq!(
        (
            after["spec"]["claimRef"].get("namespace"),
            after["spec"]["claimRef"].get("name")
        ),
        (None, None)
    );
    assert_eq!(after["spec"]["claimRef"]["uid"], bound["spec"]["claimRef"]["uid"]);
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Released", "", ""]);
}

#[test]
fn two_models_and_one_volume() {
    let (kit, client) = two_models();
    kit.apply("charmarr", &volume(reserved(MODEL)), PLAIN).unwrap();
    let rewritten = kit.apply("charmarr", &volume(reserved("m2")), PLAIN).unwrap();
    assert_eq!(rewritten["spec"]["claimRef"]["namespace"], "m2");

    client.create(&claim("m2")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    kit.apply("charmarr", &volume(reserved(MODEL)), FORCED).unwrap();
    kit.sandbox.run_controllers().unwrap();
    let back = client.get("PersistentVolume", None, "media").unwrap();
    assert_eq!(back["spec"]["claimRef"]["namespace"], "m2");

    let (kit, _) = two_models();
    kit.apply("charmarr-m1", &volume(reserved(MODEL)), PLAIN).unwrap();
    let conflict = "Apply failed with 1 conflict: conflict with \"charmarr-m1\": .spec.claimRef.namespace";
    assert_eq!(
        told(&kit.apply("charmarr-m2", &volume(reserved("m2")), PLAIN)),
        (409, conflict.to_owned())
    );
}

#[test]
fn the_source_stays_and_the_rest_may_change() {
    let (_kit, client) = two_models();
    client.create(&volume(Value::Null)).unwrap();
    let patch = |fields: Value| {
        told(&client.patch(
            "PersistentVolume",
            None,
            "media",
            &Patch::Merge(json!({ "spec": fields })),
        ))
    };
    let (code, text) = patch(json!({ "nfs": { "server": "10.0.0.6" } }));
    assert_eq!(
        (code, text.lines().next().unwrap()),
        (
            422,
            "PersistentVolume \"media\" is invalid: spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"
        )
    );
    assert!(text.contains("-  \"Server\": \"10.0.0.5\","), "{text}");
    for fields in [
        json!({ "mountOptions": ["hard"] }),
        json!({ "capacity": { "storage": "6Gi" } }),
        json!({ "storageClassName": "other" }),
        json!({ "persistentVolumeReclaimPolicy": "Retain" }),
        json!({ "accessModes": ["ReadWriteOnce"] }),
        json!({ "nodeAffinity": { "required": { "nodeSelectorTerms": [] } } }),
    ] {
        assert_eq!(patch(fields.clone()).0, 200, "{fields}");
    }
    let (code, text) = patch(json!({ "nodeAffinity": { "required": { "nodeSelectorTerms": [{}] } } }));
    assert_eq!(code, 422);
    assert!(
        text.ends_with("field is immutable, except for updating from beta label to GA"),
        "{text}"
    );
    assert_eq!(
        told(&client.create(&volume(Value::Null))),
        (409, "persistentvolumes \"media\" already exists".to_owned())
    );
}

#[test]
fn sources_that_are_refused_or_not() {
    let check = |source: Value, expect: (u16, &str)| {
        let kit = Kit::empty();
        let mut volume = volume(Value::Null);
        volume["spec"].as_object_mut().unwrap().remove("nfs");
        volume["spec"]
            .as_object_mut()
            .unwrap()
            .extend(source.as_object().unwrap().clone());
        let (code, text) = told(&kit.as_manager("facts").create(&volume));
        let text = text
            .strip_prefix("PersistentVolume \"media\" is invalid: ")
            .unwrap_or(&text);
        assert_eq!((code, text), expect);
    };
    check(
        json!({ "nfs": { "server": "", "path": "/x" } }),
        (422, "spec.nfs.server: Required value"),
    );
    check(
        json!({ "nfs": { "server": "s", "path": "x" } }),
        (
            422,
            "spec.nfs.path: Invalid value: \"x\": must be an absolute path",
        ),
    );
    check(
        json!({ "nfs": { "server": "bad host;rm", "path": "/a b" } }),
        (200, ""),
    );
    check(
        json!({ "hostPath": { "path": "/a/../b" } }),
        (
            422,
            "spec.hostPath.path: Invalid value: \"/a/../b\": must not contain '..'",
        ),
    );
    check(json!({ "hostPath": { "path": "srv/media" } }), (200, ""));
    check(
        json!({ "hostPath": { "path": "/srv", "type": "Bogus" } }),
        (
            422,
            "spec.hostPath.type: Unsupported value: \"Bogus\": supported values: \"\", \"BlockDevice\", \"CharDevice\", \"Directory\", \"DirectoryOrCreate\", \"File\", \"FileOrCreate\", \"Socket\"",
        ),
    );
}

#[test]
fn the_provisioner_owns_the_reclaim_policy() {
    let (kit, client) = two_models();
    let mut dynamic = claim(MODEL);
    dynamic["spec"]["storageClassName"] = json!("local-path");
    client.create(&dynamic).unwrap();
    kit.sandbox.run_controllers().unwrap();
    let name = client.list("PersistentVolume", None, "").unwrap()[0]["metadata"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let retain = json!({ "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": name }, "spec": { "persistentVolumeReclaimPolicy": "Retain" } });
    let (code, text) = told(&kit.apply("charmarr", &retain, PLAIN));
    assert_eq!(code, 409);
    assert!(
        text.ends_with("using v1: .spec.persistentVolumeReclaimPolicy"),
        "{text}"
    );
    let patch = Patch::Merge(json!({ "spec": { "persistentVolumeReclaimPolicy": "Retain" } }));
    let volume = client.patch("PersistentVolume", None, &name, &patch).unwrap();
    let folder = kit.sandbox.volume_folder(&volume).unwrap();
    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(
        client.get("PersistentVolume", None, &name).unwrap()["status"]["phase"],
        "Released"
    );
    assert!(folder.exists());
    // once it may be deleted, it is
    let delete = Patch::Merge(json!({ "spec": { "persistentVolumeReclaimPolicy": "Delete" } }));
    client.patch("PersistentVolume", None, &name, &delete).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(
        (
            told(&client.get("PersistentVolume", None, &name)).0,
            folder.exists()
        ),
        (404, false)
    );
}

/// As provisioners that honour the reclaim policy whatever is deleted first.
#[test]
fn a_dynamic_volume_that_is_deleted_before_its_claim_takes_its_folder_along() {
    let (kit, client) = two_models();
    let mut dynamic = claim(MODEL);
    dynamic["spec"]["storageClassName"] = json!("local-path");
    client.create(&dynamic).unwrap();
    kit.sandbox.run_controllers().unwrap();
    let volume = client.list("PersistentVolume", None, "").unwrap().remove(0);
    let name = volume["metadata"]["name"].as_str().unwrap().to_owned();
    let folder = kit.sandbox.volume_folder(&volume).unwrap();
    client
        .delete("PersistentVolume", None, &name, &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert!(folder.exists(), "the claim is there");
    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(
        (
            told(&client.get("PersistentVolume", None, &name)).0,
            folder.exists()
        ),
        (404, false)
    );
}

#[test]
fn a_set_makes_no_more_pods_than_a_node_takes() {
    let kit = Kit::new();
    kit.patch(
        "facts",
        Patch::Merge(json!({ "spec": { "replicas": 1_000_000 } })),
    )
    .unwrap();
    kit.sandbox.run_controllers().unwrap();
    let pods = kit.as_manager("facts").list("Pod", Some(MODEL), "").unwrap();
    assert_eq!(pods.len(), 110);
}

#[test]
fn a_static_volume_is_never_deleted_with_its_data() {
    let (kit, client) = two_models();
    let mut static_volume = volume(Value::Null);
    static_volume["spec"]["persistentVolumeReclaimPolicy"] = json!("Delete");
    client.create(&static_volume).unwrap();
    client.create(&claim(MODEL)).unwrap();
    kit.sandbox.run_controllers().unwrap();
    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    let failed = client.get("PersistentVolume", None, "media").unwrap();
    assert_eq!(
        (&failed["status"]["phase"], &failed["status"]["message"]),
        (
            &json!("Failed"),
            &json!(
                "error getting deleter volume plugin for volume \"media\": no deletable volume plugin matched"
            )
        )
    );
}

#[test]
fn a_bound_volume_goes_with_its_claim() {
    let (kit, client) = two_models();
    client.create(&volume(Value::Null)).unwrap();
    client.create(&claim(MODEL)).unwrap();
    kit.sandbox.run_controllers().unwrap();
    client
        .delete("PersistentVolume", None, "media", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Bound", "Bound", ""]);
    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["", "", ""]);
}

#[test]
fn a_model_takes_its_claims_along_and_leaves_the_volume() {
    let (kit, client) = two_models();
    client.create(&volume(Value::Null)).unwrap();
    client.create(&claim("m2")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    client
        .delete("Namespace", None, "m2", &Delete::default())
        .unwrap();
    let refused = client
        .create(
            &claim("m2")
                .as_object()
                .map(|claim| {
                    let mut claim = json!(claim);
                    claim["metadata"]["name"] = json!("y");
                    claim
                })
                .unwrap(),
        )
        .unwrap_err();
    assert_eq!(
        refused.message,
        "persistentvolumeclaims \"y\" is forbidden: unable to create new content in namespace m2 because it is being terminated"
    );
    assert_eq!(
        refused.details.unwrap()["causes"][0]["reason"],
        "NamespaceTerminating"
    );
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(phases(&client), ["Released", "", ""]);
    assert_eq!(
        told(&client.get("Namespace", None, "m2")).1,
        "namespaces \"m2\" not found"
    );
    assert_eq!(
        told(&kit.apply("charmarr", &claim("m2"), PLAIN)),
        (404, "namespaces \"m2\" not found".to_owned())
    );
}
