//! What the API fills in: the defaults of each kind. Enters: a canonical object. Leaves: the same with what was left open.

use serde_json::{Value, json};

use crate::object::{Object, pointer};
use crate::policy::limits;

/// Fills in the defaults of a kind.
pub(crate) fn fill_in(kind: &str, object: &mut Value) {
    match kind {
        "Pod" => {
            pod_spec(object.get_mut("spec"));
            request_limits(object);
        }
        "LimitRange" => limits::complete(object),
        "StatefulSet" => stateful_set(object),
        "Job" => job(object),
        "PersistentVolumeClaim" => default(object, &["spec", "volumeMode"], json!("Filesystem")),
        "PersistentVolume" => persistent_volume(object),
        "StorageClass" => {
            default(object, &["reclaimPolicy"], json!("Delete"));
            default(object, &["volumeBindingMode"], json!("Immediate"));
        }
        "Service" => service(object),
        "Secret" => default(object, &["type"], json!("Opaque")),
        _ => {}
    }
}

/// A container of a pod requests what it is limited to, unless it says otherwise.
fn request_limits(pod: &mut Value) {
    for list in ["initContainers", "containers"] {
        for container in items(pod.pointer_mut(&pointer(&["spec", list]))) {
            let limits = container
                .pointer("/resources/limits")
                .and_then(Value::as_object)
                .cloned();
            for (resource, amount) in limits.into_iter().flatten() {
                default(container, &["resources", "requests", &resource], amount);
            }
        }
    }
}

/// Fills in what the API gives an object only when it is accepted: the labels of a job are those of its pods.
pub(crate) fn complete(kind: &str, object: &mut Value) {
    if kind == "Job" && object.pointer("/metadata/labels").is_none() {
        let labels = object.pointer("/spec/template/metadata/labels").cloned();
        object.set(&["metadata", "labels"], labels.unwrap_or_default());
    }
}

fn default(object: &mut Value, path: &[&str], value: Value) {
    if object.pointer(&pointer(path)).is_none() {
        object.set(path, value);
    }
}

fn stateful_set(object: &mut Value) {
    default(object, &["spec", "podManagementPolicy"], json!("OrderedReady"));
    default(object, &["spec", "replicas"], json!(1));
    default(object, &["spec", "revisionHistoryLimit"], json!(10));
    default(
        object,
        &["spec", "updateStrategy", "type"],
        json!("RollingUpdate"),
    );
    if object.text("/spec/updateStrategy/type") == "RollingUpdate" {
        default(
            object,
            &["spec", "updateStrategy", "rollingUpdate", "partition"],
            json!(0),
        );
    }
    let policy = json!({ "whenDeleted": "Retain", "whenScaled": "Retain" });
    default(object, &["spec", "persistentVolumeClaimRetentionPolicy"], policy);
    for claim in items(object.pointer_mut("/spec/volumeClaimTemplates")) {
        claim.set(&["apiVersion"], json!("v1"));
        claim.set(&["kind"], json!("PersistentVolumeClaim"));
        default(claim, &["spec", "volumeMode"], json!("Filesystem"));
        default(claim, &["status"], json!({ "phase": "Pending" }));
    }
    pod_spec(object.pointer_mut("/spec/template/spec"));
}

/// A job finds its pods by a label with its uid, unless somebody chose the selector by hand.
fn job(object: &mut Value) {
    if object.pointer("/spec/completions").is_none() && object.pointer("/spec/parallelism").is_none() {
        object.set(&["spec", "completions"], json!(1));
    }
    for (field, value) in [
        ("parallelism", json!(1)),
        ("backoffLimit", json!(6)),
        ("completionMode", json!("NonIndexed")),
        ("suspend", json!(false)),
        ("manualSelector", json!(false)),
        ("podReplacementPolicy", json!("TerminatingOrFailed")),
    ] {
        default(object, &["spec", field], value);
    }
    pod_spec(object.pointer_mut("/spec/template/spec"));
    if object.pointer("/spec/manualSelector") == Some(&json!(false))
        && object.pointer("/spec/selector").is_none()
    {
        let (name, uid) = (object.name().to_owned(), object.uid().to_owned());
        for (label, value) in [
            ("batch.kubernetes.io/controller-uid", &uid),
            ("batch.kubernetes.io/job-name", &name),
            ("controller-uid", &uid),
            ("job-name", &name),
        ] {
            object.set(&["spec", "template", "metadata", "labels", label], json!(value));
        }
        object.set(
            &[
                "spec",
                "selector",
                "matchLabels",
                "batch.kubernetes.io/controller-uid",
            ],
            json!(uid),
        );
    }
}

