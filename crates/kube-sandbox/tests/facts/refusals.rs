//! What an apply is refused for, in the API server's words.

use kube_sandbox::{Apply, Patch};
use serde_json::{Value, json};

use crate::kit::*;

#[track_caller]
fn check(body: &Value, how: Apply, expect: (u16, &str)) {
    let kit = Kit::new();
    let (code, text) = told(&kit.apply("charmarr", body, how));
    assert_eq!((code, text.as_str()), expect);
}

fn with_metadata(mut body: Value, key: &str, value: Value) -> Value {
    body["metadata"][key] = value;
    body
}

fn named(mut body: Value, name: &str) -> Value {
    body["metadata"]["name"] = json!(name);
    body
}

#[test]
fn a_container_that_does_not_exist() {
    let body = body(
        json!([volume("media")]),
        json!([{ "name": "nosuch", "volumeMounts": [mounted("/data")] }]),
    );
    let text =
        "StatefulSet.apps \"radarr\" is invalid: spec.template.spec.containers[2].image: Required value";
    check(&body, PLAIN, (422, text));
    check(
        &body,
        Apply {
            dry_run: true,
            force: false,
        },
        (422, text),
    );
}

#[test]
fn a_foreign_volume_of_another_kind() {
    for how in [PLAIN, FORCED] {
        let kit = Kit::new();
        let foreign = json!({ "spec": { "template": { "spec": { "volumes": [{ "name": "charmarr-shared-data", "emptyDir": {} }] } } } });
        kit.patch("person", Patch::Strategic(foreign)).unwrap();
        let (code, text) = told(&kit.apply("charmarr", &mount("media", "/data"), how));
        assert_eq!(code, 422);
        let begin = "StatefulSet.apps \"radarr\" is invalid: [spec.template.spec.volumes[0].persistentVolumeClaim: Forbidden: may not specify more than 1 volume type, ";
        assert!(text.starts_with(begin), "{text}");
    }
}

#[test]
fn a_path_that_juju_uses() {
    let path =
        ".spec.template.spec.containers[name=\"radarr\"].volumeMounts[mountPath=\"/charm/container\"].name";
    let text = format!("Apply failed with 1 conflict: conflict with \"juju\" using apps/v1: {path}");
    check(&mount("media", "/charm/container"), PLAIN, (409, &text));
}

#[test]
fn an_object_that_does_not_exist() {
    let absent = named(mount("media", "/data"), "absent");
    check(
        &absent,
        PLAIN,
        (
            422,
            "StatefulSet.apps \"absent\" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`, spec.template.spec.containers[0].image: Required value]",
        ),
    );
    check(
        &with_metadata(absent.clone(), "resourceVersion", json!("7")),
        PLAIN,
        (
            422,
            "StatefulSet.apps \"absent\" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`, spec.template.spec.containers[0].image: Required value]",
        ),
    );
    check(
        &with_metadata(absent, "uid", json!("u1")),
        PLAIN,
        (
            409,
            "Operation cannot be fulfilled on statefulsets.apps \"absent\": uid mismatch: the provided object specified uid u1, and no existing object was found",
        ),
    );
    let mut whole = named(stateful_set(), "absent");
    whole["metadata"].as_object_mut().unwrap().remove("labels");
    check(&whole, PLAIN, (200, ""));
}

#[test]
fn guards_of_an_object_that_exists() {
    let kit = Kit::new();
    let uid = kit.set()["metadata"]["uid"].clone();
    let body = mount("media", "/data");
    assert_eq!(
        told(&kit.apply("charmarr", &with_metadata(body.clone(), "uid", uid), PLAIN)).0,
        200
    );
    check(
        &with_metadata(body.clone(), "uid", json!("wrong")),
        PLAIN,
        (
            422,
            "StatefulSet.apps \"radarr\" is invalid: metadata.uid: Invalid value: \"wrong\": field is immutable",
        ),
    );
    let stale = "Operation cannot be fulfilled on statefulsets.apps \"radarr\": the object has been modified; please apply your changes to the latest version and try again";
    check(
        &with_metadata(body.clone(), "resourceVersion", json!("1")),
        PLAIN,
        (409, stale),
    );
    // even when nothing would change
    assert_eq!(
        told(&kit.apply(
            "charmarr",
            &with_metadata(body, "resourceVersion", json!("1")),
            PLAIN
        )),
        (409, stale.to_owned())
    );
}

