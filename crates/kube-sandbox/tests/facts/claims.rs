//! Claims: what may change, why they stay pending, and that one in use is kept.

use kube_sandbox::{Client, Delete, Patch};
use serde_json::{Value, json};

use crate::kit::*;

fn claim(class: Option<&str>, size: &str) -> Value {
    let mut claim = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "x", "namespace": MODEL },
        "spec": { "accessModes": ["ReadWriteMany"], "resources": { "requests": { "storage": size } } } });
    if let Some(class) = class {
        claim["spec"]["storageClassName"] = json!(class);
    }
    claim
}

fn class(name: &str, fields: Value) -> Value {
    let mut class = json!({ "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": name }, "provisioner": "example.com/none" });
    class
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    class
}

fn get(client: &Client) -> Value {
    client.get("PersistentVolumeClaim", Some(MODEL), "x").unwrap()
}

fn resize(client: &Client, size: &str) -> (u16, String) {
    let patch = Patch::Merge(json!({ "spec": { "resources": { "requests": { "storage": size } } } }));
    told(&client.patch("PersistentVolumeClaim", Some(MODEL), "x", &patch))
}

/// `reason: message` of the events of an object.
fn events(client: &Client, uid: &Value) -> Vec<String> {
    let of = |event: &&Value| event["involvedObject"]["uid"] == *uid;
    let text = |event: &Value| {
        format!(
            "{} {}: {}",
            event["type"].as_str().unwrap(),
            event["reason"].as_str().unwrap(),
            event["message"].as_str().unwrap()
        )
    };
    client
        .list("Event", None, "")
        .unwrap()
        .iter()
        .filter(of)
        .map(text)
        .collect()
}

#[test]
fn the_default_class_makes_a_folder_that_anybody_may_write() {
    use std::os::unix::fs::PermissionsExt;
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    let made = client.create(&claim(None, "1Gi")).unwrap();
    assert_eq!(
        (&made["spec"]["storageClassName"], &made["status"]["phase"]),
        (&json!("local-path"), &json!("Pending"))
    );
    assert!(kit.sandbox.run_controllers().unwrap());
    assert!(!kit.sandbox.run_controllers().unwrap());
    let bound = get(&client);
    assert_eq!(
        bound["status"],
        json!({ "phase": "Bound", "accessModes": ["ReadWriteMany"], "capacity": { "storage": "1Gi" } })
    );
    let volume = client
        .get(
            "PersistentVolume",
            None,
            bound["spec"]["volumeName"].as_str().unwrap(),
        )
        .unwrap();
    assert_eq!(
        (&volume["status"]["phase"], &volume["spec"]["claimRef"]["uid"]),
        (&json!("Bound"), &bound["metadata"]["uid"])
    );
    let folder = kit.sandbox.volume_folder(&volume).unwrap();
    assert_eq!(
        std::fs::metadata(&folder).unwrap().permissions().mode() & 0o7777,
        0o777
    );

    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(
        (
            client.list("PersistentVolume", None, "").unwrap().len(),
            folder.exists()
        ),
        (0, false)
    );
}

