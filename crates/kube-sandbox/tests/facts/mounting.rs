//! The plain life of a mount by server-side apply.

use serde_json::{Value, json};

use crate::kit::*;

#[test]
fn the_minimal_body_mounts_and_comes_last() {
    let kit = Kit::new();
    let mounted_set = kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    assert_eq!(mounted_set["metadata"]["generation"], 2);
    assert_eq!(
        mounted_set.pointer("/spec/template/spec/volumes/1"),
        Some(&volume("media"))
    );
    assert_eq!(
        mounted_set.pointer("/spec/template/spec/containers/1/volumeMounts/1"),
        Some(&mounted("/data"))
    );
    assert_eq!(kit.owners(), ["charmarr Apply", "juju Update"]);
}

#[test]
fn the_same_apply_again_changes_nothing() {
    let kit = Kit::new();
    let first = kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    for _ in 0..3 {
        assert_eq!(
            kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap(),
            first
        );
    }
    assert_eq!(kit.set(), first);
}

#[test]
fn a_default_that_is_written_out_changes_nothing_that_runs() {
    let kit = Kit::new();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    let mut explicit = mount("media", "/data");
    explicit["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][0]["readOnly"] = json!(false);
    let first = kit.apply("charmarr", &explicit, PLAIN).unwrap();
    assert_eq!(first["metadata"]["generation"], 2);
    assert_eq!(kit.apply("charmarr", &explicit, PLAIN).unwrap(), first);
}

/// Every form that withdraws the mount leaves `spec` as it was before.
#[test]
fn what_is_applied_no_more_goes() {
    let spec = |spec: Value| {
        let mut body = unmount();
        body["spec"] = spec;
        body
    };
    let without_mount = body(json!([]), json!([]));
    for withdrawal in [
        unmount(),
        spec(Value::Null),
        spec(json!({ "template": null })),
        without_mount,
        spec(json!({ "template": { "spec": {} } })),
    ] {
        let kit = Kit::new();
        let before = kit.set();
        kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
        let after = kit.apply("charmarr", &withdrawal, PLAIN).unwrap();
        assert_eq!(after["spec"], before["spec"], "{withdrawal}");
        assert!(
            !kit.owners().contains(&"charmarr Apply".to_owned())
                || withdrawal["spec"].is_null()
                || withdrawal["spec"]["template"].is_null()
                || withdrawal["spec"]["template"]["spec"].is_object(),
            "{:?}",
            kit.owners()
        );
    }
}

#[test]
fn the_mount_alone_goes_and_the_volume_stays() {
    for containers in [json!([{ "name": "radarr" }]), Value::Null] {
        let kit = Kit::new();
        kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
        let mut only_volume = body(json!([volume("media")]), containers.clone());
        if containers.is_null() {
            only_volume["spec"]["template"]["spec"]
                .as_object_mut()
                .unwrap()
                .remove("containers");
        }
        kit.apply("charmarr", &only_volume, PLAIN).unwrap();
        assert_eq!(kit.added(), json!([[volume("media")], []]));
    }
}

#[test]
fn a_mount_needs_its_volume() {
    let kit = Kit::new();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    let only_mount = body(
        json!([]),
        json!([{ "name": "radarr", "volumeMounts": [mounted("/data")] }]),
    );
    insta::assert_debug_snapshot!(told(&kit.apply("charmarr", &only_mount, PLAIN)), @r#"
    (
        422,
        "StatefulSet.apps \"radarr\" is invalid: spec.template.spec.containers[1].volumeMounts[1].name: Not found: \"charmarr-shared-data\"",
    )
    "#);
}

#[test]
fn another_path_or_claim_is_one_change() {
    let kit = Kit::new();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    kit.apply("charmarr", &mount("media", "/media"), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("media")], [mounted("/media")]]));
    let set = kit.apply("charmarr", &mount("media2", "/media"), PLAIN).unwrap();
    assert_eq!(kit.added(), json!([[volume("media2")], [mounted("/media")]]));
    assert_eq!(set["metadata"]["generation"], 4);
}

#[test]
fn another_manager_name_is_another_owner() {
    let kit = Kit::new();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    kit.apply("renamed", &mount("media", "/media"), PLAIN).unwrap();
    assert_eq!(
        kit.added(),
        json!([[volume("media")], [mounted("/data"), mounted("/media")]])
    );
}