fn pod_spec(spec: Option<&mut Value>) {
    let Some(spec) = spec.filter(|spec| spec.is_object()) else {
        return;
    };
    default(spec, &["restartPolicy"], json!("Always"));
    default(spec, &["dnsPolicy"], json!("ClusterFirst"));
    default(spec, &["schedulerName"], json!("default-scheduler"));
    default(spec, &["terminationGracePeriodSeconds"], json!(30));
    default(spec, &["securityContext"], json!({}));
    let account = spec.get("serviceAccountName").cloned();
    if let Some(account) = account {
        spec.set(&["serviceAccount"], account);
    }
    items(spec.get_mut("volumes")).iter_mut().for_each(volume);
    items(spec.get_mut("initContainers"))
        .iter_mut()
        .for_each(container);
    items(spec.get_mut("containers")).iter_mut().for_each(container);
}

/// A volume that says nothing of its kind is an emptyDir.
fn volume(volume: &mut Value) {
    if volume
        .as_object()
        .is_some_and(|map| map.keys().all(|key| key == "name"))
    {
        volume.set(&["emptyDir"], json!({}));
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if volume.get(source).is_some() {
            default(volume, &[source, "defaultMode"], json!(420));
        }
    }
    if volume.get("hostPath").is_some() {
        default(volume, &["hostPath", "type"], json!(""));
    }
}

fn container(container: &mut Value) {
    default(
        container,
        &["terminationMessagePath"],
        json!("/dev/termination-log"),
    );
    default(container, &["terminationMessagePolicy"], json!("File"));
    default(container, &["resources"], json!({}));
    let image = container.text("/image");
    let tag = image
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .split_once(':')
        .map(|(_, tag)| tag);
    let floating = !image.contains('@') && tag.is_none_or(|tag| tag == "latest");
    default(
        container,
        &["imagePullPolicy"],
        json!(if floating { "Always" } else { "IfNotPresent" }),
    );
    for port in items(container.get_mut("ports")) {
        default(port, &["protocol"], json!("TCP"));
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.get_mut(probe) else {
            continue;
        };
        for (field, value) in [
            ("timeoutSeconds", 1),
            ("periodSeconds", 10),
            ("successThreshold", 1),
            ("failureThreshold", 3),
        ] {
            default(probe, &[field], json!(value));
        }
        if probe.get("httpGet").is_some() {
            default(probe, &["httpGet", "path"], json!("/"));
            default(probe, &["httpGet", "scheme"], json!("HTTP"));
        }
    }
    for variable in items(container.get_mut("env")) {
        if variable.pointer("/valueFrom/fieldRef").is_some() {
            default(variable, &["valueFrom", "fieldRef", "apiVersion"], json!("v1"));
        }
    }
}

fn persistent_volume(object: &mut Value) {
    default(
        object,
        &["spec", "persistentVolumeReclaimPolicy"],
        json!("Retain"),
    );
    default(object, &["spec", "volumeMode"], json!("Filesystem"));
    if object.pointer("/spec/hostPath").is_some() {
        default(object, &["spec", "hostPath", "type"], json!(""));
    }
    if object.pointer("/spec/claimRef").is_some() {
        default(
            object,
            &["spec", "claimRef", "kind"],
            json!("PersistentVolumeClaim"),
        );
        default(object, &["spec", "claimRef", "apiVersion"], json!("v1"));
    }
}

fn service(object: &mut Value) {
    default(object, &["spec", "type"], json!("ClusterIP"));
    default(object, &["spec", "sessionAffinity"], json!("None"));
    default(object, &["spec", "internalTrafficPolicy"], json!("Cluster"));
    for port in items(object.pointer_mut("/spec/ports")) {
        default(port, &["protocol"], json!("TCP"));
        let number = port.get("port").cloned().unwrap_or_default();
        default(port, &["targetPort"], number);
    }
}

fn items(list: Option<&mut Value>) -> &mut [Value] {
    list.and_then(Value::as_array_mut)
        .map(Vec::as_mut_slice)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filling_in_twice_changes_nothing() {
        let mut set = json!({ "spec": { "template": { "spec": {
            "volumes": [{ "name": "v" }, { "name": "s", "secret": { "secretName": "x" } }],
            "containers": [{ "name": "c", "image": "repo:5000/app", "ports": [{ "containerPort": 1 }], "livenessProbe": { "httpGet": { "port": 2 } } }],
        } } } });
        fill_in("StatefulSet", &mut set);
        let once = set.clone();
        fill_in("StatefulSet", &mut set);
        assert_eq!(set, once);
        assert_eq!(
            set.pointer("/spec/template/spec/volumes/0/emptyDir"),
            Some(&json!({}))
        );
        assert_eq!(
            set.text("/spec/template/spec/containers/0/imagePullPolicy"),
            "Always"
        );
    }
}
