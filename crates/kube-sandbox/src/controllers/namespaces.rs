//! Namespaces: a service account `default` and the authority's certificate in each, and the end of their contents.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cluster::Cluster;
use crate::object::Object;
use crate::schema::{KINDS, Kind};

pub(super) fn pass(cluster: &Cluster<'_>) {
    for namespace in cluster.list("Namespace") {
        if namespace.is_terminating() {
            empty(cluster, &namespace);
        } else {
            publish_authority(cluster, namespace.name());
            make_account(cluster, namespace.name());
        }
    }
}

fn make_account(cluster: &Cluster<'_>, namespace: &str) {
    if cluster.get("ServiceAccount", namespace, "default").is_none() {
        let account = json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default", "namespace": namespace },
        });
        // the next pass tries again
        let _ = cluster.create(&account);
    }
}

/// The certificate that pods need to reach the API.
fn publish_authority(cluster: &Cluster<'_>, namespace: &str) {
    let name = "kube-root-ca.crt";
    if cluster.get("ConfigMap", namespace, name).is_none() {
        let authority = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": namespace },
            "data": { "ca.crt": cluster.sandbox.ca_pem() },
        });
        // the next pass tries again
        let _ = cluster.create(&authority);
    }
}

/// Deletes what is in it, pods before all else, and says what remains; without contents its own finalizer goes.
fn empty(cluster: &Cluster<'_>, namespace: &Value) {
    let pods = contents(cluster, namespace, &|kind| kind.kind == "Pod");
    delete_all(cluster, &pods);
    if !pods.is_empty() {
        // what is not deleted yet does not count as remaining
        return tell(cluster, namespace, &[]);
    }
    delete_all(cluster, &contents(cluster, namespace, &|_| true));
    let remaining = contents(cluster, namespace, &|_| true);
    if !remaining.is_empty() {
        return tell(cluster, namespace, &remaining);
    }
    let mut namespace = namespace.clone();
    namespace.set(&["spec", "finalizers"], json!([]));
    cluster.update(&namespace);
}

fn contents(cluster: &Cluster<'_>, namespace: &Value, choose: &dyn Fn(&Kind) -> bool) -> Vec<Value> {
    let kinds = KINDS.iter().filter(|kind| kind.namespaced && choose(kind));
    kinds
        .flat_map(|kind| cluster.select(kind.kind, |object| object.namespace() == namespace.name()))
        .collect()
}

fn delete_all(cluster: &Cluster<'_>, objects: &[Value]) {
    for object in objects.iter().filter(|object| !object.is_terminating()) {
        cluster.delete(object);
    }
}

/// The conditions of a namespace that ends, in the words of Kubernetes' namespace controller.
fn tell(cluster: &Cluster<'_>, namespace: &Value, remaining: &[Value]) {
    let mut resources: BTreeMap<String, usize> = BTreeMap::new();
    let mut finalizers: BTreeMap<String, usize> = BTreeMap::new();
    for object in remaining {
        if let Some(kind) = Kind::named(object.text("/kind")) {
            *resources
                .entry(format!("{}.{}", kind.plural, kind.group))
                .or_default() += 1;
        }
        for finalizer in object
            .items("/metadata/finalizers")
            .iter()
            .filter_map(Value::as_str)
        {
            *finalizers.entry(finalizer.to_owned()).or_default() += 1;
        }
    }
    let list = |counts: &BTreeMap<String, usize>, word: &str| {
        let texts: Vec<String> = counts
            .iter()
            .map(|(name, count)| format!("{name} {word} {count} resource instances"))
            .collect();
        texts.join(", ")
    };
    let content = match list(&resources, "has") {
        none if none.is_empty() => (
            "False",
            "ContentRemoved",
            "All content successfully removed".to_owned(),
        ),
        list => (
            "True",
            "SomeResourcesRemain",
            format!("Some resources are remaining: {list}"),
        ),
    };
    let held = match list(&finalizers, "in") {
        none if none.is_empty() => {
            let text = "All content-preserving finalizers finished";
            ("False", "ContentHasNoFinalizers", text.to_owned())
        }
        list => {
            let text = format!("Some content in the namespace has finalizers remaining: {list}");
            ("True", "SomeFinalizersRemain", text)
        }
    };
    let well = |reason: &'static str, text: &str| ("False", reason, text.to_owned());
    let told = [
        (
            "NamespaceDeletionDiscoveryFailure",
            well("ResourcesDiscovered", "All resources successfully discovered"),
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            well("ParsedGroupVersions", "All legacy kube types successfully parsed"),
        ),
        (
            "NamespaceDeletionContentFailure",
            well(
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization",
            ),
        ),
        ("NamespaceContentRemaining", content),
        ("NamespaceFinalizersRemaining", held),
    ];
    let now = cluster.now();
    let condition = |(ty, (status, reason, message)): (&str, (&str, &str, String))| {
        let before = namespace
            .condition(ty)
            .filter(|before| before.text("/status") == status);
        let since = before.map_or(now.as_str(), |before| before.text("/lastTransitionTime"));
        json!({ "type": ty, "status": status, "lastTransitionTime": since, "reason": reason, "message": message })
    };
    let conditions: Vec<Value> = told.into_iter().map(condition).collect();
    let mut namespace = namespace.clone();
    namespace.set(&["status", "conditions"], json!(conditions));
    cluster.update_status(&namespace);
}