#[test]
fn a_label_of_the_object_is_no_change_of_generation() {
    let kit = Kit::new();
    let mut labelled = unmount();
    labelled["metadata"]["labels"] = json!({ "charmarr.io/mounted": "yes" });
    let set = kit.apply("charmarr", &labelled, PLAIN).unwrap();
    assert_eq!(set["metadata"]["generation"], 1);
    assert_eq!(
        set["metadata"]["labels"],
        json!({ "app.kubernetes.io/managed-by": "juju", "charmarr.io/mounted": "yes" })
    );
    let back = kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    assert_eq!(
        back["metadata"]["labels"],
        json!({ "app.kubernetes.io/managed-by": "juju" })
    );
}

#[test]
fn a_typed_body_conflicts_with_juju() {
    let kit = Kit::new();
    let with = |path: &[&str], value: Value| {
        let mut body = mount("media", "/data");
        let at = path
            .iter()
            .fold(&mut body, |at, step| match step.parse::<usize>() {
                Ok(index) => &mut at[index],
                Err(_) => &mut at[*step],
            });
        *at = value;
        told(&kit.apply("charmarr", &body, PLAIN))
    };
    let container = |field| ["spec", "template", "spec", "containers", "0", field];
    let conflict = |path: &str| {
        (
            409,
            format!("Apply failed with 1 conflict: conflict with \"juju\" using apps/v1: {path}"),
        )
    };
    assert_eq!(with(&["spec", "selector"], json!({})), conflict(".spec.selector"));
    assert_eq!(
        with(&["spec", "serviceName"], json!("")),
        conflict(".spec.serviceName")
    );
    assert_eq!(with(&["spec", "replicas"], json!(1)), conflict(".spec.replicas"));
    let radarr = ".spec.template.spec.containers[name=\"radarr\"]";
    assert_eq!(
        with(&container("image"), Value::Null),
        conflict(&format!("{radarr}.image"))
    );
    assert_eq!(
        with(&container("command"), json!([])),
        conflict(&format!("{radarr}.command"))
    );
    assert_eq!(with(&["metadata", "creationTimestamp"], Value::Null).0, 200);
    assert_eq!(with(&["status"], json!({ "replicas": 9 })).0, 200);
    assert_eq!(with(&container("resources"), json!({})).0, 200);
    assert_eq!(kit.set()["status"]["replicas"], 0);
}

#[test]
fn several_conflicts_come_as_a_list() {
    let kit = Kit::new();
    let mut body = mount("media", "/data");
    body["spec"]["serviceName"] = json!("other");
    body["spec"]["replicas"] = json!(7);
    let error = kit.apply("charmarr", &body, PLAIN).unwrap_err();
    assert_eq!(
        error.message,
        "Apply failed with 2 conflicts: conflicts with \"juju\" using apps/v1:\n- .spec.replicas\n- .spec.serviceName"
    );
    let reasons: Vec<&Value> = error.details.as_ref().unwrap()["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| &cause["reason"])
        .collect();
    assert_eq!(reasons, ["FieldManagerConflict", "FieldManagerConflict"]);
}

#[test]
fn a_forced_typed_body_is_invalid() {
    let kit = Kit::new();
    let mut body = mount("media", "/data");
    body["spec"]["selector"] = json!({});
    insta::assert_snapshot!(told(&kit.apply("charmarr", &body, FORCED)).1, @r#"StatefulSet.apps "radarr" is invalid: [spec.selector: Invalid value: {}: empty selector is invalid for statefulset, spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden]"#);
}

#[test]
fn a_dry_run_answers_as_if_and_stores_nothing() {
    let kit = Kit::new();
    let before = kit.set();
    let dry = kube_sandbox::Apply {
        force: false,
        dry_run: true,
    };
    let answer = kit.apply("charmarr", &mount("media", "/data"), dry).unwrap();
    assert_eq!(answer["metadata"]["generation"], 2);
    assert_eq!(kit.set(), before);
    let wrong = body(json!([]), json!([{ "name": "nosuch", "volumeMounts": [] }]));
    assert_eq!(told(&kit.apply("charmarr", &wrong, dry)).0, 422);
}
