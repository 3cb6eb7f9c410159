//! What the server's own texts mean. They are those of Kubernetes 1.34.

use serde_json::{Value, json};

use crate::refusal::classify;
use crate::{ClusterError, Conflict, Remedy};

fn answer(code: u16, reason: &str, message: &str) -> ClusterError {
    refused(json!({"code": code, "reason": reason, "message": message}))
}

fn refused(status: Value) -> ClusterError {
    classify(&serde_json::from_value(status).unwrap())
}

#[track_caller]
fn check_right(message: &str, expect: Option<(&str, &str)>) {
    match (answer(403, "Forbidden", message), expect) {
        (
            ClusterError::Forbidden {
                verb,
                resource,
                message: kept,
            },
            Some(expect),
        ) => {
            assert_eq!(
                (verb.as_str(), resource.as_str(), kept.as_str()),
                (expect.0, expect.1, message)
            );
        }
        (ClusterError::Refused { message: kept }, None) => assert_eq!(kept, message),
        (other, _) => panic!("{other:?}"),
    }
}

#[test]
fn only_a_missing_right_is_forbidden() {
    let user = r#"User "system:serviceaccount:e1:stage""#;
    check_right(
        &format!(
            r#"statefulsets.apps "stage" is forbidden: {user} cannot patch resource "statefulsets" in API group "apps" in the namespace "e1""#
        ),
        Some(("patch", "statefulsets")),
    );
    check_right(
        &format!(
            r#"persistentvolumes "x" is forbidden: {user} cannot get resource "persistentvolumes" in API group "" at the cluster scope"#
        ),
        Some(("get", "persistentvolumes")),
    );
    check_right(
        &format!(
            r#"pods "stage-0" is forbidden: {user} cannot get resource "pods/log" in API group "" in the namespace "e1""#
        ),
        Some(("get", "pods/log")),
    );
    check_right(
        r#"persistentvolumeclaims "q" is forbidden: exceeded quota: store, requested: requests.storage=20Gi, used: requests.storage=0, limited: requests.storage=10Gi"#,
        None,
    );
    check_right(
        r#"persistentvolumeclaims "x" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"#,
        None,
    );
    check_right("a policy says that you cannot have this", None);
    check_right("", None);
}

fn field_conflict(causes: &[(&str, &str)]) -> ClusterError {
    let causes: Vec<Value> = causes
        .iter()
        .map(|(message, field)| json!({"reason": "FieldManagerConflict", "message": message, "field": field}))
        .collect();
    refused(
        json!({"code": 409, "reason": "Conflict", "message": "Apply failed", "details": {"causes": causes}}),
    )
}

#[track_caller]
fn check_owner(causes: &[(&str, &str)], manager: &str, fields: &[&str]) {
    let ClusterError::Conflict(conflict) = field_conflict(causes) else {
        panic!("not a conflict");
    };
    let fields = fields.iter().map(ToString::to_string).collect();
    assert_eq!(
        conflict,
        Conflict::Owner {
            manager: manager.to_owned(),
            fields
        }
    );
}

