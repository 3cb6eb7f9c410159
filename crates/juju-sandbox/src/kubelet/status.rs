//! The status of a pod as the kubelet writes it, and the events it leaves.
//!
//! Enters: what the node knows of the pod. Leaves: JSON for the status subresource, and Event objects. Pure.

use crate::json::text;
use serde_json::{Value, json};

/// One container of a pod, as far as its status tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContainerState {
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) ready: bool,
    pub(crate) restarts: u32,
}

/// The status of a pod that runs.
pub(crate) fn running(
    containers: &[ContainerState],
    init: &[ContainerState],
    address: &str,
    since: &str,
) -> Value {
    let ready = containers.iter().all(|container| container.ready);
    let unready: Vec<&str> = containers
        .iter()
        .filter(|one| !one.ready)
        .map(|container| container.name.as_str())
        .collect();
    let why = format!("containers with unready status: [{}]", unready.join(" "));
    let readiness = |kind: &str| {
        let plain = condition(kind, ready, since);
        if ready {
            plain
        } else {
            with_reason(plain, "ContainersNotReady", &why)
        }
    };
    json!({
        "phase": "Running",
        "conditions": [
            condition("PodReadyToStartContainers", true, since),
            condition("Initialized", true, since),
            readiness("Ready"),
            readiness("ContainersReady"),
            condition("PodScheduled", true, since),
        ],
        "hostIP": "127.0.0.1",
        "podIP": address,
        "podIPs": [{ "ip": address }],
        "qosClass": "Burstable",
        "startTime": since,
        "containerStatuses": containers.iter().map(|one| container_status(one, since)).collect::<Vec<_>>(),
        "initContainerStatuses": init.iter().map(|one| init_status(one, since)).collect::<Vec<_>>(),
    })
}

/// The status of a pod that has its node and cannot start there. Only its events say why.
pub(crate) fn held(init: &[&str], since: &str) -> Value {
    let why = format!("containers with incomplete status: [{}]", init.join(" "));
    json!({
        "phase": "Pending",
        "conditions": [
            condition("PodReadyToStartContainers", false, since),
            with_reason(condition("Initialized", false, since), "ContainersNotInitialized", &why),
            condition("Ready", false, since),
            condition("ContainersReady", false, since),
            condition("PodScheduled", true, since),
        ],
        "hostIP": "127.0.0.1",
        "qosClass": "Burstable",
        "startTime": since,
    })
}

/// An event of a pod, as the kubelet writes it.
pub(crate) fn event(pod: &Value, number: u64, kind: &str, reason: &str, message: &str, now: &str) -> Value {
    let name = format!("{}.{number:016x}", text(pod, "/metadata/name"));
    json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": { "name": name, "namespace": text(pod, "/metadata/namespace") },
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": text(pod, "/metadata/name"),
            "namespace": text(pod, "/metadata/namespace"),
            "uid": text(pod, "/metadata/uid"),
        },
        "type": kind,
        "reason": reason,
        "message": message,
        "count": 1,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "reportingComponent": "kubelet",
        "source": { "component": "kubelet", "host": "sandbox" },
    })
}

fn condition(kind: &str, holds: bool, since: &str) -> Value {
    json!({
        "type": kind,
        "status": if holds { "True" } else { "False" },
        "lastProbeTime": null,
        "lastTransitionTime": since,
    })
}

fn with_reason(mut condition: Value, reason: &str, message: &str) -> Value {
    if let Some(fields) = condition.as_object_mut() {
        fields.insert("reason".to_owned(), json!(reason));
        fields.insert("message".to_owned(), json!(message));
    }
    condition
}

fn container_status(container: &ContainerState, since: &str) -> Value {
    json!({
        "name": container.name,
        "image": container.image,
        "imageID": container.image,
        "ready": container.ready,
        "restartCount": container.restarts,
        "started": true,
        "state": { "running": { "startedAt": since } },
        "lastState": {},
    })
}

fn init_status(container: &ContainerState, since: &str) -> Value {
    json!({
        "name": container.name,
        "image": container.image,
        "imageID": container.image,
        "ready": true,
        "restartCount": 0,
        "started": false,
        "state": {
            "terminated": { "exitCode": 0, "reason": "Completed", "startedAt": since, "finishedAt": since },
        },
        "lastState": {},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(status: &Value) -> String {
        let of = |one: &Value, key: &str| one.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
        let lines = status["conditions"].as_array().unwrap().iter().map(|one| {
            format!(
                "{}={} {} {}",
                of(one, "type"),
                of(one, "status"),
                of(one, "reason"),
                of(one, "message")
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_pod_is_ready_when_all_its_containers_are() {
        let container = |name: &str, ready| ContainerState {
            name: name.to_owned(),
            image: "i".to_owned(),
            ready,
            restarts: 0,
        };
        let status = running(
            &[container("charm", true), container("kettle", false)],
            &[],
            "10.1.0.9",
            "t",
        );
        insta::assert_snapshot!(conditions(&status), @r"
        PodReadyToStartContainers=True - -
        Initialized=True - -
        Ready=False ContainersNotReady containers with unready status: [kettle]
        ContainersReady=False ContainersNotReady containers with unready status: [kettle]
        PodScheduled=True - -
        ");
        let status = running(&[container("charm", true)], &[], "10.1.0.9", "t");
        assert!(conditions(&status).contains("Ready=True - -"));
    }

    #[test]
    fn a_held_pod_waits_for_its_first_container() {
        insta::assert_snapshot!(conditions(&held(&["charm-init"], "t")), @r"
        PodReadyToStartContainers=False - -
        Initialized=False ContainersNotInitialized containers with incomplete status: [charm-init]
        Ready=False - -
        ContainersReady=False - -
        PodScheduled=True - -
        ");
    }

    #[test]
    fn an_event_is_about_this_very_pod() {
        let pod = json!({ "metadata": { "name": "teapot-0", "namespace": "parlour", "uid": "u-9" } });
        let told = event(&pod, 2, "Warning", "FailedMount", "m", "t");
        assert_eq!(told["involvedObject"]["uid"], "u-9");
        assert_eq!(
            (told["count"].as_u64(), told["lastTimestamp"].as_str()),
            (Some(1), Some("t"))
        );
        assert_ne!(
            told["metadata"]["name"],
            event(&pod, 3, "Warning", "FailedMount", "m", "t")["metadata"]["name"]
        );
    }
}
