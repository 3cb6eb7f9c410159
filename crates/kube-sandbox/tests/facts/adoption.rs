//! Two managers own the same mount: a Python charm's strategic merge patch came first.

use kube_sandbox::Patch;
use serde_json::{Value, json};

use crate::kit::*;

fn python_patch(claim: &str, mount: Value) -> Patch {
    Patch::Strategic(json!({ "spec": { "template": { "spec": {
        "volumes": [volume(claim)], "containers": [{ "name": "radarr", "volumeMounts": [mount] }] } } } }))
}

fn python_kit() -> Kit {
    let kit = Kit::new();
    kit.patch("python", python_patch("media", mounted("/data")))
        .unwrap();
    kit
}

const CLAIM_OF_PYTHON: &str = "Apply failed with 1 conflict: conflict with \"python\" using apps/v1: .spec.template.spec.volumes[name=\"charmarr-shared-data\"].persistentVolumeClaim.claimName";

#[test]
fn a_patch_puts_new_entries_first() {
    let kit = python_kit();
    assert_eq!(
        kit.set().pointer("/spec/template/spec/volumes/0"),
        Some(&volume("media"))
    );
}

#[test]
fn adoption_is_free_and_unmount_removes_nothing() {
    let kit = python_kit();
    let before = kit.set();
    let adopted = kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    assert_eq!(
        (&adopted["spec"], &adopted["metadata"]["generation"]),
        (&before["spec"], &before["metadata"]["generation"])
    );
    assert_eq!(kit.owners(), ["charmarr Apply", "juju Update", "python Update"]);
    let after = kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(after["spec"], before["spec"]);
    assert_eq!(after["metadata"]["generation"], before["metadata"]["generation"]);
}

#[test]
fn another_claim_conflicts_and_another_path_adds_one() {
    let kit = python_kit();
    assert_eq!(
        told(&kit.apply("charmarr", &mount("other", "/data"), PLAIN)),
        (409, CLAIM_OF_PYTHON.to_owned())
    );
    kit.apply("charmarr", &mount("media", "/media"), PLAIN).unwrap();
    assert_eq!(
        kit.added(),
        json!([[volume("media")], [mounted("/data"), mounted("/media")]])
    );
}

#[test]
fn a_forced_claim_becomes_an_empty_dir_on_unmount() {
    let kit = python_kit();
    kit.apply("charmarr", &mount("other", "/data"), FORCED).unwrap();
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(
        kit.added(),
        json!([[{ "name": "charmarr-shared-data", "emptyDir": {} }], [mounted("/data")]])
    );
}

#[test]
fn a_forced_mount_keeps_the_sub_path_and_cannot_be_withdrawn() {
    let kit = Kit::new();
    let theirs = Patch::Strategic(json!({ "spec": { "template": { "spec": {
        "volumes": [{ "name": "old", "persistentVolumeClaim": { "claimName": "media" } }],
        "containers": [{ "name": "radarr", "volumeMounts": [{ "name": "old", "mountPath": "/data", "subPath": "x" }] }] } } } }));
    kit.patch("python", theirs).unwrap();
    let path = ".spec.template.spec.containers[name=\"radarr\"].volumeMounts[mountPath=\"/data\"].name";
    let conflict = format!("Apply failed with 1 conflict: conflict with \"python\" using apps/v1: {path}");
    assert_eq!(
        told(&kit.apply("charmarr", &mount("media", "/data"), PLAIN)),
        (409, conflict)
    );

    let forced = kit.apply("charmarr", &mount("media", "/data"), FORCED).unwrap();
    let mount_now = json!({ "name": "charmarr-shared-data", "mountPath": "/data", "subPath": "x" });
    assert_eq!(
        forced.pointer("/spec/template/spec/containers/1/volumeMounts/0"),
        Some(&mount_now)
    );
    insta::assert_snapshot!(told(&kit.apply("charmarr", &unmount(), PLAIN)).1, @r#"StatefulSet.apps "radarr" is invalid: [spec.template.spec.containers[1].volumeMounts[0].name: Required value, spec.template.spec.containers[1].volumeMounts[0].name: Not found: ""]"#);
}

#[test]
fn one_name_for_two_patch_kinds_is_two_owners() {
    let kit = Kit::new();
    kit.patch("charmarr", python_patch("media", mounted("/data")))
        .unwrap();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    assert_eq!(kit.owners(), ["charmarr Apply", "juju Update", "charmarr Update"]);
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("media")], [mounted("/data")]]));
}

