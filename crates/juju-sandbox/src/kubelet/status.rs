//! The status of a pod as the kubelet writes it, and the events it leaves.
//!
//! Enters: what the node knows of the pod. Leaves: JSON for the status subresource, and Event objects. Pure.

use crate::json::{list, text};
use serde_json::{Value, json};

/// One container of a pod, as far as its status tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContainerState {
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) ready: bool,
    pub(crate) restarts: u32,
    pub(crate) state: State,
    /// How it ended the last time, if it runs again.
    pub(crate) last: Option<Ended>,
}

/// What a container does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Waiting { reason: String, message: Option<String> },
    Running { since: String },
    Ended(Ended),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) message: Option<String>,
    pub(crate) since: String,
    pub(crate) until: String,
}

/// Where a pod is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
}

impl ContainerState {
    /// One that has not run yet, and why.
    pub(crate) fn waiting(name: &str, image: &str, reason: &str) -> Self {
        Self {
            name: name.to_owned(),
            image: image.to_owned(),
            ready: false,
            restarts: 0,
            state: State::Waiting {
                reason: reason.to_owned(),
                message: None,
            },
            last: None,
        }
    }
}

/// The status of a pod whose sandbox runs, at this address.
pub(crate) fn of(
    phase: Phase,
    containers: &[ContainerState],
    init: &[ContainerState],
    address: &str,
    since: &str,
) -> Value {
    let mut status = without_sandbox(phase, containers, init, since);
    for (field, value) in [("podIP", json!(address)), ("podIPs", json!([{ "ip": address }]))] {
        if let Some(fields) = status.as_object_mut() {
            fields.insert(field.to_owned(), value);
        }
    }
    let sandbox = matches!(phase, Phase::Pending | Phase::Running);
    if let Some(first) = status.pointer_mut("/conditions/0") {
        *first = condition("PodReadyToStartContainers", sandbox, since);
    }
    status
}

/// The status of a pod that has its node and cannot start there. Only its events say why.
pub(crate) fn held(pod: &Value, since: &str) -> Value {
    let init = list(pod, "/spec/initContainers");
    let reason = if init.is_empty() {
        "ContainerCreating"
    } else {
        "PodInitializing"
    };
    let waiting = |container: &Value| {
        ContainerState::waiting(text(container, "/name"), text(container, "/image"), reason)
    };
    let states = |containers: &[Value]| containers.iter().map(waiting).collect::<Vec<_>>();
    let containers = states(list(pod, "/spec/containers"));
    without_sandbox(Phase::Pending, &containers, &states(init), since)
}

fn without_sandbox(
    phase: Phase,
    containers: &[ContainerState],
    init: &[ContainerState],
    since: &str,
) -> Value {
    let incomplete = names(
        init,
        |one| matches!(&one.state, State::Ended(ended) if ended.code == 0),
    );
    let unready = names(containers, |one| one.ready);
    let initialized = match (incomplete.is_empty(), phase) {
        (true, Phase::Succeeded) => with_reason(condition("Initialized", true, since), "PodCompleted", None),
        (true, _) => condition("Initialized", true, since),
        (false, _) => {
            let why = format!("containers with incomplete status: [{}]", incomplete.join(" "));
            let plain = condition("Initialized", false, since);
            with_reason(plain, "ContainersNotInitialized", Some(&why))
        }
    };
    let readiness = |kind: &str| {
        let unmet = condition(kind, false, since);
        match phase {
            Phase::Succeeded => with_reason(unmet, "PodCompleted", None),
            Phase::Failed => with_reason(unmet, "PodFailed", None),
            Phase::Pending | Phase::Running if unready.is_empty() => condition(kind, true, since),
            Phase::Pending | Phase::Running => {
                let why = format!("containers with unready status: [{}]", unready.join(" "));
                with_reason(unmet, "ContainersNotReady", Some(&why))
            }
        }
    };
    json!({
        "phase": match phase {
            Phase::Pending => "Pending",
            Phase::Running => "Running",
            Phase::Succeeded => "Succeeded",
            Phase::Failed => "Failed",
        },
        "conditions": [
            condition("PodReadyToStartContainers", false, since),
            initialized,
            readiness("Ready"),
            readiness("ContainersReady"),
            condition("PodScheduled", true, since),
        ],
        "hostIP": "127.0.0.1",
        "startTime": since,
        "containerStatuses": containers.iter().map(container_status).collect::<Vec<_>>(),
        "initContainerStatuses": init.iter().map(init_status).collect::<Vec<_>>(),
    })
}

