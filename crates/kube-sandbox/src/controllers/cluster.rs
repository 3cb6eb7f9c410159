//! What controllers need of the API: objects and events. A write that is refused is left to the next pass, as a real
//! controller leaves it to its next try.

use serde_json::{Value, json};

use crate::client::{Client, Delete, Propagation};
use crate::object::Object;
use crate::policy::quota::Amounts;
use crate::{KubeSandbox, StatusError};

/// The API as a controller sees it.
pub(super) struct Cluster<'a> {
    pub(super) sandbox: &'a KubeSandbox,
    client: Client,
}

/// Who tells an event: kubelets and controllers, or the scheduler with the newer form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Controller(&'static str),
    Scheduler,
}

/// What an event says.
pub(super) struct Told<'a> {
    pub(super) warning: bool,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

impl<'a> Cluster<'a> {
    pub(super) fn new(sandbox: &'a KubeSandbox) -> Self {
        let client = sandbox.client("system:kube-controller-manager", "kube-controller-manager");
        Cluster { sandbox, client }
    }

    /// How many writes of the controllers changed something; others may write at the same time.
    pub(super) fn changes(&self) -> u64 {
        self.client.changes()
    }

    pub(super) fn now(&self) -> String {
        self.sandbox.api().store().now()
    }

    /// The objects of a kind in all namespaces.
    pub(super) fn list(&self, kind: &'static str) -> Vec<Value> {
        self.select(kind, |_| true)
    }

    /// Those that fit; the test must not ask the cluster.
    pub(super) fn select(&self, kind: &'static str, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let store = self.sandbox.api().store();
        store
            .list(kind, None)
            .into_iter()
            .filter(|object| fits(object))
            .cloned()
            .collect()
    }

    /// What the objects of a namespace count for.
    pub(super) fn used(&self, namespace: &str) -> Amounts {
        crate::api::used(&self.sandbox.api().store(), namespace)
    }

    /// An object; `namespace` is empty for objects of the whole cluster.
    pub(super) fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        self.client.get(kind, some(namespace), name).ok()
    }

    pub(super) fn create(&self, object: &Value) -> Result<Value, StatusError> {
        self.client.create(object)
    }

    pub(super) fn update(&self, object: &Value) -> bool {
        self.client.update(object).is_ok()
    }

    pub(super) fn update_status(&self, object: &Value) -> bool {
        self.client.update_status(object).is_ok()
    }

    pub(super) fn delete(&self, object: &Value) -> bool {
        self.delete_as(object, Propagation::Background)
    }

    /// The same, and what becomes of the objects that it owns.
    pub(super) fn delete_as(&self, object: &Value, propagation: Propagation) -> bool {
        let how = Delete {
            propagation,
            uid: Some(object.uid().to_owned()),
            ..Delete::default()
        };
        self.client
            .delete(
                object.text("/kind"),
                some(object.namespace()),
                object.name(),
                &how,
            )
            .is_ok()
    }

    /// Removes a finalizer.
    pub(super) fn finish(&self, object: &Value, finalizer: &str) {
        let mut object = object.clone();
        let left: Vec<Value> = object
            .items("/metadata/finalizers")
            .iter()
            .filter(|have| *have != finalizer)
            .cloned()
            .collect();
        object.set(&["metadata", "finalizers"], Value::Array(left));
        self.update(&object);
    }

    /// Tells an event that lasts: once, however often it is found.
    pub(super) fn tell(&self, about: &Value, source: Source, told: &Told<'_>) {
        if self.told_before(about, told).is_none() {
            self.write_event(about, source, told);
        }
    }

    /// Tells an event that happened now: the same one is counted.
    pub(super) fn tell_again(&self, about: &Value, source: Source, told: &Told<'_>) {
        match self.told_before(about, told) {
            None => self.write_event(about, source, told),
            Some(mut event) => {
                let count = event.number("/count").unwrap_or(1);
                event.set(&["count"], json!(count + 1));
                event.set(&["lastTimestamp"], json!(self.now()));
                self.update(&event);
            }
        }
    }

    fn told_before(&self, about: &Value, told: &Told<'_>) -> Option<Value> {
        let same = |event: &Value| {
            event.text("/involvedObject/uid") == about.uid()
                && event.text("/reason") == told.reason
                && event.text("/message") == told.message
        };
        self.select("Event", same).pop()
    }

    fn write_event(&self, about: &Value, source: Source, told: &Told<'_>) {
        let namespace = some(about.namespace()).unwrap_or("default");
        let now = self.now();
        let mut event = json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": { "generateName": format!("{}.", about.name()), "namespace": namespace },
            "involvedObject": {
                "apiVersion": about.text("/apiVersion"), "kind": about.text("/kind"), "name": about.name(),
                "namespace": about.namespace(), "uid": about.uid(), "resourceVersion": about.text("/metadata/resourceVersion"),
            },
            "type": if told.warning { "Warning" } else { "Normal" }, "reason": told.reason, "message": told.message,
        });
        match source {
            Source::Controller(component) => {
                for (field, value) in [
                    ("firstTimestamp", json!(now)),
                    ("lastTimestamp", json!(now)),
                    ("count", json!(1)),
                ] {
                    event.set(&[field], value);
                }
                event.set(&["source", "component"], json!(component));
                event.set(&["reportingComponent"], json!(component));
            }
            Source::Scheduler => {
                event.set(&["eventTime"], json!(now.replace('Z', ".000000Z")));
                event.set(&["reportingComponent"], json!("default-scheduler"));
                event.set(&["reportingInstance"], json!("default-scheduler-sandbox"));
                event.set(
                    &["action"],
                    json!(if told.reason == "Scheduled" {
                        "Binding"
                    } else {
                        "Scheduling"
                    }),
                );
            }
        }
        // an event that cannot be told is no reason to stop
        let _ = self.create(&event);
    }
}

impl<'a> Told<'a> {
    pub(super) fn normal(reason: &'a str, message: &'a str) -> Self {
        Told {
            warning: false,
            reason,
            message,
        }
    }

    pub(super) fn warning(reason: &'a str, message: &'a str) -> Self {
        Told {
            warning: true,
            reason,
            message,
        }
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The names of the claims that a pod mounts.
pub(super) fn claims_of(pod: &Value) -> Vec<&str> {
    let volumes = pod.items("/spec/volumes").iter();
    volumes
        .map(|volume| volume.text("/persistentVolumeClaim/claimName"))
        .filter(|name| !name.is_empty())
        .collect()
}
