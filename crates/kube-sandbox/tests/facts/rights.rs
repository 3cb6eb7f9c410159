//! RBAC and https: what a service account may do, seen through the socket.

use kube_sandbox::{ApiCall, Client, Fault, FaultAnswer};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::kit::*;
use crate::wire::Wire;

const SET: &str = "/apis/apps/v1/namespaces/m1/statefulsets/radarr";
const APPLY: &str = "?fieldManager=charmarr&force=false";

fn allow(client: &Client, rules: Value) {
    let role = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": { "name": "radarr", "namespace": MODEL }, "rules": rules });
    let binding = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": { "name": "radarr", "namespace": MODEL },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "radarr" },
        "subjects": [{ "kind": "ServiceAccount", "name": "radarr", "namespace": MODEL }] });
    client.apply(&role, PLAIN).unwrap();
    client.apply(&binding, PLAIN).unwrap();
}

fn apps(verbs: Value) -> Value {
    json!([{ "apiGroups": ["apps"], "resources": ["statefulsets"], "verbs": verbs }])
}

/// A kit, and the https connection of the charm's service account.
fn charm() -> (Kit, Wire) {
    let kit = Kit::new();
    let token = kit.sandbox.service_account_token(MODEL, "radarr");
    let wire = Wire::new(&kit.sandbox, &token);
    (kit, wire)
}

#[test]
fn refusals_read_as_on_a_real_server() {
    let (_kit, wire) = charm();
    let (code, body) = wire.apply(&format!("{SET}{APPLY}"), &mount("media", "/data"));
    assert_eq!(code, 403);
    assert_eq!(body, serde_json::from_str::<Value>(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"statefulsets.apps \"radarr\" is forbidden: User \"system:serviceaccount:m1:radarr\" cannot patch resource \"statefulsets\" in API group \"apps\" in the namespace \"m1\"","reason":"Forbidden","details":{"name":"radarr","group":"apps","kind":"statefulsets"},"code":403}"#).unwrap());
    let message = |method: &str, path: &str| {
        wire.send(method, path, "application/json", "").1["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let user = "User \"system:serviceaccount:m1:radarr\"";
    let claims = "/api/v1/namespaces/m1/persistentvolumeclaims";
    assert_eq!(
        message("POST", claims),
        format!(
            "persistentvolumeclaims is forbidden: {user} cannot create resource \"persistentvolumeclaims\" in API group \"\" in the namespace \"m1\""
        )
    );
    assert_eq!(
        message("GET", "/api/v1/persistentvolumes/x"),
        format!(
            "persistentvolumes \"x\" is forbidden: {user} cannot get resource \"persistentvolumes\" in API group \"\" at the cluster scope"
        )
    );
    assert_eq!(
        message("GET", "/apis/storage.k8s.io/v1/storageclasses"),
        format!(
            "storageclasses.storage.k8s.io is forbidden: {user} cannot list resource \"storageclasses\" in API group \"storage.k8s.io\" at the cluster scope"
        )
    );
    assert_eq!(
        message("GET", "/api/v1/namespaces/m1/pods/p/log"),
        format!(
            "pods \"p\" is forbidden: {user} cannot get resource \"pods/log\" in API group \"\" in the namespace \"m1\""
        )
    );
    assert!(message("GET", "/apis/nope.io/v1/things").starts_with("things.nope.io is forbidden: "));
}

#[test]
fn a_bad_token_is_no_user() {
    let kit = Kit::new();
    for token in ["", "nonsense"] {
        let (code, body) = Wire::new(&kit.sandbox, token).send("GET", SET, "application/json", "");
        assert_eq!(
            (code, &body["message"], &body["reason"]),
            (401, &json!("Unauthorized"), &json!("Unauthorized"))
        );
    }
}

#[test]
fn an_apply_needs_patch_alone_and_create_for_what_is_absent() {
    let (kit, wire) = charm();
    let admin = kit.as_manager("facts");
    let apply = |body: &Value| {
        wire.apply(
            &format!(
                "{}/{}{APPLY}",
                "/apis/apps/v1/namespaces/m1/statefulsets",
                body["metadata"]["name"].as_str().unwrap()
            ),
            body,
        )
    };
    allow(&admin, apps(json!(["get", "update"])));
    assert_eq!(apply(&mount("media", "/data")).0, 403);
    allow(&admin, apps(json!(["patch"])));
    assert_eq!(apply(&mount("media", "/data")).0, 200);
    let mut absent = mount("media", "/data");
    absent["metadata"]["name"] = json!("absent");
    assert_eq!(apply(&absent).0, 422);
    let mut whole = stateful_set();
    whole["metadata"]["name"] = json!("absent");
    let (code, body) = apply(&whole);
    assert_eq!(code, 403);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("cannot create resource"),
        "{body}"
    );
    allow(&admin, apps(json!(["patch", "create"])));
    assert_eq!(apply(&whole).0, 201);
}

#[test]
fn names_of_resources() {
    let (kit, wire) = charm();
    let mut rules = apps(json!(["get", "list", "patch", "create", "delete"]));
    rules[0]["resourceNames"] = json!(["radarr"]);
    allow(&kit.as_manager("facts"), rules);
    let code = |method: &str, path: &str| wire.send(method, path, "application/json", "").0;
    let sets = "/apis/apps/v1/namespaces/m1/statefulsets";
    assert_eq!(code("GET", SET), 200);
    assert_eq!(code("GET", &format!("{sets}/other")), 403);
    assert_eq!(code("GET", sets), 403);
    assert_eq!(
        code("GET", &format!("{sets}?fieldSelector=metadata.name%3Dradarr")),
        200
    );
    assert_eq!(
        wire.send("POST", sets, "application/json", &stateful_set().to_string())
            .0,
        403
    );
    assert_eq!(
        wire.apply(&format!("{SET}{APPLY}"), &mount("media", "/data")).0,
        200
    );
}

#[test]
fn rights_of_the_cluster_by_trust() {
    let (kit, wire) = charm();
    let admin = kit.as_manager("facts");
    let own = json!([{ "apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"] }]);
    allow(&admin, own);
    let code = |path: &str| wire.send("GET", path, "application/json", "").0;
    assert_eq!(
        (code("/api/v1/namespaces/m1"), code("/api/v1/namespaces/default")),
        (200, 403)
    );
    let everything = json!([{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }]);
    let of = |kind: &str| json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": { "name": "m1-radarr" } });
    let mut role = of("ClusterRole");
    role["rules"] = everything;
    let mut binding = of("ClusterRoleBinding");
    binding["roleRef"] =
        json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "m1-radarr" });
    binding["subjects"] = json!([{ "kind": "ServiceAccount", "name": "radarr", "namespace": MODEL }]);
    admin.create(&role).unwrap();
    admin.create(&binding).unwrap();
    assert_eq!(
        (
            code("/api/v1/namespaces/default"),
            code("/api/v1/persistentvolumes"),
            code("/apis/nope.io/v1/things")
        ),
        (200, 200, 404)
    );
}

