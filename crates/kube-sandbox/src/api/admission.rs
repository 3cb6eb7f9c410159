//! Rules that look at other objects: namespaces, storage classes, addresses.

use base64::Engine as _;
use serde_json::{Value, json};

use super::{Api, Call, policies};
use crate::object::Object;
use crate::policy::limits;
use crate::schema::quantity;
use crate::status::{Cause, StatusError};
use crate::store::{Key, Store};

const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

impl Api {
    /// What is filled in at creation and never owned by the one who creates.
    pub(super) fn admit_new(
        store: &mut Store,
        call: Call<'_>,
        object: &mut Value,
    ) -> Result<(), StatusError> {
        namespace_takes(store, call, object)?;
        match call.kind.kind {
            "Namespace" => {
                let name = json!(object.name());
                object.set(&["metadata", "labels", "kubernetes.io/metadata.name"], name);
                object.set(&["spec", "finalizers"], json!(["kubernetes"]));
                object.set(&["status"], json!({ "phase": "Active" }));
            }
            "Pod" => {
                if object.text("/spec/serviceAccountName").is_empty() {
                    object.set(&["spec", "serviceAccountName"], json!("default"));
                    object.set(&["spec", "serviceAccount"], json!("default"));
                }
                limits::fill_in(&ranges(store, object.namespace()), object);
                let quality = quality(object.get("spec").unwrap_or(&Value::Null));
                object.set(&["status"], json!({ "phase": "Pending", "qosClass": quality }));
            }
            "PersistentVolumeClaim" => {
                add_finalizer(object, "kubernetes.io/pvc-protection");
                object.set(&["status"], json!({ "phase": "Pending" }));
                let class = default_class(store);
                if let (None, Some(class)) = (object.pointer("/spec/storageClassName"), class) {
                    object.set(&["spec", "storageClassName"], json!(class));
                }
            }
            "PersistentVolume" => {
                add_finalizer(object, "kubernetes.io/pv-protection");
                object.set(&["status"], json!({ "phase": "Pending" }));
            }
            "ResourceQuota" | "Job" => object.set(&["status"], json!({})),
            "PodDisruptionBudget" => object.set(
                &["status"],
                json!({
                    "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0,
                }),
            ),
            "StatefulSet" => object.set(&["status"], json!({ "replicas": 0, "availableReplicas": 0 })),
            "Service" => cluster_address(store, object),
            "Secret" => encode_texts(object),
            _ => {}
        }
        Ok(())
    }

    /// What is refused for reasons outside the object.
    pub(super) fn admit(
        store: &Store,
        call: Call<'_>,
        live: Option<&Value>,
        new: &Value,
    ) -> Result<(), StatusError> {
        let same = live.is_some_and(|live| live.get("spec") == new.get("spec"));
        if let ("PersistentVolumeClaim", Some(live)) = (call.kind.kind, live)
            && grows(live, new)
        {
            may_grow(store, call, live)?;
        }
        if same || !call.kind.namespaced {
            return Ok(());
        }
        policies::fit_limits(store, call, live, new)?;
        policies::are_secure(store, call, new)?;
        policies::fit_quotas(store, call, live, new)
    }

    /// What is not refused but told.
    pub(super) fn warnings(store: &Store, call: Call<'_>, live: Option<&Value>, new: &Value) -> Vec<String> {
        policies::warnings(store, call, live, new)
    }
}

/// The limit ranges of a namespace.
pub(super) fn ranges<'s>(store: &'s Store, namespace: &str) -> Vec<&'s Value> {
    store.list("LimitRange", Some(namespace))
}

/// How well a pod is cared for when its node runs short.
fn quality(spec: &Value) -> &'static str {
    let containers = || {
        spec.items("/initContainers")
            .iter()
            .chain(spec.items("/containers"))
    };
    let side = |container: &Value, side: &str| container.pointer(&format!("/resources/{side}")).cloned();
    let asks = |value: Option<Value>| {
        value.is_some_and(|value| value.as_object().is_some_and(|map| !map.is_empty()))
    };
    let guaranteed = containers().all(|container| {
        let limits = side(container, "limits").unwrap_or_default();
        let both = ["cpu", "memory"]
            .iter()
            .all(|resource| limits.get(*resource).is_some());
        both && side(container, "requests") == Some(limits)
    });
    if !containers().any(|container| asks(side(container, "limits")) || asks(side(container, "requests"))) {
        "BestEffort"
    } else if guaranteed {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

/// The name of the class that claims without one get.
pub(crate) fn default_class(store: &Store) -> Option<String> {
    let classes = store.list("StorageClass", None);
    let default = classes
        .into_iter()
        .find(|class| class.annotation(DEFAULT_CLASS) == Some("true"))?;
    Some(default.name().to_owned())
}

fn namespace_takes(store: &Store, call: Call<'_>, object: &Value) -> Result<(), StatusError> {
    if !call.kind.namespaced {
        return Ok(());
    }
    let namespace = object.namespace();
    match store.get(&Key::new("Namespace", "", namespace)) {
        None => Err(StatusError::plain(
            404,
            "NotFound",
            format!("namespaces {} not found", json!(namespace)),
        )
        .about("", "namespaces", namespace)),
        Some(found) if found.is_terminating() => {
            let why = format!(
                "unable to create new content in namespace {namespace} because it is being terminated"
            );
            let cause = Cause {
                reason: "NamespaceTerminating",
                message: format!("namespace {namespace} is being terminated"),
                field: "metadata.namespace".to_owned(),
            };
            Err(call.forbidden(object.name(), &why).because(&[cause]))
        }
        Some(_) => Ok(()),
    }
}

fn add_finalizer(object: &mut Value, finalizer: &str) {
    if !object.has_finalizer(finalizer) {
        let mut finalizers = object.items("/metadata/finalizers").to_vec();
        finalizers.push(json!(finalizer));
        object.set(&["metadata", "finalizers"], Value::Array(finalizers));
    }
}

/// Addresses are counted up in 10.152.0.0/16; nothing routes them.
fn cluster_address(store: &Store, service: &mut Value) {
    service.set(&["status"], json!({ "loadBalancer": {} }));
    if !service.text("/spec/clusterIP").is_empty() || service.text("/spec/type") == "ExternalName" {
        return;
    }
    let number = store.revision() % 65_000 + 1;
    let address = json!(format!("10.152.{}.{}", number / 256, number % 256));
    service.set(&["spec", "clusterIPs"], json!([address]));
    service.set(&["spec", "clusterIP"], address);
}

fn encode_texts(secret: &mut Value) {
    let texts = secret
        .get("stringData")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    for (key, value) in texts {
        let encoded = base64::engine::general_purpose::STANDARD.encode(value.as_str().unwrap_or_default());
        secret.set(&["data", &key], json!(encoded));
    }
    secret.unset(&["stringData"]);
}

fn grows(live: &Value, new: &Value) -> bool {
    let size = |claim: &Value| quantity::parse(claim.text("/spec/resources/requests/storage"));
    matches!((size(live), size(new)), (Some(before), Some(after)) if after > before)
}

fn may_grow(store: &Store, call: Call<'_>, live: &Value) -> Result<(), StatusError> {
    let class = store.get(&Key::new("StorageClass", "", live.text("/spec/storageClassName")));
    let allows = class
        .and_then(|class| class.get("allowVolumeExpansion"))
        .and_then(Value::as_bool)
        == Some(true);
    if allows {
        return Ok(());
    }
    let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    Err(call.forbidden(live.name(), why))
}
