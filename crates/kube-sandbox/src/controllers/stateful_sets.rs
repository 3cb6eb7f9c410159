//! Stateful sets: as many pods as wanted, each of the template's newest revision, one replaced at a time from the highest
//! ordinal on. A pod that is being deleted is waited for: its kubelet finishes it. What is not simulated is told by an event.

use std::ops::Range;

use serde_json::{Value, json};

use super::cluster::{Cluster, Source, Told};
use super::revisions;
use super::stateful_pods::{self as pods, is_ready, revision};
use crate::object::Object;

/// The most pods of a set that are made: what one node takes. More would wait for ever.
const MOST_PODS: i64 = 110;
const CONTROLLER: Source = Source::Controller("statefulset-controller");

/// One set, as observed.
struct Set<'a> {
    cluster: &'a Cluster<'a>,
    object: Value,
    pods: Vec<(i64, Value)>,
    current: String,
    update: String,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Create(i64),
    Delete(i64),
}

pub(super) fn pass(cluster: &Cluster<'_>) {
    for object in cluster.list("StatefulSet") {
        if object.is_terminating() {
            continue;
        }
        let Some(update) = revisions::of_template(cluster, &object) else {
            continue;
        };
        let current = match object.text("/status/currentRevision") {
            "" => update.clone(),
            current => current.to_owned(),
        };
        let pods = pods::owned(cluster, &object);
        let mut set = Set {
            cluster,
            object,
            pods,
            current,
            update,
        };
        for told in not_simulated(&set.object) {
            set.tell(&Told::warning("NotSimulated", told), false);
        }
        for step in decide(&set) {
            set.carry_out(&step);
        }
        set.pods = pods::owned(cluster, &set.object);
        set.write_status();
        set.forget_revisions();
    }
}

/// What a set asks for and does not get.
fn not_simulated(set: &Value) -> impl Iterator<Item = &'static str> {
    let waits = set.number("/spec/minReadySeconds").unwrap_or_default() > 0;
    let policy = "/spec/persistentVolumeClaimRetentionPolicy";
    let deletes = ["whenDeleted", "whenScaled"]
        .iter()
        .any(|when| set.text(&format!("{policy}/{when}")) == "Delete");
    let waits =
        waits.then_some("minReadySeconds is not simulated: a pod is available as soon as it is ready");
    let deletes = deletes.then_some("persistentVolumeClaimRetentionPolicy is not simulated: claims stay");
    waits.into_iter().chain(deletes)
}

/// The steps that can be taken at once.
fn decide(set: &Set<'_>) -> Vec<Step> {
    let wanted = set.wanted();
    let parallel = set.object.text("/spec/podManagementPolicy") == "Parallel";
    let first_only = |steps: Vec<Step>| {
        if parallel {
            steps
        } else {
            steps.into_iter().take(1).collect()
        }
    };

    let surplus = set
        .pods
        .iter()
        .rev()
        .filter(|(ordinal, pod)| !wanted.contains(ordinal) && !pod.is_terminating());
    let surplus: Vec<Step> = surplus.map(|(ordinal, _)| Step::Delete(*ordinal)).collect();
    let missing = wanted.clone().filter(|ordinal| set.pod(*ordinal).is_none());
    let missing: Vec<Step> = missing
        .filter(|ordinal| parallel || set.all_ready_below(*ordinal))
        .map(Step::Create)
        .collect();
    let ended = set
        .pods
        .iter()
        .filter(|(ordinal, pod)| wanted.contains(ordinal) && has_ended(pod) && !pod.is_terminating());
    let ended: Vec<Step> = ended.map(|(ordinal, _)| Step::Delete(*ordinal)).collect();
    if !(surplus.is_empty() && missing.is_empty() && ended.is_empty()) {
        return first_only(missing)
            .into_iter()
            .chain(first_only(surplus))
            .chain(ended)
            .collect();
    }
    if !parallel && !set.pods.iter().all(|(_, pod)| is_ready(pod)) {
        return Vec::new();
    }
    next_replacement(set, wanted.end).into_iter().collect()
}

/// From the highest ordinal down: the first pod of an older revision; one that is not ready yet is waited for.
fn next_replacement(set: &Set<'_>, end: i64) -> Option<Step> {
    if set.object.text("/spec/updateStrategy/type") != "RollingUpdate" {
        return None;
    }
    for ordinal in (set.partition()..end).rev() {
        let pod = set.pod(ordinal)?;
        if revision(pod) != set.update && !pod.is_terminating() {
            return Some(Step::Delete(ordinal));
        }
        if !is_ready(pod) {
            return None;
        }
    }
    None
}

