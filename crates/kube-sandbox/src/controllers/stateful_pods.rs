//! The pods and claims of a stateful set: their names, and what they are made of.

use serde_json::{Value, json};

use super::cluster::Cluster;
use crate::object::{Object, controlled_by};
use crate::selector;

pub(super) const REVISION: &str = "controller-revision-hash";

/// The ordinal of a pod of this set.
pub(super) fn ordinal(set: &Value, pod: &Value) -> Option<i64> {
    pod.name()
        .strip_prefix(set.name())?
        .strip_prefix('-')?
        .parse()
        .ok()
}

/// The pods of a set by ordinal; those left behind by a set of the same name are taken over.
pub(super) fn owned(cluster: &Cluster<'_>, set: &Value) -> Vec<(i64, Value)> {
    let selector = set.pointer("/spec/selector").cloned().unwrap_or_default();
    let mut pods = Vec::new();
    for mut pod in cluster.select("Pod", |pod| pod.namespace() == set.namespace()) {
        let labels = pod.pointer("/metadata/labels").cloned().unwrap_or_default();
        let Some(ordinal) = ordinal(set, &pod).filter(|_| selector::matches(&selector, &labels)) else {
            continue;
        };
        match pod.controller() {
            Some(owner) if owner.text("/uid") == set.uid() => pods.push((ordinal, pod)),
            Some(_) => {}
            None if pod.is_terminating() => {}
            None => {
                pod.set(&["metadata", "ownerReferences"], controlled_by(set));
                if cluster.update(&pod) {
                    pods.push((ordinal, pod));
                }
            }
        }
    }
    pods.sort_by_key(|(ordinal, _)| *ordinal);
    pods
}

/// A pod of a template.
pub(super) fn build(set: &Value, ordinal: i64, template: &Value, revision: &str) -> Value {
    let name = format!("{}-{ordinal}", set.name());
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": template.get("metadata").cloned().unwrap_or_else(|| json!({})),
        "spec": template.get("spec"),
    });
    pod.set(&["metadata", "name"], json!(name));
    pod.set(&["metadata", "generateName"], json!(format!("{}-", set.name())));
    pod.set(&["metadata", "namespace"], json!(set.namespace()));
    pod.set(&["metadata", "ownerReferences"], controlled_by(set));
    pod.set(
        &["metadata", "labels", "statefulset.kubernetes.io/pod-name"],
        json!(name),
    );
    pod.set(
        &["metadata", "labels", "apps.kubernetes.io/pod-index"],
        json!(ordinal.to_string()),
    );
    pod.set(&["metadata", "labels", REVISION], json!(revision));
    pod.set(&["spec", "hostname"], json!(name));
    pod.set(&["spec", "subdomain"], json!(set.text("/spec/serviceName")));
    let claims = claims(set, ordinal);
    let own = pod
        .items("/spec/volumes")
        .iter()
        .filter(|volume| !claims.iter().any(|(of, _)| of == volume.text("/name")));
    let of_claims = claims.iter().map(
        |(volume, claim)| json!({ "name": volume, "persistentVolumeClaim": { "claimName": claim.name() } }),
    );
    let volumes: Vec<Value> = own.cloned().chain(of_claims).collect();
    pod.set(&["spec", "volumes"], Value::Array(volumes));
    pod
}

/// The claims of a pod, each with the name of its volume.
pub(super) fn claims(set: &Value, ordinal: i64) -> Vec<(String, Value)> {
    let templates = set.items("/spec/volumeClaimTemplates").iter();
    templates
        .map(|template| {
            let mut claim = template.clone();
            let name = format!("{}-{}-{ordinal}", template.name(), set.name());
            claim.unset(&["status"]);
            claim.set(&["metadata", "name"], json!(name));
            claim.set(&["metadata", "namespace"], json!(set.namespace()));
            for (key, value) in set
                .pointer("/spec/selector/matchLabels")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                claim.set(&["metadata", "labels", key], value.clone());
            }
            (template.name().to_owned(), claim)
        })
        .collect()
}

/// True if a pod is ready and stays.
pub(super) fn is_ready(pod: &Value) -> bool {
    !pod.is_terminating()
        && pod.text("/status/phase") == "Running"
        && pod
            .condition("Ready")
            .is_some_and(|condition| condition.text("/status") == "True")
}

/// The revision that a pod was made of.
pub(super) fn revision(pod: &Value) -> &str {
    pod.label(REVISION).unwrap_or_default()
}