#[test]
fn wiped_managed_fields_make_everything_foreign() {
    let kit = Kit::new();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    kit.patch(
        "wiper",
        Patch::Json(json!([{ "op": "replace", "path": "/metadata/managedFields", "value": [{}] }])),
    )
    .unwrap();
    assert_eq!(kit.owners(), Vec::<String>::new());
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    assert_eq!(kit.owners(), ["charmarr Apply", "before-first-apply Update"]);
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("media")], [mounted("/data")]]));
}

#[test]
fn two_appliers_share_until_the_last_withdraws() {
    let kit = Kit::new();
    for manager in ["one", "two"] {
        kit.apply(manager, &mount("media", "/data"), PLAIN).unwrap();
    }
    let (code, text) = told(&kit.apply("two", &mount("other", "/data"), PLAIN));
    assert_eq!(code, 409);
    assert!(
        text.starts_with("Apply failed with 1 conflict: conflict with \"one\": .spec"),
        "{text}"
    );
    kit.apply("one", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("media")], [mounted("/data")]]));
    kit.apply("two", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[], []]));
}

#[test]
fn a_person_who_changed_our_claim_is_named_and_does_not_keep_it() {
    let kit = Kit::new();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    let patch = json!({ "spec": { "template": { "spec": { "volumes": [volume("theirs")] } } } });
    kit.patch("person", Patch::Strategic(patch)).unwrap();
    let (code, text) = told(&kit.apply("charmarr", &mount("media", "/data"), PLAIN));
    assert_eq!(code, 409);
    assert!(text.contains("conflict with \"person\" using apps/v1"), "{text}");
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[], []]));
}

#[test]
fn takeover_by_a_tested_patch_of_managed_fields() {
    let kit = python_kit();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    let set = kit.set();
    let entries = set["metadata"]["managedFields"].as_array().unwrap();
    let kept: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["manager"] != "python")
        .collect();
    let takeover = |version: &Value| {
        Patch::Json(json!([
            { "op": "test", "path": "/metadata/resourceVersion", "value": version },
            { "op": "replace", "path": "/metadata/managedFields", "value": kept },
        ]))
    };
    let refused = kit.patch("charmarr", takeover(&json!("1")));
    assert_eq!(
        told(&refused),
        (
            422,
            "the server rejected our request due to an error in our request".to_owned()
        )
    );
    let taken = kit
        .patch("charmarr", takeover(&set["metadata"]["resourceVersion"]))
        .unwrap();
    assert_eq!(taken["metadata"]["generation"], set["metadata"]["generation"]);
    assert_eq!(kit.owners(), ["charmarr Apply", "juju Update"]);
    kit.apply("charmarr", &mount("other", "/media"), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("other")], [mounted("/media")]]));
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[], []]));
}

#[test]
fn removal_at_once_by_directives() {
    let kit = python_kit();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    let removal = || {
        Patch::Strategic(json!({ "spec": { "template": { "spec": {
        "volumes": [{ "name": "charmarr-shared-data", "$patch": "delete" }],
        "containers": [{ "name": "radarr", "volumeMounts": [{ "mountPath": "/data", "$patch": "delete" }] }] } } } }))
    };
    kit.patch("charmarr", removal()).unwrap();
    assert_eq!(kit.added(), json!([[], []]));
    let before = kit.set();
    assert_eq!(kit.patch("charmarr", removal()).unwrap(), before);
    assert_eq!(
        kit.apply("charmarr", &unmount(), PLAIN).unwrap()["spec"],
        before["spec"]
    );

    let absent = Patch::Strategic(
        json!({ "spec": { "template": { "spec": { "containers": [{ "name": "nosuch" }] } } } }),
    );
    let (code, text) = told(&kit.patch("charmarr", absent));
    assert_eq!(code, 422);
    assert!(
        text.contains("spec.template.spec.containers[0].image: Required value"),
        "{text}"
    );
}
