//! Stateful sets roll out one pod at a time; the test plays the kubelet.

use kube_sandbox::{Client, Delete, Patch};
use serde_json::{Value, json};

use crate::kit::*;

/// Ends pods that are being deleted and makes the others on the node ready, once.
fn kubelet(client: &Client) {
    for pod in client.list("Pod", Some(MODEL), "").unwrap() {
        let name = pod["metadata"]["name"].as_str().unwrap();
        if pod["metadata"].get("deletionTimestamp").is_some() {
            let now = Delete {
                grace_period_seconds: Some(0),
                ..Delete::default()
            };
            client.delete("Pod", Some(MODEL), name, &now).unwrap();
        } else if pod["spec"].get("nodeName").is_some() && pod["status"]["phase"] != "Running" {
            let ready = json!({ "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] } });
            client
                .patch_status("Pod", Some(MODEL), name, &Patch::Strategic(ready))
                .unwrap();
        }
    }
}

fn settle(kit: &Kit, client: &Client) {
    loop {
        let controllers = kit.sandbox.run_controllers().unwrap();
        let before = client.list("Pod", None, "").unwrap();
        kubelet(client);
        if !controllers && client.list("Pod", None, "").unwrap() == before {
            return;
        }
    }
}

fn of_three() -> (Kit, Client) {
    let kit = Kit::empty();
    let client = kit.as_manager("juju");
    let mut set = stateful_set();
    set["spec"]["replicas"] = json!(3);
    client.create(&set).unwrap();
    settle(&kit, &client);
    (kit, client)
}

fn pod(client: &Client, ordinal: usize) -> Option<Value> {
    client.get("Pod", Some(MODEL), &format!("radarr-{ordinal}")).ok()
}

#[test]
fn parallel_pods_are_made_at_once_and_become_ready() {
    let kit = Kit::new();
    let client = kit.as_manager("juju");
    kit.sandbox.run_controllers().unwrap();
    let status = kit.set()["status"].clone();
    assert_eq!(
        (
            &status["replicas"],
            status.get("readyReplicas"),
            &status["observedGeneration"]
        ),
        (&json!(2), None, &json!(1))
    );
    settle(&kit, &client);
    let set = kit.set();
    assert_eq!(
        (&set["status"]["readyReplicas"], &set["status"]["currentRevision"]),
        (&json!(2), &set["status"]["updateRevision"])
    );
    let pod = pod(&client, 1).unwrap();
    assert_eq!(
        pod["metadata"]["labels"]["controller-revision-hash"],
        set["status"]["updateRevision"]
    );
    assert_eq!(
        pod["metadata"]["ownerReferences"][0]["uid"],
        set["metadata"]["uid"]
    );
    assert_eq!(
        (&pod["spec"]["hostname"], &pod["spec"]["subdomain"]),
        (&json!("radarr-1"), &json!("radarr-endpoints"))
    );
}

#[test]
fn an_update_goes_from_the_highest_ordinal_and_waits_for_each() {
    let (kit, client) = of_three();
    let uids: Vec<Value> = (0..3)
        .map(|ordinal| pod(&client, ordinal).unwrap()["metadata"]["uid"].clone())
        .collect();
    client.create(&json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "media", "namespace": MODEL },
        "spec": { "accessModes": ["ReadWriteMany"], "resources": { "requests": { "storage": "1Gi" } } } })).unwrap();
    kit.apply("charmarr", &mount("media", "/data"), PLAIN).unwrap();
    let mut order = Vec::new();
    for _ in 0..20 {
        kit.sandbox.run_controllers().unwrap();
        let terminating: Vec<usize> = (0..3)
            .filter(|ordinal| {
                pod(&client, *ordinal).is_some_and(|pod| pod["metadata"].get("deletionTimestamp").is_some())
            })
            .collect();
        assert!(terminating.len() <= 1, "{terminating:?}");
        order.extend(terminating);
        let status = kit.set()["status"].clone();
        assert_eq!(
            status["currentRevision"] == status["updateRevision"],
            order.len() == 3
                && (0..3).all(
                    |ordinal| pod(&client, ordinal)
                        .is_some_and(|pod| pod["status"]["phase"] == "Running"
                            && pod["metadata"]["uid"] != uids[ordinal])
                )
        );
        kubelet(&client);
    }
    assert_eq!(order, [2, 1, 0]);
    assert_eq!(pod(&client, 0).unwrap()["spec"]["volumes"][1], volume("media"));
}

#[test]
fn a_missing_claim_stops_the_update_at_the_first_pod() {
    let (kit, client) = of_three();
    kit.apply("charmarr", &mount("absent", "/data"), PLAIN).unwrap();
    settle(&kit, &client);
    let set = kit.set();
    let numbers = ["replicas", "readyReplicas", "updatedReplicas", "currentReplicas"]
        .map(|field| set["status"][field].as_i64().unwrap());
    assert_eq!(numbers, [3, 2, 1, 2]);
    let condition = pod(&client, 2).unwrap()["status"]["conditions"][0].clone();
    assert_eq!(
        (&condition["reason"], &condition["message"]),
        (
            &json!("Unschedulable"),
            &json!("0/1 nodes are available: persistentvolumeclaim \"absent\" not found. not found")
        )
    );
    let failed: Vec<Value> = client
        .list("Event", Some(MODEL), "")
        .unwrap()
        .into_iter()
        .filter(|event| event["reason"] == "FailedScheduling")
        .collect();
    assert_eq!(
        (
            failed.len(),
            failed[0].get("count"),
            &failed[0]["reportingComponent"]
        ),
        (1, None, &json!("default-scheduler"))
    );

    // put right again, the stuck pod is replaced by itself, and the undone template is its old revision
    kit.apply("charmarr", &unmount(), PLAIN).unwrap();
    settle(&kit, &client);
    let after = kit.set();
    assert_eq!(
        (
            &after["status"]["readyReplicas"],
            &after["status"]["updateRevision"]
        ),
        (&json!(3), &set["status"]["currentRevision"])
    );
}