#[test]
fn sizes_of_a_bound_claim() {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    client.create(&claim(None, "2Gi")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    let shrink = "PersistentVolumeClaim \"x\" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity";
    assert_eq!(resize(&client, "1Gi"), (422, shrink.to_owned()));
    let grow = "persistentvolumeclaims \"x\" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    assert_eq!(resize(&client, "3Gi"), (403, grow.to_owned()));

    let expand = Patch::Merge(json!({ "allowVolumeExpansion": true }));
    client.patch("StorageClass", None, "local-path", &expand).unwrap();
    assert_eq!(resize(&client, "5Gi").0, 200);
    assert_eq!(resize(&client, "3Gi").0, 200);
    assert_eq!(resize(&client, "2Gi"), (422, shrink.to_owned()));
    kit.sandbox.run_controllers().unwrap();
    let now = get(&client);
    assert_eq!(
        (
            &now["status"]["capacity"]["storage"],
            now["status"].get("conditions")
        ),
        (&json!("2Gi"), None)
    );
    assert_eq!(
        events(&client, &now["metadata"]["uid"]),
        ["Normal ExternalExpanding: waiting for an external controller to expand this PVC"]
    );
}

const IMMUTABLE: &str = "PersistentVolumeClaim \"x\" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

#[test]
fn a_pending_claim_keeps_its_size() {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    client.create(&claim(Some("nosuch"), "2Gi")).unwrap();
    for size in ["1Gi", "3Gi"] {
        let (code, text) = resize(&client, size);
        assert_eq!((code, text.lines().next().unwrap()), (422, IMMUTABLE));
    }
    let name = Patch::Merge(json!({ "spec": { "volumeName": "later" } }));
    assert_eq!(
        told(&client.patch("PersistentVolumeClaim", Some(MODEL), "x", &name)).0,
        200
    );
}

#[test]
fn a_bound_claim_keeps_its_class_and_the_diff_names_it() {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    client.create(&claim(None, "2Gi")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    let other = Patch::Merge(json!({ "spec": { "storageClassName": "other" } }));
    let (code, text) = told(&client.patch("PersistentVolumeClaim", Some(MODEL), "x", &other));
    assert_eq!((code, text.lines().next().unwrap()), (422, IMMUTABLE));
    assert!(
        text.contains("-  \"StorageClassName\": \"local-path\",\n+  \"StorageClassName\": \"other\","),
        "{text}"
    );
}

#[test]
fn spellings_of_a_size() {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    client.create(&claim(None, "2Gi")).unwrap();
    let conflict =
        "Apply failed with 1 conflict: conflict with \"facts\" using v1: .spec.resources.requests.storage";
    assert_eq!(
        told(&kit.apply("charmarr", &claim(None, "2048Mi"), PLAIN)),
        (409, conflict.to_owned())
    );
    let own = kit.apply("charmarr", &claim(None, "2Gi"), PLAIN).unwrap();
    assert_eq!(kit.apply("charmarr", &claim(None, "2Gi"), PLAIN).unwrap(), own);

    let kit = Kit::empty();
    let first = kit.apply("charmarr", &claim(None, "2048Mi"), PLAIN).unwrap();
    assert_eq!(first["spec"]["resources"]["requests"]["storage"], "2Gi");
    assert_eq!(
        kit.apply("charmarr", &claim(None, "2048Mi"), PLAIN).unwrap(),
        first
    );
    kit.sandbox.run_controllers().unwrap();
    let bound = get(&kit.as_manager("facts"));
    assert_eq!(
        kit.apply("charmarr", &claim(None, "2048Mi"), PLAIN).unwrap(),
        bound
    );
}

#[test]
fn claims_that_cannot_be_made() {
    let check = |claim: &Value, expect: (u16, &str)| {
        let (code, text) = told(&Kit::empty().as_manager("facts").create(claim));
        assert_eq!((code, text.as_str()), expect);
    };
    let of = |text: &str| format!("PersistentVolumeClaim \"x\" is invalid: {text}");
    let with_modes = |modes: Value| {
        let mut claim = claim(None, "1Gi");
        claim["spec"]["accessModes"] = modes;
        claim
    };
    for size in ["10GiB", "ten", "20t"] {
        check(
            &claim(None, size),
            (
                400,
                "PersistentVolumeClaim in version \"v1\" cannot be handled as a PersistentVolumeClaim: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
        );
    }
    check(
        &claim(None, "0"),
        (
            422,
            &of("spec.resources[storage]: Invalid value: \"0\": must be greater than zero"),
        ),
    );
    check(
        &claim(None, "-1Gi"),
        (
            422,
            &of("spec.resources[storage]: Invalid value: \"-1Gi\": must be greater than zero"),
        ),
    );
    check(
        &with_modes(json!([])),
        (
            422,
            &of("spec.accessModes: Required value: at least 1 access mode is required"),
        ),
    );
    check(
        &with_modes(json!(["Bogus"])),
        (
            422,
            &of(
                "spec.accessModes: Unsupported value: \"Bogus\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"",
            ),
        ),
    );
    check(
        &with_modes(json!(["ReadWriteOncePod", "ReadWriteMany"])),
        (
            422,
            &of("spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"),
        ),
    );
    let mut named = claim(None, "1Gi");
    named["metadata"]["name"] = json!("Bad_Name");
    let (code, text) = told(&Kit::empty().as_manager("facts").create(&named));
    assert_eq!(code, 422);
    assert!(
        text.contains(
            "metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of"
        ),
        "{text}"
    );
    named["metadata"]["name"] = json!("n".repeat(254));
    let (_, text) = told(&Kit::empty().as_manager("facts").create(&named));
    assert!(text.ends_with("must be no more than 253 characters"), "{text}");
}

#[test]
fn a_size_that_is_none_is_an_internal_error_of_an_apply() {
    let (code, text) = told(&Kit::empty().apply("charmarr", &claim(None, "ten"), PLAIN));
    assert_eq!(code, 500);
    assert!(text.starts_with(&format!("failed to convert new object ({MODEL}/x; /v1, Kind=PersistentVolumeClaim) to proper version: unable to convert unstructured object")), "{text}");
}

#[test]
fn an_empty_body_cannot_let_a_claim_go_but_a_label_can() {
    let kit = Kit::empty();
    kit.apply("charmarr", &claim(None, "1Gi"), PLAIN).unwrap();
    let mut bare = claim(None, "1Gi");
    bare.as_object_mut().unwrap().remove("spec");
    let (code, text) = told(&kit.apply("charmarr", &bare, PLAIN));
    assert_eq!(code, 422);
    assert!(
        text.contains("[spec.accessModes: Required value: at least 1 access mode is required, "),
        "{text}"
    );
    let mut labelled = bare.clone();
    labelled["metadata"]["labels"] = json!({ "charmarr.io/owner": "m1" });
    let with = kit.apply("adopter", &labelled, PLAIN).unwrap();
    assert_eq!(with["metadata"]["labels"], json!({ "charmarr.io/owner": "m1" }));
    assert_eq!(
        kit.apply("adopter", &bare, PLAIN).unwrap()["metadata"].get("labels"),
        None
    );
}

#[test]
fn why_a_claim_is_pending() {
    let check = |claim: &Value, objects: &[Value], expect: &[&str]| {
        let kit = Kit::empty();
        let client = kit.as_manager("facts");
        for object in objects {
            client.create(object).unwrap();
        }
        let made = client.create(claim).unwrap();
        kit.sandbox.run_controllers().unwrap();
        assert_eq!(get(&client)["status"]["phase"], "Pending");
        assert_eq!(events(&client, &made["metadata"]["uid"]), expect);
        assert!(!kit.sandbox.run_controllers().unwrap());
    };
    let volume = |name: &str, fields: Value| {
        let mut volume = json!({ "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": name },
            "spec": { "capacity": { "storage": "1Gi" }, "accessModes": ["ReadWriteMany"], "hostPath": { "path": "/srv" } } });
        volume["spec"]
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        volume
    };
    let named = |name: &str| {
        let mut claim = claim(Some(""), "2Gi");
        claim["spec"]["volumeName"] = json!(name);
        claim
    };
    let none =
        "Normal FailedBinding: no persistent volumes available for this claim and no storage class is set";
    check(
        &claim(Some("nosuch"), "1Gi"),
        &[],
        &["Warning ProvisioningFailed: storageclass.storage.k8s.io \"nosuch\" not found"],
    );
    check(&claim(Some(""), "1Gi"), &[], &[none]);
    let reserved = json!({ "claimRef": { "namespace": MODEL, "name": "x" } });
    check(&claim(Some(""), "2Gi"), &[volume("small", reserved)], &[none]);
    check(
        &claim(Some("slow"), "1Gi"),
        &[class("slow", json!({}))],
        &[
            "Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/none' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
        ],
    );
    check(
        &claim(Some("late"), "1Gi"),
        &[class(
            "late",
            json!({ "volumeBindingMode": "WaitForFirstConsumer" }),
        )],
        &["Normal WaitForFirstConsumer: waiting for first consumer to be created before binding"],
    );
    check(
        &named("small"),
        &[volume("small", json!({}))],
        &["Warning VolumeMismatch: Cannot bind to requested volume \"small\": requested PV is too small"],
    );
    let big = json!({ "capacity": { "storage": "9Gi" } });
    let taken =
        json!({ "capacity": { "storage": "9Gi" }, "claimRef": { "namespace": "other", "name": "x" } });
    check(
        &named("big"),
        &[volume(
            "big",
            json!({ "capacity": { "storage": "9Gi" }, "accessModes": ["ReadWriteOnce"] }),
        )],
        &["Warning VolumeMismatch: Cannot bind to requested volume \"big\": incompatible accessMode"],
    );
    check(
        &named("big"),
        &[volume(
            "big",
            json!({ "capacity": { "storage": "9Gi" }, "storageClassName": "c" }),
        )],
        &["Warning VolumeMismatch: Cannot bind to requested volume \"big\": storageClassName does not match"],
    );
    check(
        &named("big"),
        &[volume("big", taken)],
        &["Warning FailedBinding: volume \"big\" already bound to a different claim."],
    );
    check(&named("absent"), &[volume("big", big)], &[]);
}

#[test]
fn a_claim_in_use_is_kept() {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    client.create(&claim(None, "1Gi")).unwrap();
    let pod = |name: &str| {
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "namespace": MODEL }, "spec": {
            "volumes": [{ "name": "v", "persistentVolumeClaim": { "claimName": "x" } }], "containers": [{ "name": "c", "image": "i" }] } })
    };
    client.create(&pod("first")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(
        client.get("Pod", Some(MODEL), "first").unwrap()["spec"]["nodeName"],
        "sandbox"
    );

    client
        .delete("PersistentVolumeClaim", Some(MODEL), "x", &Delete::default())
        .unwrap();
    client.create(&pod("second")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(get(&client)["status"]["phase"], "Bound");
    let second = client.get("Pod", Some(MODEL), "second").unwrap();
    assert_eq!(
        second["status"]["conditions"][0]["message"],
        "0/1 nodes are available: persistentvolumeclaim \"x\" is being deleted. not found"
    );
    let again = told(&client.create(&claim(None, "1Gi")));
    assert_eq!(
        again,
        (
            409,
            "object is being deleted: persistentvolumeclaims \"x\" already exists".to_owned()
        )
    );
    assert_eq!(
        told(&kit.apply("charmarr", &claim(Some("local-path"), "1Gi"), PLAIN)).0,
        200
    );

    // even a finished pod holds it, until it is deleted
    client
        .patch_status(
            "Pod",
            Some(MODEL),
            "first",
            &Patch::Merge(json!({ "status": { "phase": "Succeeded" } })),
        )
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(get(&client)["status"]["phase"], "Bound");
    client
        .delete("Pod", Some(MODEL), "first", &Delete::default())
        .unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(
        told(&client.get("PersistentVolumeClaim", Some(MODEL), "x")).1,
        "persistentvolumeclaims \"x\" not found"
    );
}

#[test]
fn a_waiting_claim_is_bound_by_its_first_pod() {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    client.create(&class("late", json!({ "provisioner": "kube-sandbox.local/folder", "volumeBindingMode": "WaitForFirstConsumer" }))).unwrap();
    client.create(&claim(Some("late"), "1Gi")).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(get(&client)["status"]["phase"], "Pending");
    client.create(&json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": MODEL }, "spec": {
        "volumes": [{ "name": "v", "persistentVolumeClaim": { "claimName": "x" } }], "containers": [{ "name": "c", "image": "i" }] } })).unwrap();
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(get(&client)["status"]["phase"], "Bound");
    assert_eq!(
        client.get("Pod", Some(MODEL), "p").unwrap()["status"]["conditions"][0]["status"],
        "True"
    );
}

#[test]
fn deletion_under_preconditions() {
    let kit = Kit::empty();
    let client = kit.as_manager("facts");
    let made = client.create(&claim(Some("nosuch"), "1Gi")).unwrap();
    let delete = |how: Delete| told(&client.delete("PersistentVolumeClaim", Some(MODEL), "x", &how));
    let uid = made["metadata"]["uid"].as_str().unwrap();
    let wrong_uid = delete(Delete {
        uid: Some("u".to_owned()),
        ..Delete::default()
    });
    assert_eq!(
        wrong_uid,
        (
            409,
            format!(
                "Operation cannot be fulfilled on PersistentVolumeClaim \"x\": the UID in the precondition (u) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
            )
        )
    );
    let (code, text) = delete(Delete {
        resource_version: Some("1".to_owned()),
        ..Delete::default()
    });
    assert_eq!(code, 409);
    assert!(
        text.contains(
            "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record"
        ),
        "{text}"
    );
    assert_eq!(
        delete(Delete {
            uid: Some(uid.to_owned()),
            ..Delete::default()
        })
        .0,
        200
    );
}
