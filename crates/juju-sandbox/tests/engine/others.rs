//! Pods that are not Juju's, beside a model: the node runs them and ends them as their specs say.

use std::fs;

use juju_sandbox::Progress;
use juju_sandbox::kube::Delete;
use juju_sandbox::pods::Isolation;
use serde_json::{Value, json};

use crate::parlour::{Parlour, TOOL};

pub(super) fn a_job_runs_to_its_end(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    // It waits for a shelf, as a charm waits for a job that it made.
    parlour.deploy_reader();
    parlour.settle();
    parlour.create(&json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": { "name": "nap", "namespace": "parlour" },
        "spec": { "template": { "spec": { "restartPolicy": "Never", "containers": [container(&["doze"])] } } },
    }));

    let kubectl = parlour.sandbox.kube().unwrap().client("tester", "tester");
    let mut woken = Vec::new();
    let look = &mut |progress: &Progress<'_>| {
        if let Progress::HookStarted { hook, .. } = progress {
            let job = kubectl.get("Job", Some("parlour"), "nap").unwrap();
            woken.push((hook.to_string(), job["status"]["succeeded"].clone()));
        }
    };
    let settled = parlour.sandbox.settle(look).unwrap();
    assert!(settled.quiet, "{settled:?}");
    assert_eq!(woken, [("update-status".to_owned(), json!(1))]);
}

pub(super) fn a_pod_that_is_deleted_has_its_grace(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    let desk = parlour.folder("desk");
    fs::create_dir(&desk).unwrap();
    let mut guest = container(&["linger", "/desk/word"]);
    guest["volumeMounts"] = json!([{ "name": "desk", "mountPath": "/desk" }]);
    parlour.create(&json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "guest-0", "namespace": "parlour" },
        "spec": { "containers": [guest], "volumes": [{ "name": "desk", "hostPath": { "path": desk } }] },
    }));
    parlour.settle();
    assert_eq!(
        parlour.object("Pod", "guest-0").unwrap()["status"]["phase"],
        "Running"
    );

    let kubectl = parlour.sandbox.kube().unwrap().client("tester", "tester");
    kubectl
        .delete("Pod", Some("parlour"), "guest-0", &Delete::default())
        .unwrap();
    parlour.settle();

    assert_eq!(parlour.object("Pod", "guest-0"), None);
    assert_eq!(fs::read_to_string(desk.join("word")).unwrap(), "farewell");
}

pub(super) fn a_drain_keeps_to_disruption_budgets(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    parlour.deploy_shelf();
    parlour.settle();
    parlour.create(&json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": { "name": "shelf", "namespace": "parlour" },
        "spec": { "minAvailable": 1, "selector": { "matchLabels": { "app.kubernetes.io/name": "shelf" } } },
    }));
    parlour.settle();

    let error = parlour.sandbox.drain().unwrap_err();

    assert_eq!(error.to_string(), "cannot evict Pod `shelf-0` in Kubernetes");
    let pod = parlour.object("Pod", "shelf-0").unwrap();
    assert_eq!(pod["metadata"].get("deletionTimestamp"), None);
}

fn container(words: &[&str]) -> Value {
    let command: Vec<&str> = ["/bin/stand-in"].iter().chain(words).copied().collect();
    json!({ "name": "main", "image": TOOL, "command": command })
}
