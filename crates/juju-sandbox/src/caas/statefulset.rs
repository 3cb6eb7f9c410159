//! The `StatefulSet` of an application: one pod per unit, in it the charm's container and one per workload.
//!
//! Every workload container runs Pebble, never the image's own entry point. The emptyDir `charm-data` holds the agent's
//! data, the programs that the init container installed and the sockets of all Pebbles: it goes with the pod.

use super::{Application, Model, Storage, Target, Workload, Write, metadata, selector, service};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The container that the charm runs in.
pub const CHARM_CONTAINER: &str = "charm";
/// The init container that installs the agent's programs.
pub const INIT_CONTAINER: &str = "charm-init";
/// The image of the charm's container.
pub const CHARM_IMAGE: &str = "ghcr.io/juju/charm-base:ubuntu-24.04";

/// The image of the init container.
pub fn init_image(juju_version: &str) -> String {
    format!("ghcr.io/juju/jujud-operator:{juju_version}")
}

/// The emptyDir that all containers of a pod share.
pub const SHARED_VOLUME: &str = "charm-data";

/// The Pebble of the charm's container listens here; workload Pebbles follow, in the order of their names.
const CHARM_PEBBLE_PORT: u16 = 38812;

/// The whole object, as it is created.
pub(super) fn object(model: &Model, app: &Application) -> Value {
    let claims: Vec<Value> = app
        .storages
        .iter()
        .map(|storage| claim_template(model, app, storage))
        .collect();
    let mut object = json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(model, &app.name, &app.name, Some(&model.name)),
        "spec": {
            "podManagementPolicy": "Parallel",
            "replicas": app.units,
            "selector": { "matchLabels": selector(&app.name) },
            "serviceName": service::headless_name(&app.name),
            "template": template(model, app),
        },
    });
    if !claims.is_empty()
        && let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut)
    {
        spec.insert("volumeClaimTemplates".to_owned(), Value::Array(claims));
    }
    object
}

/// The whole template and the scale again, as a strategic merge patch.
pub(super) fn reapply(model: &Model, app: &Application) -> Write {
    let patch = json!({ "spec": { "replicas": app.units, "template": template(model, app) } });
    Write::Patch {
        target: target(model, app),
        patch,
    }
}

/// Only the scale.
pub(super) fn scale(model: &Model, app: &Application) -> Write {
    Write::Patch {
        target: target(model, app),
        patch: json!({ "spec": { "replicas": app.units } }),
    }
}

/// Whether Juju writes the whole `StatefulSet` again. Trust does that too, although the template stays the same.
pub(super) fn template_differs(before: &Application, wanted: &Application) -> bool {
    before.charm_modified_version != wanted.charm_modified_version
        || before.workloads != wanted.workloads
        || before.trust != wanted.trust
}

/// The name of the claim template of `storage`; the claim of unit 0 is this, `-<app>-0` behind it. The last part is an id
/// that stays the same for a model and application.
pub fn claim_template_name(model: &Model, app: &str, storage: &str) -> String {
    let digest = Sha256::digest(format!("{}/{app}", model.uuid));
    let id = digest
        .iter()
        .take(4)
        .fold(0_u32, |id, byte| id << 8 | u32::from(*byte));
    format!("{app}-{storage}-{id:08x}")
}

fn target(model: &Model, app: &Application) -> Target {
    Target {
        api_version: "apps/v1",
        kind: "StatefulSet",
        namespace: Some(model.name.clone()),
        name: app.name.clone(),
    }
}

fn template(model: &Model, app: &Application) -> Value {
    let mut workloads: Vec<&Workload> = app.workloads.iter().collect();
    workloads.sort_by(|left, right| left.name.cmp(&right.name));
    let mut containers = vec![charm_container(model, app, &workloads)];
    containers.extend(
        (CHARM_PEBBLE_PORT + 1..)
            .zip(&workloads)
            .map(|(port, workload)| workload_container(model, app, workload, port)),
    );
    let mut spec = json!({
        "automountServiceAccountToken": true,
        "serviceAccountName": app.name,
        "terminationGracePeriodSeconds": 30,
        "initContainers": [init_container(model, app, &workloads)],
        "containers": containers,
        "volumes": [{ "name": SHARED_VOLUME, "emptyDir": {} }],
    });
    let rootless = app
        .workloads
        .iter()
        .any(|workload| workload.uid.is_some() || workload.gid.is_some());
    if rootless && let Some(fields) = spec.as_object_mut() {
        fields.insert(
            "securityContext".to_owned(),
            json!({ "fsGroup": 170, "supplementalGroups": [170] }),
        );
    }
    json!({
        "metadata": {
            "labels": selector(&app.name),
            "annotations": {
                "controller.juju.is/id": model.controller_uuid,
                "juju.is/version": model.juju_version,
                "model.juju.is/id": model.uuid,
            },
        },
        "spec": spec,
    })
}