#[test]
fn a_review_needs_no_rights() {
    let (kit, wire) = charm();
    let review = json!({ "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": { "verb": "patch", "group": "apps", "resource": "statefulsets", "namespace": MODEL, "name": "radarr" } } });
    let ask = || {
        wire.send(
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "application/json",
            &review.to_string(),
        )
    };
    assert_eq!(
        (ask().0, ask().1["status"].clone()),
        (201, json!({ "allowed": false }))
    );
    allow(&kit.as_manager("facts"), apps(json!(["patch"])));
    assert_eq!(ask().1["status"], json!({ "allowed": true }));
}

#[test]
fn every_request_is_told_and_faults_are_met_before_anything_is_done() {
    let (kit, wire) = charm();
    allow(&kit.as_manager("facts"), apps(json!(["get", "patch"])));
    let calls: Arc<Mutex<Vec<ApiCall>>> = Arc::default();
    let told = calls.clone();
    kit.sandbox.on_call(Box::new(move |call| {
        told.lock().unwrap().push(ApiCall {
            millis: 0,
            ..call.clone()
        });
    }));
    let fault = |answer, times| Fault {
        user: Some("system:serviceaccount:m1:radarr".to_owned()),
        verb: Some("patch".to_owned()),
        resource: None,
        name: None,
        times,
        answer,
    };
    kit.sandbox.inject(fault(FaultAnswer::Status(503), 1));
    let before = kit.set();
    assert_eq!(wire.send("GET", SET, "application/json", "").0, 200);
    let (code, body) = wire.apply(&format!("{SET}{APPLY}"), &mount("media", "/data"));
    assert_eq!((code, &body["reason"]), (503, &json!("ServiceUnavailable")));
    assert_eq!(kit.set(), before);
    kit.sandbox.inject(fault(FaultAnswer::Drop, 1));
    assert!(
        wire.try_send("PATCH", SET, "application/merge-patch+json", "{}")
            .is_err()
    );
    assert_eq!(
        wire.apply(&format!("{SET}{APPLY}"), &mount("media", "/data")).0,
        200
    );
    let calls = calls.lock().unwrap();
    let lines: Vec<String> = calls
        .iter()
        .map(|call| {
            format!(
                "{} {} {} {}",
                call.verb,
                call.resource,
                call.name.as_deref().unwrap_or("-"),
                call.status
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "get statefulsets radarr 200",
            "patch statefulsets radarr 503",
            "patch statefulsets radarr 0",
            "patch statefulsets radarr 200"
        ]
    );
    assert_eq!(calls[3].query, "fieldManager=charmarr&force=false");
}

#[test]
fn an_unavailable_server_refuses_connections() {
    let (kit, wire) = charm();
    kit.sandbox.set_available(false);
    let refused = std::net::TcpStream::connect(kit.sandbox.address()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(wire.try_send("GET", SET, "application/json", "").is_err());
    kit.sandbox.set_available(true);
    assert_eq!(wire.send("GET", SET, "application/json", "").0, 403);
}

#[test]
fn a_server_goes_down_at_a_certain_call() {
    let (kit, wire) = charm();
    kit.sandbox.inject(Fault {
        user: None,
        verb: Some("delete".to_owned()),
        resource: None,
        name: None,
        times: 1,
        answer: FaultAnswer::GoDown,
    });
    assert_eq!(wire.send("GET", SET, "application/json", "").0, 403);
    assert!(kit.sandbox.is_available());
    assert!(wire.try_send("DELETE", SET, "application/json", "").is_err());
    assert!(!kit.sandbox.is_available());
    assert!(wire.try_send("GET", SET, "application/json", "").is_err());
    kit.sandbox.set_available(true);
    assert_eq!(wire.send("GET", SET, "application/json", "").0, 403);
}

#[test]
fn bodies_and_requests_that_make_no_sense() {
    let (kit, wire) = charm();
    allow(&kit.as_manager("facts"), apps(json!(["*"])));
    let check = |method: &str, content: &str, body: &str, expect: (u16, &str)| {
        let (code, answer) = wire.send(method, &format!("{SET}{APPLY}"), content, body);
        assert_eq!((code, answer["message"].as_str().unwrap()), expect);
    };
    let apply = "application/apply-patch+yaml";
    check("PATCH", apply, "{}", (400, "invalid object type: /, Kind="));
    check(
        "PATCH",
        apply,
        &mount("media", "/data").to_string().replacen("radarr", "other", 1),
        (
            400,
            "the name of the object (other) does not match the name on the URL (radarr)",
        ),
    );
    check(
        "PATCH",
        apply,
        &mount("media", "/data").to_string().replace("m1", "m2"),
        (
            400,
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
    );
    check(
        "POST",
        "application/json",
        "{}",
        (
            405,
            "the server does not allow this method on the requested resource",
        ),
    );
    assert_eq!(wire.send("PATCH", SET, "text/plain", "{}").0, 415);
    assert_eq!(
        wire.send("PATCH", SET, "application/merge-patch+json", "[1]").0,
        400
    );
    assert_eq!(
        wire.send("PATCH", SET, "application/json-patch+json", "{}").0,
        400
    );
    assert_eq!(wire.send("PUT", SET, "application/json", "{ not: [json").0, 400);
    assert_eq!(
        wire.send("GET", &format!("{SET}?labelSelector=((("), "application/json", "")
            .0,
        200
    );
    // YAML is a body too
    let yaml = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: radarr, labels: {a: b}}\n";
    assert_eq!(wire.send("PATCH", &format!("{SET}{APPLY}"), apply, yaml).0, 200);
}

#[test]
fn a_watch_tells_what_comes_and_goes() {
    let (kit, wire) = charm();
    let admin = kit.as_manager("facts");
    allow(&admin, apps(json!(["watch", "patch"])));
    let lines = wire.watch(
        "/apis/apps/v1/namespaces/m1/statefulsets?watch=true&labelSelector=seen&timeoutSeconds=30",
        3,
        || {
            let label = |value: Value| {
                kube_sandbox::Patch::Merge(json!({ "metadata": { "labels": { "seen": value } } }))
            };
            for value in [json!("1"), json!("2"), Value::Null] {
                admin
                    .patch("StatefulSet", Some(MODEL), "radarr", &label(value))
                    .unwrap();
            }
        },
    );
    let told: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(told, ["ADDED", "MODIFIED", "DELETED"]);
}

#[test]
fn what_is_not_served_is_named() {
    let (kit, wire) = charm();
    let calls: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    let told = calls.clone();
    kit.sandbox.on_call(Box::new(move |call| {
        told.lock().unwrap().push(call.unserved.clone());
    }));
    for path in [
        "/apis/apps/v1/namespaces/m1/deployments",
        "/api/v1/namespaces/m1/pods/radarr-0/log",
        "/apis/example.org/v2/films",
        SET,
    ] {
        wire.send("GET", path, "application/json", "");
    }
    let calls = calls.lock().unwrap();
    let calls: Vec<Option<&str>> = calls.iter().map(Option::as_deref).collect();
    assert_eq!(
        calls,
        [
            Some("apps/v1 deployments"),
            Some("v1 pods/log"),
            Some("example.org/v2 films"),
            None
        ]
    );
}
