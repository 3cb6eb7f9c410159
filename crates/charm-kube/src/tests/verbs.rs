//! What each verb asks, and what it makes of an answer.

use std::net::TcpListener;
use std::time::Duration;

use insta::assert_debug_snapshot;
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{Event, PersistentVolume, PersistentVolumeClaim};
use serde::Serialize;
use serde_json::json;

use super::server::{Reply, Server};
use crate::{ApplyConfiguration, Cluster, ClusterError, Deleted, Preconditions, Select};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replicas<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Named<'a>,
    spec: Spec,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Spec {
    replicas: u8,
}

impl ApplyConfiguration for Replicas<'_> {
    type Object = StatefulSet;

    fn name(&self) -> &str {
        self.metadata.name
    }
}

fn stage() -> serde_json::Value {
    json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "stage"}, "spec": {"selector": {}, "serviceName": "", "template": {}}})
}

fn not_found() -> Reply {
    Reply::Json(
        404,
        json!({"kind": "Status", "status": "Failure", "message": "statefulsets.apps \"stage\" not found", "reason": "NotFound", "code": 404}),
    )
}

#[test]
fn an_object_is_read_or_is_not_there() {
    let server = Server::with(vec![Reply::Json(200, stage()), not_found()]);
    let cluster = server.cluster();
    let found = cluster.get::<StatefulSet>("stage").unwrap().unwrap();
    assert_eq!(found.metadata.name.as_deref(), Some("stage"));
    assert_eq!(cluster.get::<StatefulSet>("stage").unwrap(), None);
    assert_debug_snapshot!(server.asked()[0], @r#"
    Asked {
        line: "GET /apis/apps/v1/namespaces/theatre/statefulsets/stage",
        content_type: None,
        body: "",
    }
    "#);
}

#[test]
fn a_cluster_wide_kind_has_no_namespace_in_its_path() {
    let server = Server::with(vec![Reply::Json(200, json!({"metadata": {"name": "cellar"}}))]);
    server.cluster().get::<PersistentVolume>("cellar").unwrap();
    assert_eq!(server.asked()[0].line, "GET /api/v1/persistentvolumes/cellar");
}

#[test]
fn selectors_are_sent() {
    let list = || {
        Reply::Json(
            200,
            json!({"kind": "List", "items": [{"metadata": {"name": "a"}}]}),
        )
    };
    let server = Server::with(vec![
        list(),
        Reply::Json(
            200,
            json!({"items": [{"metadata": {"uid": "7"}, "involvedObject": {}}]}),
        ),
        list(),
    ]);
    let cluster = server.cluster();
    let claims = cluster
        .list::<PersistentVolumeClaim>(Select::Labels("tier=front"))
        .unwrap();
    assert_eq!(claims.len(), 1);
    cluster
        .list::<Event>(Select::Fields("involvedObject.uid=7"))
        .unwrap();
    cluster.list::<PersistentVolumeClaim>(Select::All).unwrap();
    let lines: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_debug_snapshot!(lines, @r#"
    [
        "GET /api/v1/namespaces/theatre/persistentvolumeclaims?&labelSelector=tier%3Dfront",
        "GET /api/v1/namespaces/theatre/events?&fieldSelector=involvedObject.uid%3D7",
        "GET /api/v1/namespaces/theatre/persistentvolumeclaims?",
    ]
    "#);
}

#[test]
fn an_apply_is_never_forced_and_sends_our_fields_alone() {
    let server = Server::with(vec![Reply::Json(200, stage())]);
    let fields = Replicas {
        api_version: "apps/v1",
        kind: "StatefulSet",
        metadata: Named { name: "stage" },
        spec: Spec { replicas: 3 },
    };
    server.cluster().apply(&fields).unwrap();
    assert_debug_snapshot!(server.asked()[0], @r#"
    Asked {
        line: "PATCH /apis/apps/v1/namespaces/theatre/statefulsets/stage?&fieldManager=usher",
        content_type: Some(
            "application/apply-patch+yaml",
        ),
        body: "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"stage\"},\"spec\":{\"replicas\":3}}",
    }
    "#);
}

#[test]
fn other_patches_are_made_under_another_name() {
    let server = Server::with((0..3).map(|_| Reply::Json(200, stage())).collect());
    let cluster = server.cluster();
    let operations = json!([{"op": "test", "path": "/metadata/resourceVersion", "value": "9"}]);
    cluster.json_patch::<StatefulSet>("stage", &operations).unwrap();
    cluster
        .merge_patch::<StatefulSet>("stage", &json!({"spec": {"replicas": 1}}))
        .unwrap();
    cluster
        .strategic_patch::<StatefulSet>("stage", &json!({"spec": null}))
        .unwrap();
    let asked = server.asked();
    assert!(
        asked
            .iter()
            .all(|asked| asked.line.ends_with("/stage?&fieldManager=usher-patch"))
    );
    let sent: Vec<_> = asked
        .iter()
        .map(|asked| (asked.content_type.as_deref().unwrap(), asked.body.as_str()))
        .collect();
    assert_debug_snapshot!(sent, @r#"
    [
        (
            "application/json-patch+json",
            "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"9\"}]",
        ),
        (
            "application/merge-patch+json",
            "{\"spec\":{\"replicas\":1}}",
        ),
        (
            "application/strategic-merge-patch+json",
            "{\"spec\":null}",
        ),
    ]
    "#);
}

#[test]
fn a_deletion_takes_the_dependants_and_keeps_to_its_conditions() {
    let server = Server::with(vec![
        Reply::Json(200, json!({"kind": "Status", "status": "Success"})),
        not_found(),
    ]);
    let cluster = server.cluster();
    let same = Preconditions::uid("8c1f");
    assert_eq!(
        cluster.delete::<StatefulSet>("stage", &same).unwrap(),
        Deleted::Accepted
    );
    assert_eq!(
        cluster
            .delete::<StatefulSet>("stage", &Preconditions::default())
            .unwrap(),
        Deleted::Absent
    );
    let bodies: Vec<String> = server.asked().into_iter().map(|asked| asked.body).collect();
    assert_debug_snapshot!(bodies, @r#"
    [
        "{\"propagationPolicy\":\"Background\",\"preconditions\":{\"uid\":\"8c1f\"}}",
        "{\"propagationPolicy\":\"Background\"}",
    ]
    "#);
}

#[track_caller]
fn check_unavailable(result: Result<Option<StatefulSet>, ClusterError>) -> String {
    match result {
        Err(ClusterError::Unavailable { reason }) => reason,
        other => panic!("expected no answer, got {other:?}"),
    }
}

#[test]
fn no_server_is_a_value() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = kube::Config::new(format!("http://{address}").parse().unwrap());
    let cluster = Cluster::connect(config, "usher").unwrap();
    let reason = check_unavailable(cluster.get("stage"));
    assert!(reason.contains("refused"), "{reason}");
}

#[test]
fn a_lost_connection_and_silence_are_values() {
    let server = Server::with(vec![Reply::Hangs]);
    check_unavailable(server.cluster().get("stage"));
    let server = Server::with(vec![Reply::Silent]);
    let cluster = server.cluster().with_limit(Duration::from_millis(50));
    assert_eq!(check_unavailable(cluster.get("stage")), "timed out after 50ms");
}

#[test]
fn an_answer_that_is_not_the_object_is_a_value() {
    let server = Server::with(vec![
        Reply::Text(200, "<html>"),
        Reply::Text(503, "upstream is away\nsorry"),
    ]);
    let cluster = server.cluster();
    assert!(matches!(
        cluster.get::<StatefulSet>("stage"),
        Err(ClusterError::Unreadable(_))
    ));
    assert_eq!(check_unavailable(cluster.get("stage")), "upstream is away (503)");
}

#[test]
fn a_call_inside_a_runtime_is_refused() {
    let server = Server::with(Vec::new());
    let cluster = server.cluster();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(async { cluster.get::<StatefulSet>("stage") });
    assert!(matches!(answer, Err(ClusterError::InsideRuntime)));
}