#[test]
fn a_pod_waits_for_its_kubelet_to_end_it() {
    let (kit, client) = of_three();
    let before = pod(&client, 0).unwrap();
    let marked = client
        .delete("Pod", Some(MODEL), "radarr-0", &Delete::default())
        .unwrap();
    assert_eq!(marked["metadata"]["deletionGracePeriodSeconds"], 30);
    kit.sandbox.run_controllers().unwrap();
    assert_eq!(
        pod(&client, 0).unwrap()["metadata"]["uid"],
        before["metadata"]["uid"]
    );
    settle(&kit, &client);
    assert_ne!(
        pod(&client, 0).unwrap()["metadata"]["uid"],
        before["metadata"]["uid"]
    );
}

#[test]
fn scaling_and_deletion_take_the_pods_along() {
    let (kit, client) = of_three();
    client
        .patch(
            "StatefulSet",
            Some(MODEL),
            "radarr",
            &Patch::Merge(json!({ "spec": { "replicas": 1 } })),
        )
        .unwrap();
    settle(&kit, &client);
    assert_eq!(
        (0..3).filter(|ordinal| pod(&client, *ordinal).is_some()).count(),
        1
    );
    client
        .delete("StatefulSet", Some(MODEL), "radarr", &Delete::default())
        .unwrap();
    settle(&kit, &client);
    assert_eq!(
        (
            client.list("Pod", None, "").unwrap(),
            client.list("ControllerRevision", None, "").unwrap()
        ),
        (vec![], vec![])
    );
}

#[test]
fn ordinals_begin_where_the_set_says() {
    let kit = Kit::empty();
    let client = kit.as_manager("juju");
    let mut set = stateful_set();
    set["spec"]["ordinals"] = json!({ "start": 5 });
    set["spec"]["podManagementPolicy"] = json!("OrderedReady");
    client.create(&set).unwrap();
    settle(&kit, &client);
    let names = |client: &Client| {
        let pods = client.list("Pod", Some(MODEL), "").unwrap();
        pods.iter()
            .map(|pod| pod["metadata"]["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&client), ["radarr-5", "radarr-6"]);
    assert_eq!(kit.set()["status"]["readyReplicas"], 2);

    kit.patch(
        "juju",
        Patch::Merge(json!({ "spec": { "ordinals": { "start": 6 } } })),
    )
    .unwrap();
    settle(&kit, &client);
    assert_eq!(names(&client), ["radarr-6", "radarr-7"]);
}

#[test]
fn what_is_not_simulated_is_told_once() {
    let kit = Kit::empty();
    let client = kit.as_manager("juju");
    let mut set = stateful_set();
    set["spec"]["minReadySeconds"] = json!(10);
    set["spec"]["persistentVolumeClaimRetentionPolicy"] = json!({ "whenScaled": "Delete" });
    client.create(&set).unwrap();
    settle(&kit, &client);
    let events = client.list("Event", Some(MODEL), "").unwrap();
    let told = events.iter().filter(|event| event["reason"] == "NotSimulated");
    let mut told: Vec<_> = told.map(|event| event["message"].as_str().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "minReadySeconds is not simulated: a pod is available as soon as it is ready",
            "persistentVolumeClaimRetentionPolicy is not simulated: claims stay",
        ]
    );
}

#[test]
fn orphaned_pods_are_taken_over() {
    let (kit, client) = of_three();
    let uids = |client: &Client| {
        (0..3)
            .map(|ordinal| pod(client, ordinal).unwrap()["metadata"]["uid"].clone())
            .collect::<Vec<_>>()
    };
    let before = uids(&client);
    let live = kit.set();
    let orphan = Delete {
        propagation: kube_sandbox::Propagation::Orphan,
        ..Delete::default()
    };
    client
        .delete("StatefulSet", Some(MODEL), "radarr", &orphan)
        .unwrap();
    settle(&kit, &client);
    let mut again = stateful_set();
    again["spec"] = live["spec"].clone();
    client.create(&again).unwrap();
    settle(&kit, &client);
    assert_eq!(uids(&client), before);
    assert_eq!(
        kit.set()["status"]["currentRevision"],
        live["status"]["currentRevision"]
    );
}

#[test]
fn claims_of_a_template_are_made_with_the_pod_and_stay() {
    let kit = Kit::empty();
    let client = kit.as_manager("juju");
    let mut set = stateful_set();
    set["spec"]["replicas"] = json!(1);
    set["spec"]["volumeClaimTemplates"] = json!([{ "metadata": { "name": "radarr-config-1a" }, "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } } }]);
    set["spec"]["template"]["spec"]["containers"][1]["volumeMounts"][0] =
        json!({ "name": "radarr-config-1a", "mountPath": "/config" });
    client.create(&set).unwrap();
    settle(&kit, &client);
    let claim = client
        .get("PersistentVolumeClaim", Some(MODEL), "radarr-config-1a-radarr-0")
        .unwrap();
    assert_eq!(
        (&claim["status"]["phase"], &claim["metadata"]["labels"]),
        (&json!("Bound"), &json!({ "app.kubernetes.io/name": "radarr" }))
    );
    assert_eq!(pod(&client, 0).unwrap()["status"]["phase"], "Running");
    client
        .delete("StatefulSet", Some(MODEL), "radarr", &Delete::default())
        .unwrap();
    settle(&kit, &client);
    assert_eq!(
        told(&client.get("PersistentVolumeClaim", Some(MODEL), "radarr-config-1a-radarr-0")).0,
        200
    );
}
