//! Puts pods on the one node, when their claims allow it.

use serde_json::{Value, json};

use super::claims::{self, SELECTED_NODE};
use super::cluster::{Cluster, Source, Told, claims_of};
use crate::object::Object;

/// The node's name.
const NODE: &str = "sandbox";

/// What keeps a pod from its node.
enum Obstacle {
    /// The text of the event and the condition.
    Unschedulable(String),
    /// A volume is being made; nothing is told meanwhile.
    Waiting,
}

pub(super) fn pass(cluster: &Cluster<'_>) {
    let waits = |pod: &Value| {
        pod.text("/spec/nodeName").is_empty()
            && pod.text("/spec/schedulerName") == "default-scheduler"
            && !pod.is_terminating()
    };
    for pod in cluster.select("Pod", waits) {
        match obstacle(cluster, &pod) {
            None => assign(cluster, &pod),
            Some(Obstacle::Waiting) => {}
            Some(Obstacle::Unschedulable(why)) => refuse(cluster, &pod, &why),
        }
    }
}

fn obstacle(cluster: &Cluster<'_>, pod: &Value) -> Option<Obstacle> {
    claims_of(pod).into_iter().find_map(|name| {
        let Some(claim) = cluster.get("PersistentVolumeClaim", pod.namespace(), name) else {
            return Some(unschedulable(&format!(
                "persistentvolumeclaim {} not found. not found",
                json!(name)
            )));
        };
        claim_obstacle(cluster, pod, &claim)
    })
}

fn claim_obstacle(cluster: &Cluster<'_>, pod: &Value, claim: &Value) -> Option<Obstacle> {
    let name = json!(claim.name());
    if claim.is_terminating() {
        return Some(unschedulable(&format!(
            "persistentvolumeclaim {name} is being deleted. not found"
        )));
    }
    match claim.text("/status/phase") {
        "Bound" => exclusive(cluster, pod, claim),
        "Lost" => {
            let volume = json!(claim.text("/spec/volumeName"));
            let text = format!(
                "persistentvolumeclaim {name} bound to non-existent persistentvolume {volume}. not found"
            );
            Some(unschedulable(&text))
        }
        _ => match claims::class_of(cluster, claim) {
            Some(class) if claims::waits_for_consumer(&class) => Some(first_consumer(cluster, claim, &class)),
            _ => Some(unschedulable(
                "pod has unbound immediate PersistentVolumeClaims. not found",
            )),
        },
    }
}

/// The first pod that wants a waiting claim makes it be bound, if there is anything to bind it to.
fn first_consumer(cluster: &Cluster<'_>, claim: &Value, class: &Value) -> Obstacle {
    let has_volume = claims::candidate(claim, &cluster.list("PersistentVolume")).is_some();
    if !has_volume && class.text("/provisioner") == "kubernetes.io/no-provisioner" {
        let text = "1 node(s) didn't find available persistent volumes to bind. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
        return unschedulable(text);
    }
    if claim.annotation(SELECTED_NODE).is_none() {
        let mut claim = claim.clone();
        claim.set(&["metadata", "annotations", SELECTED_NODE], json!(NODE));
        cluster.update(&claim);
    }
    Obstacle::Waiting
}

/// `ReadWriteOncePod` lets one pod in.
fn exclusive(cluster: &Cluster<'_>, pod: &Value, claim: &Value) -> Option<Obstacle> {
    if !claim
        .items("/spec/accessModes")
        .contains(&json!("ReadWriteOncePod"))
    {
        return None;
    }
    let other = |other: &Value| {
        other.uid() != pod.uid()
            && other.namespace() == pod.namespace()
            && !other.text("/spec/nodeName").is_empty()
            && claims_of(other).contains(&claim.name())
    };
    cluster.list("Pod").iter().any(other).then(|| {
        unschedulable("1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.")
    })
}

fn unschedulable(why: &str) -> Obstacle {
    Obstacle::Unschedulable(format!("0/1 nodes are available: {why}"))
}

fn assign(cluster: &Cluster<'_>, pod: &Value) {
    let mut assigned = pod.clone();
    assigned.set(&["spec", "nodeName"], json!(NODE));
    if !cluster.update(&assigned) {
        return;
    }
    set_condition(cluster, pod, json!({ "type": "PodScheduled", "status": "True" }));
    let text = format!(
        "Successfully assigned {}/{} to {NODE}",
        pod.namespace(),
        pod.name()
    );
    cluster.tell(pod, Source::Scheduler, &Told::normal("Scheduled", &text));
}

fn refuse(cluster: &Cluster<'_>, pod: &Value, why: &str) {
    let condition =
        json!({ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why });
    set_condition(cluster, pod, condition);
    cluster.tell(pod, Source::Scheduler, &Told::warning("FailedScheduling", why));
}

/// Writes the condition when it says something new.
fn set_condition(cluster: &Cluster<'_>, pod: &Value, mut condition: Value) {
    let Some(mut pod) = cluster.get("Pod", pod.namespace(), pod.name()) else {
        return;
    };
    let same = pod.condition("PodScheduled").is_some_and(|have| {
        ["/status", "/reason", "/message"]
            .iter()
            .all(|field| have.text(field) == condition.text(field))
    });
    if same {
        return;
    }
    condition.set(&["lastTransitionTime"], json!(cluster.now()));
    let others = pod
        .items("/status/conditions")
        .iter()
        .filter(|have| have.text("/type") != "PodScheduled");
    let all: Vec<Value> = others.cloned().chain([condition]).collect();
    pod.set(&["status", "conditions"], Value::Array(all));
    cluster.update_status(&pod);
}