fn has_ended(pod: &Value) -> bool {
    matches!(pod.text("/status/phase"), "Failed" | "Succeeded")
}

impl Set<'_> {
    fn pod(&self, ordinal: i64) -> Option<&Value> {
        self.pods
            .iter()
            .find(|(have, _)| *have == ordinal)
            .map(|(_, pod)| pod)
    }

    fn all_ready_below(&self, ordinal: i64) -> bool {
        (self.start()..ordinal).all(|below| self.pod(below).is_some_and(is_ready))
    }

    /// The first ordinal.
    fn start(&self) -> i64 {
        self.object.number("/spec/ordinals/start").unwrap_or_default()
    }

    /// The ordinals that there are to be.
    fn wanted(&self) -> Range<i64> {
        let replicas = self.object.number("/spec/replicas").unwrap_or(1).min(MOST_PODS);
        self.start()..self.start().saturating_add(replicas)
    }

    /// The first ordinal that is updated.
    fn partition(&self) -> i64 {
        let partition = self.object.number("/spec/updateStrategy/rollingUpdate/partition");
        self.start().saturating_add(partition.unwrap_or_default())
    }

    fn carry_out(&self, step: &Step) {
        match step {
            Step::Create(ordinal) => self.create(*ordinal),
            Step::Delete(ordinal) => {
                if let Some(pod) = self.pod(*ordinal).filter(|pod| self.cluster.delete(pod)) {
                    let text = format!(
                        "delete Pod {} in StatefulSet {} successful",
                        pod.name(),
                        self.object.name()
                    );
                    self.tell(&Told::normal("SuccessfulDelete", &text), true);
                }
            }
        }
    }

    fn create(&self, ordinal: i64) {
        let set = &self.object;
        let (revision, template) = self.template_for(ordinal);
        for (_, claim) in pods::claims(set, ordinal) {
            if self
                .cluster
                .get("PersistentVolumeClaim", set.namespace(), claim.name())
                .is_none()
            {
                // a claim that cannot be made keeps the pod unscheduled, which tells
                let _ = self.cluster.create(&claim);
            }
        }
        let pod = pods::build(set, ordinal, &template, &revision);
        match self.cluster.create(&pod) {
            Ok(_) => {
                let text = format!(
                    "create Pod {} in StatefulSet {} successful",
                    pod.name(),
                    set.name()
                );
                self.tell(&Told::normal("SuccessfulCreate", &text), true);
            }
            // its predecessor is still there under the same name
            Err(why) if why.reason == "AlreadyExists" => {}
            Err(why) => {
                let text = format!(
                    "create Pod {} in StatefulSet {} failed error: {why}",
                    pod.name(),
                    set.name()
                );
                self.tell(&Told::warning("FailedCreate", &text), false);
            }
        }
    }

    /// Ordinals below the partition stay on the current revision.
    fn template_for(&self, ordinal: i64) -> (String, Value) {
        let newest = self.object.pointer("/spec/template").cloned().unwrap_or_default();
        if ordinal >= self.partition() {
            return (self.update.clone(), newest);
        }
        match revisions::template(self.cluster, &self.object, &self.current) {
            Some(template) => (self.current.clone(), template),
            None => (self.update.clone(), newest),
        }
    }

    fn tell(&self, told: &Told<'_>, counted: bool) {
        if counted {
            self.cluster.tell_again(&self.object, CONTROLLER, told);
        } else {
            self.cluster.tell(&self.object, CONTROLLER, told);
        }
    }

    fn write_status(&self) {
        let count = |fits: &dyn Fn(&Value) -> bool| self.pods.iter().filter(|(_, pod)| fits(pod)).count();
        let ready = count(&is_ready);
        let on = |name: &str| count(&|pod: &Value| revision(pod) == name && !pod.is_terminating());
        let updated = on(&self.update);
        let complete = updated == self.pods.len() && ready == updated && self.partition() == self.start();
        let current = if complete { &self.update } else { &self.current };
        let mut object = self.object.clone();
        object.set(&["status"], json!({
            "observedGeneration": object.number("/metadata/generation"), "replicas": self.pods.len(),
            "readyReplicas": ready, "availableReplicas": ready, "currentReplicas": on(current), "updatedReplicas": updated,
            "currentRevision": current, "updateRevision": self.update, "collisionCount": 0,
        }));
        self.cluster.update_status(&object);
    }

    fn forget_revisions(&self) {
        let of_pods = self.pods.iter().map(|(_, pod)| revision(pod).to_owned());
        let in_use: Vec<String> = of_pods
            .chain([self.current.clone(), self.update.clone()])
            .collect();
        revisions::forget_old(self.cluster, &self.object, &in_use);
    }
}
