//! A sandbox with an application of Juju's shape, and short ways to ask.

use kube_sandbox::{Apply, Client, KubeSandbox, Options, Patch, StatusError};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const MODEL: &str = "m1";
pub(crate) const FORCED: Apply = Apply {
    force: true,
    dry_run: false,
};
pub(crate) const PLAIN: Apply = Apply {
    force: false,
    dry_run: false,
};

/// A sandbox, and the folder of its volumes.
pub(crate) struct Kit {
    pub(crate) sandbox: KubeSandbox,
    _folder: TempDir,
}

impl Kit {
    /// Only the namespace.
    pub(crate) fn empty() -> Kit {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            data_dir: folder.path().join("volumes"),
            ..Options::default()
        };
        let kit = Kit {
            sandbox: KubeSandbox::start(options).unwrap(),
            _folder: folder,
        };
        kit.as_manager("facts")
            .create(&json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": MODEL } }))
            .unwrap();
        kit
    }

    /// The namespace and a stateful set `radarr` made by `juju`.
    pub(crate) fn new() -> Kit {
        let kit = Kit::empty();
        kit.as_manager("juju").create(&stateful_set()).unwrap();
        kit
    }

    pub(crate) fn as_manager(&self, manager: &str) -> Client {
        self.sandbox.client("system:admin", manager)
    }

    pub(crate) fn apply(&self, manager: &str, body: &Value, how: Apply) -> Result<Value, StatusError> {
        self.as_manager(manager).apply(body, how)
    }

    pub(crate) fn patch(&self, manager: &str, patch: Patch) -> Result<Value, StatusError> {
        self.as_manager(manager)
            .patch("StatefulSet", Some(MODEL), "radarr", &patch)
    }

    pub(crate) fn set(&self) -> Value {
        self.as_manager("facts")
            .get("StatefulSet", Some(MODEL), "radarr")
            .unwrap()
    }

    /// `volumes` and the mounts of `radarr` beside those of Juju.
    pub(crate) fn added(&self) -> Value {
        let set = self.set();
        json!([
            list(&set, "/spec/template/spec/volumes", "charm-data"),
            list(
                &set,
                "/spec/template/spec/containers/1/volumeMounts",
                "charm-data"
            )
        ])
    }

    /// `manager Operation` of every entry.
    pub(crate) fn owners(&self) -> Vec<String> {
        let set = self.set();
        let entries = set["metadata"]["managedFields"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        entries
            .iter()
            .map(|entry| {
                format!(
                    "{} {}",
                    entry["manager"].as_str().unwrap(),
                    entry["operation"].as_str().unwrap()
                )
            })
            .collect()
    }
}

fn list(set: &Value, pointer: &str, but: &str) -> Value {
    let items = set
        .pointer(pointer)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    items.into_iter().filter(|item| item["name"] != but).collect()
}

pub(crate) fn stateful_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": { "name": "radarr", "namespace": MODEL, "labels": { "app.kubernetes.io/managed-by": "juju" } },
        "spec": {
            "replicas": 2, "serviceName": "radarr-endpoints", "podManagementPolicy": "Parallel",
            "selector": { "matchLabels": { "app.kubernetes.io/name": "radarr" } },
            "template": {
                "metadata": { "labels": { "app.kubernetes.io/name": "radarr" } },
                "spec": {
                    "volumes": [{ "name": "charm-data", "emptyDir": {} }],
                    "initContainers": [{ "name": "charm-init", "image": "jujud:1", "args": ["init"], "resources": {} }],
                    "containers": [
                        { "name": "charm", "image": "charm-base:1", "resources": {} },
                        { "name": "radarr", "image": "radarr:1", "command": ["/charm/bin/pebble"], "resources": {},
                          "volumeMounts": [{ "name": "charm-data", "mountPath": "/charm/container", "subPath": "charm/containers/radarr" }] },
                    ],
                },
            },
        },
    })
}

/// The body of the mount, with the parts given.
pub(crate) fn body(volumes: Value, containers: Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": { "name": "radarr", "namespace": MODEL },
        "spec": { "template": { "spec": { "volumes": volumes, "containers": containers } } },
    })
}

pub(crate) fn mount(claim: &str, path: &str) -> Value {
    body(
        json!([volume(claim)]),
        json!([{ "name": "radarr", "volumeMounts": [mounted(path)] }]),
    )
}

pub(crate) fn volume(claim: &str) -> Value {
    json!({ "name": "charmarr-shared-data", "persistentVolumeClaim": { "claimName": claim } })
}

pub(crate) fn mounted(path: &str) -> Value {
    json!({ "name": "charmarr-shared-data", "mountPath": path })
}

pub(crate) fn unmount() -> Value {
    json!({ "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": { "name": "radarr", "namespace": MODEL } })
}

/// The code and message of a refusal, or the code 200 and nothing.
#[track_caller]
pub(crate) fn told(result: &Result<Value, StatusError>) -> (u16, String) {
    match result {
        Ok(_) => (200, String::new()),
        Err(error) => (error.code, error.message.clone()),
    }
}