fn init_container(model: &Model, app: &Application, workloads: &[&Workload]) -> Value {
    json!({
        "name": INIT_CONTAINER,
        "image": init_image(&model.juju_version),
        "command": ["/opt/containeragent"],
        "args": [
            "init",
            "--containeragent-pebble-dir", "/containeragent/pebble",
            "--charm-modified-version", app.charm_modified_version.to_string(),
            "--data-dir", "/var/lib/juju",
            "--bin-dir", "/charm/bin",
        ],
        "workingDir": "/var/lib/juju",
        "env": [
            { "name": "JUJU_CONTAINER_NAMES", "value": names(workloads) },
            { "name": "JUJU_K8S_POD_NAME", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } },
            { "name": "JUJU_K8S_POD_UUID", "valueFrom": { "fieldRef": { "fieldPath": "metadata.uid" } } },
        ],
        "envFrom": [{ "secretRef": { "name": super::secret_name(&app.name) } }],
        "volumeMounts": [
            shared("/var/lib/juju", "var/lib/juju", false),
            shared("/containeragent/pebble", "containeragent/pebble", false),
            shared("/charm/bin", "charm/bin", false),
            shared("/charm/containers", "charm/containers", false),
        ],
    })
}

fn charm_container(model: &Model, app: &Application, workloads: &[&Workload]) -> Value {
    let mut mounts = vec![
        shared("/charm/bin", "charm/bin", true),
        shared("/var/lib/juju", "var/lib/juju", false),
        shared("/charm/containers", "charm/containers", false),
        shared("/var/lib/pebble/default", "containeragent/pebble", false),
        shared("/var/log/juju", "containeragent/var/log/juju", false),
        shared("/usr/bin/juju-introspect", "charm/bin/containeragent", true),
        shared("/usr/bin/juju-exec", "charm/bin/containeragent", true),
    ];
    mounts.extend(
        app.storages
            .iter()
            .map(|storage| storage_mount(model, app, storage, &storage.location)),
    );
    json!({
        "name": CHARM_CONTAINER,
        "image": CHARM_IMAGE,
        "command": ["/charm/bin/pebble"],
        "args": ["run", "--http", format!(":{CHARM_PEBBLE_PORT}"), "--verbose"],
        "workingDir": "/var/lib/juju",
        "env": [
            { "name": "JUJU_CONTAINER_NAMES", "value": names(workloads) },
            { "name": "HTTP_PROBE_PORT", "value": "3856" },
        ],
        "startupProbe": probe("/startup", 3856, 1, 30),
        "livenessProbe": probe("/liveness", 3856, 5, 3),
        "readinessProbe": probe("/readiness", 3856, 5, 1),
        "resources": { "requests": { "memory": "64Mi" }, "limits": { "memory": "1Gi" } },
        "volumeMounts": mounts,
    })
}

fn workload_container(model: &Model, app: &Application, workload: &Workload, port: u16) -> Value {
    let mut mounts = vec![
        shared("/charm/bin/pebble", "charm/bin/pebble", true),
        shared(
            "/charm/container",
            &format!("charm/containers/{}", workload.name),
            false,
        ),
    ];
    mounts.extend(workload.mounts.iter().filter_map(|(name, location)| {
        let storage = app.storages.iter().find(|storage| storage.name == *name)?;
        Some(storage_mount(model, app, storage, location))
    }));
    let (uid, gid) = (workload.uid.unwrap_or_default(), workload.gid.unwrap_or_default());
    json!({
        "name": workload.name,
        "image": workload.image,
        "command": ["/charm/bin/pebble"],
        "args": ["run", "--create-dirs", "--hold", "--http", format!(":{port}"), "--verbose"],
        "env": [
            { "name": "JUJU_CONTAINER_NAME", "value": workload.name },
            { "name": "PEBBLE_SOCKET", "value": "/charm/container/pebble.socket" },
            { "name": "PEBBLE", "value": "/charm/container/pebble" },
            { "name": "PEBBLE_COPY_ONCE", "value": "/var/lib/pebble/default" },
        ],
        "securityContext": { "runAsUser": uid, "runAsGroup": gid },
        "startupProbe": probe("/v1/health?level=alive", port, 1, 30),
        "livenessProbe": probe("/v1/health?level=alive", port, 5, 3),
        "readinessProbe": probe("/v1/health?level=ready", port, 5, 1),
        "volumeMounts": mounts,
    })
}

fn claim_template(model: &Model, app: &Application, storage: &Storage) -> Value {
    json!({
        "metadata": {
            "name": claim_template_name(model, &app.name, &storage.name),
            "labels": { "storage.juju.is/name": storage.name, "app.kubernetes.io/managed-by": "juju" },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": { "requests": { "storage": storage.size } },
        },
    })
}

fn storage_mount(model: &Model, app: &Application, storage: &Storage, path: &str) -> Value {
    let mut mount =
        json!({ "name": claim_template_name(model, &app.name, &storage.name), "mountPath": path });
    if storage.read_only
        && let Some(fields) = mount.as_object_mut()
    {
        fields.insert("readOnly".to_owned(), json!(true));
    }
    mount
}

fn shared(path: &str, below: &str, read_only: bool) -> Value {
    let mut mount = json!({ "name": SHARED_VOLUME, "mountPath": path, "subPath": below });
    if read_only && let Some(fields) = mount.as_object_mut() {
        fields.insert("readOnly".to_owned(), json!(true));
    }
    mount
}

fn probe(path: &str, port: u16, period: u32, failures: u32) -> Value {
    json!({
        "httpGet": { "path": path, "port": port },
        "periodSeconds": period,
        "failureThreshold": failures,
        "timeoutSeconds": 3,
    })
}

fn names(workloads: &[&Workload]) -> String {
    workloads
        .iter()
        .map(|workload| workload.name.as_str())
        .collect::<Vec<_>>()
        .join(",")
}