#[test]
fn paths_and_names_that_only_our_own_check_would_refuse() {
    for (claim, path) in [
        ("media", "data"),
        ("media", "/data/../etc"),
        ("media", "/"),
        ("media", "/da:ta"),
        ("Bad_Name", "/data"),
    ] {
        check(&mount(claim, path), PLAIN, (200, ""));
    }
    let both = json!([{ "name": "radarr", "volumeMounts": [mounted("/data"), mounted("/data/")] }]);
    check(&body(json!([volume("media")]), both), PLAIN, (200, ""));
}

#[test]
fn empty_names_and_paths() {
    let begin = "StatefulSet.apps \"radarr\" is invalid: spec.template.spec.";
    check(
        &mount("media", ""),
        PLAIN,
        (
            422,
            &format!("{begin}containers[1].volumeMounts[1].mountPath: Required value"),
        ),
    );
    let kit = Kit::new();
    let (code, text) = told(&kit.apply("charmarr", &mount("", "/data"), PLAIN));
    assert_eq!(code, 422);
    assert!(
        text.contains("spec.template.spec.volumes[1].persistentVolumeClaim.claimName: Required value"),
        "{text}"
    );
}

#[test]
fn the_same_path_twice_in_a_pod() {
    let kit = Kit::new();
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": MODEL }, "spec": {
        "volumes": [{ "name": "v" }],
        "containers": [{ "name": "c", "image": "i", "volumeMounts": [{ "name": "v", "mountPath": "/data" }, { "name": "v", "mountPath": "/data" }] }] } });
    let (code, text) = told(&kit.as_manager("facts").create(&pod));
    assert_eq!(
        (code, text.as_str()),
        (
            422,
            "Pod \"p\" is invalid: spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/data\": must be unique"
        )
    );
}

#[test]
fn a_body_that_does_not_fit_the_request() {
    let body = mount("media", "/data");
    check(
        &with_metadata(body.clone(), "managedFields", json!([])),
        PLAIN,
        (400, "metadata.managedFields must be nil"),
    );
    let kit = Kit::new();
    let unnamed = kit.sandbox.client("system:admin", "");
    assert_eq!(told(&unnamed.apply(&body, PLAIN)), (422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch".to_owned()));
}

#[test]
fn what_the_schema_does_not_declare() {
    let identity = format!("({MODEL}/radarr; apps/v1, Kind=StatefulSet)");
    let typo = json!([{ "name": "radarr", "volumeMount": [] }]);
    check(
        &body(json!([]), typo),
        PLAIN,
        (
            500,
            &format!(
                "failed to create typed patch object {identity}: .spec.template.spec.containers[name=\"radarr\"].volumeMount: field not declared in schema"
            ),
        ),
    );
    let twice = json!([volume("a"), volume("b")]);
    check(
        &body(twice, json!([])),
        PLAIN,
        (
            500,
            &format!(
                "failed to create typed patch object {identity}: .spec.template.spec.volumes: duplicate entries for key [name=\"charmarr-shared-data\"]"
            ),
        ),
    );
}

#[test]
fn one_that_is_being_deleted_can_still_be_applied_to() {
    let kit = Kit::new();
    let foreground = kube_sandbox::Delete {
        propagation: kube_sandbox::Propagation::Foreground,
        ..Default::default()
    };
    let marked = kit
        .as_manager("facts")
        .delete("StatefulSet", Some(MODEL), "radarr", &foreground)
        .unwrap();
    assert_eq!(marked["metadata"]["finalizers"], json!(["foregroundDeletion"]));
    assert_eq!(
        told(&kit.apply("charmarr", &mount("media", "/data"), PLAIN)).0,
        200
    );
}