/// The names of those that are not as they should be.
fn names(containers: &[ContainerState], good: impl Fn(&ContainerState) -> bool) -> Vec<&str> {
    let bad = containers.iter().filter(|container| !good(container));
    bad.map(|container| container.name.as_str()).collect()
}

/// An event of a pod, as the kubelet writes it. `part` is the container that it is about, as `spec.containers{name}`.
pub(crate) fn event(
    pod: &Value,
    part: Option<&str>,
    number: u64,
    (kind, reason, message): (&str, &str, &str),
    now: &str,
) -> Value {
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
            "fieldPath": part,
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

fn with_reason(mut condition: Value, reason: &str, message: Option<&str>) -> Value {
    if let Some(fields) = condition.as_object_mut() {
        fields.insert("reason".to_owned(), json!(reason));
        if let Some(message) = message {
            fields.insert("message".to_owned(), json!(message));
        }
    }
    condition
}

fn container_status(container: &ContainerState) -> Value {
    let (state, id) = state(&container.state);
    json!({
        "name": container.name,
        "image": container.image,
        "imageID": container.image,
        "containerID": id.map(|()| format!("sandbox://{}-{}", container.name, container.restarts)),
        "ready": container.ready,
        "restartCount": container.restarts,
        "started": matches!(container.state, State::Running { .. }),
        "state": state,
        "lastState": container.last.as_ref().map_or_else(|| json!({}), ended),
    })
}

/// An init container is ready when it has done its work.
fn init_status(container: &ContainerState) -> Value {
    let mut status = container_status(container);
    if let (Some(fields), State::Ended(ended)) = (status.as_object_mut(), &container.state) {
        fields.insert("ready".to_owned(), json!(ended.code == 0));
    }
    status
}

/// The state, and whether there is or was a container at all.
fn state(state: &State) -> (Value, Option<()>) {
    match state {
        State::Waiting { reason, message } => {
            let mut waiting = json!({ "reason": reason });
            if let (Some(fields), Some(message)) = (waiting.as_object_mut(), message) {
                fields.insert("message".to_owned(), json!(message));
            }
            (json!({ "waiting": waiting }), None)
        }
        State::Running { since } => (json!({ "running": { "startedAt": since } }), Some(())),
        State::Ended(how) => (ended(how), Some(())),
    }
}

fn ended(ended: &Ended) -> Value {
    json!({ "terminated": {
        "exitCode": ended.code,
        "reason": if ended.code == 0 { "Completed" } else { "Error" },
        "message": ended.message,
        "startedAt": ended.since,
        "finishedAt": ended.until,
    } })
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
            state: State::Running {
                since: "t".to_owned(),
            },
            last: None,
        };
        let status = of(
            Phase::Running,
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
        let status = of(Phase::Running, &[container("charm", true)], &[], "10.1.0.9", "t");
        assert!(conditions(&status).contains("Ready=True - -"));
    }

    #[test]
    fn a_held_pod_waits_for_its_first_container() {
        let pod = json!({ "spec": { "initContainers": [{ "name": "charm-init" }], "containers": [{ "name": "charm" }] } });
        insta::assert_snapshot!(conditions(&held(&pod, "t")), @r"
        PodReadyToStartContainers=False - -
        Initialized=False ContainersNotInitialized containers with incomplete status: [charm-init]
        Ready=False ContainersNotReady containers with unready status: [charm]
        ContainersReady=False ContainersNotReady containers with unready status: [charm]
        PodScheduled=True - -
        ");
    }

    #[test]
    fn an_event_is_about_this_very_pod() {
        let pod = json!({ "metadata": { "name": "teapot-0", "namespace": "parlour", "uid": "u-9" } });
        let told = event(&pod, None, 2, ("Warning", "FailedMount", "m"), "t");
        assert_eq!(told["involvedObject"]["uid"], "u-9");
        assert_eq!(
            (told["count"].as_u64(), told["lastTimestamp"].as_str()),
            (Some(1), Some("t"))
        );
        assert_ne!(
            told["metadata"]["name"],
            event(&pod, None, 3, ("Warning", "FailedMount", "m"), "t")["metadata"]["name"]
        );
    }
}