#[test]
fn the_owner_of_a_field_is_named() {
    check_owner(
        &[(r#"conflict with "juju" using apps/v1"#, ".spec.selector")],
        "juju",
        &[".spec.selector"],
    );
    check_owner(
        &[(r#"conflict with "charmarr-m1""#, ".spec.claimRef.namespace")],
        "charmarr-m1",
        &[".spec.claimRef.namespace"],
    );
    check_owner(
        &[
            (r#"conflict with "python" using apps/v1"#, ".spec.a"),
            (r#"conflict with "person" using apps/v1"#, ".spec.b"),
            (r#"conflict with "python" using apps/v1"#, ".spec.c"),
        ],
        "python",
        &[".spec.a", ".spec.c"],
    );
    check_owner(
        &[(r#"conflict with "a "quoted" name" using v1"#, ".x")],
        r#"a "quoted" name"#,
        &[".x"],
    );
    check_owner(&[("no quotes at all", ".x")], "no quotes at all", &[".x"]);
    check_owner(&[(r#"one quote " only"#, "")], r#"one quote " only"#, &[""]);
}

#[test]
fn the_three_conflicts_are_told_apart() {
    let stale = "Operation cannot be fulfilled on statefulsets.apps \"stage\": the object has been modified; please apply your changes to the latest version and try again";
    assert!(
        matches!(answer(409, "Conflict", stale), ClusterError::Conflict(Conflict::Stale { message }) if message == stale)
    );
    let exists = "persistentvolumes \"cellar\" already exists";
    assert!(
        matches!(answer(409, "AlreadyExists", exists), ClusterError::Conflict(Conflict::Exists { message }) if message == exists)
    );
}

#[track_caller]
fn check(code: u16, message: &str, expect: &str) {
    assert_eq!(answer(code, "", message).to_string(), expect);
}

#[test]
fn the_other_answers() {
    check(
        422,
        "PersistentVolumeClaim \"x\" is invalid: spec: Forbidden: spec is immutable\n- diff\n+ diff",
        "not valid for Kubernetes: PersistentVolumeClaim \"x\" is invalid: spec: Forbidden: spec is immutable",
    );
    check(
        400,
        "metadata.managedFields must be nil",
        "not valid for Kubernetes: metadata.managedFields must be nil",
    );
    check(401, "Unauthorized", "not known to Kubernetes: Unauthorized");
    check(
        404,
        "namespaces \"h2\" not found",
        "not found in Kubernetes: namespaces \"h2\" not found",
    );
    check(
        429,
        "too many requests",
        "no answer from Kubernetes: too many requests (429)",
    );
    check(
        500,
        "etcdserver: request timed out",
        "no answer from Kubernetes: etcdserver: request timed out (500)",
    );
    check(504, "", "no answer from Kubernetes:  (504)");
    check(405, "no", "unexpected answer from Kubernetes (405): no");
}

#[test]
fn a_500_that_an_apply_brought_on_itself_is_not_worth_repeating() {
    check(
        500,
        "failed to create typed patch object (/stage; apps/v1, Kind=StatefulSet): .spec.template.spec.volumes: duplicate entries for key [name=\"stage\"]",
        "not valid for Kubernetes: failed to create typed patch object (/stage; apps/v1, Kind=StatefulSet): .spec.template.spec.volumes: duplicate entries for key [name=\"stage\"]",
    );
    check(
        500,
        "failed to convert new object (/q5; /v1, Kind=PersistentVolumeClaim) to proper version: unable to convert",
        "not valid for Kubernetes: failed to convert new object (/q5; /v1, Kind=PersistentVolumeClaim) to proper version: unable to convert",
    );
}

#[test]
fn what_helps_follows_from_what_went_wrong() {
    let missing = r#"statefulsets.apps "stage" is forbidden: User "usher" cannot patch resource "statefulsets" in API group "apps""#;
    let trust = Remedy::Trust {
        verb: "patch",
        resource: "statefulsets",
    };
    assert_eq!(answer(403, "Forbidden", missing).remedy(), trust);
    let check =
        |code, reason: &str, expect| assert_eq!(answer(code, reason, "").remedy(), expect, "{code} {reason}");
    check(403, "Forbidden", Remedy::Person);
    check(422, "Invalid", Remedy::Person);
    check(401, "Unauthorized", Remedy::Later);
    check(429, "TooManyRequests", Remedy::Later);
    check(500, "InternalError", Remedy::Later);
    check(503, "ServiceUnavailable", Remedy::Later);
    check(404, "NotFound", Remedy::Again);
    check(409, "Conflict", Remedy::Again);
    check(409, "AlreadyExists", Remedy::Again);
    check(405, "MethodNotAllowed", Remedy::Again);
    let owned = ClusterError::Conflict(Conflict::Owner {
        manager: "person".to_owned(),
        fields: Vec::new(),
    });
    assert_eq!(owned.remedy(), Remedy::Person);
}
