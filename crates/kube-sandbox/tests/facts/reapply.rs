//! Juju writes its stateful set again while our mount is there.

use kube_sandbox::{Delete, Patch, Propagation};
use serde_json::json;

use crate::kit::*;

fn mounted_kit() -> Kit {
    let kit = Kit::new();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    kit
}

#[test]
fn a_strategic_patch_of_the_whole_template_leaves_ours() {
    let kit = mounted_kit();
    let mut template = stateful_set()["spec"]["template"].clone();
    template["spec"]["initContainers"][0]["args"] = json!(["init", "--charm-modified-version", "2"]);
    kit.patch(
        "juju",
        Patch::Strategic(json!({ "spec": { "template": template } })),
    )
    .unwrap();
    assert_eq!(kit.added(), json!([[volume("media")], [mounted("/data")]]));
    let before = kit.set();
    assert_eq!(
        kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap(),
        before
    );
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[], []]));
}

#[test]
fn an_equal_value_confers_no_ownership() {
    let kit = mounted_kit();
    let live = kit.set();
    kit.patch(
        "juju",
        Patch::Strategic(json!({ "spec": { "template": live["spec"]["template"] } })),
    )
    .unwrap();
    let ordered = json!({ "spec": { "template": { "spec": {
        "volumes": [{ "name": "charm-data", "emptyDir": {} }], "$setElementOrder/volumes": [{ "name": "charm-data" }] } } } });
    kit.patch("juju", Patch::Strategic(ordered)).unwrap();
    assert_eq!(kit.set(), live);
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[], []]));
}

#[test]
fn the_mount_protects_the_volume() {
    let kit = mounted_kit();
    let own = json!({ "name": "charm-data", "emptyDir": {} });
    let volumes = |volumes| json!({ "spec": { "template": { "spec": { "volumes": volumes } } } });
    for patch in [
        Patch::Strategic(volumes(json!([own, { "$patch": "replace" }]))),
        Patch::Merge(volumes(json!([own]))),
    ] {
        let (code, text) = told(&kit.patch("juju", patch));
        assert_eq!(code, 422);
        assert!(
            text.ends_with(".volumeMounts[1].name: Not found: \"charmarr-shared-data\""),
            "{text}"
        );
    }
}

#[test]
fn a_replacement_by_juju_takes_ours_away() {
    let kit = mounted_kit();
    kit.as_manager("juju").update(&stateful_set()).unwrap();
    assert_eq!(kit.added(), json!([[], []]));
    // what is left are the name and the item of a container that Juju wrote too
    let ours = kit.set()["metadata"]["managedFields"][0]["fieldsV1"].to_string();
    assert!(
        !ours.contains("charmarr-shared-data") && !ours.contains("/data"),
        "{ours}"
    );
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("media")], [mounted("/data")]]));
}

/// A change of storage constraints: deleted with orphans, made again from the live template.
fn remade_kit() -> Kit {
    let kit = mounted_kit();
    let juju = kit.as_manager("juju");
    let live = kit.set();
    let orphan = Delete {
        propagation: Propagation::Orphan,
        ..Delete::default()
    };
    juju.delete("StatefulSet", Some(MODEL), "radarr", &orphan)
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    let mut again = stateful_set();
    again["spec"]["template"] = live["spec"]["template"].clone();
    juju.create(&again).unwrap();
    kit
}

#[test]
fn juju_owns_ours_when_it_made_the_set_again() {
    let kit = remade_kit();
    let before = kit.set();
    let after = kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    assert_eq!(after["spec"], before["spec"]);
    assert_eq!(after["metadata"]["generation"], 1);
    let (code, text) = told(&kit.apply("charmarr", &mount("other", "/data"), PLAIN));
    assert_eq!(code, 409);
    assert_eq!(
        text,
        "Apply failed with 1 conflict: conflict with \"juju\" using apps/v1: .spec.template.spec.volumes[name=\"charmarr-shared-data\"].persistentVolumeClaim.claimName"
    );
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("media")], [mounted("/data")]]));
}

#[test]
fn a_field_that_juju_takes_conflicts_afterwards() {
    let kit = Kit::new();
    let mut body = unmount();
    body["spec"] = json!({ "template": { "spec": { "securityContext": { "fsGroup": 1000 } } } });
    kit.apply("charmarr", &body, PLAIN).unwrap();
    let juju = json!({ "spec": { "template": { "spec": { "securityContext": { "fsGroup": 170 } } } } });
    kit.patch("juju", Patch::Strategic(juju)).unwrap();
    let (code, text) = told(&kit.apply("charmarr", &body, PLAIN));
    assert_eq!(code, 409);
    assert!(
        text.ends_with("conflict with \"juju\" using apps/v1: .spec.template.spec.securityContext.fsGroup"),
        "{text}"
    );
}
