//! The `scale` subresource of a stateful set: its replicas under a shape that all sets share.

use serde_json::{Value, json};

use super::{Answer, Api, Call, PatchKind, Verb};
use crate::merge::{json_merge, json_patch};
use crate::object::Object;
use crate::status::StatusError;
use crate::store::Store;

impl Api {
    pub(super) fn scale(&self, store: &mut Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let live = call.live(store)?.clone();
        let before = scale_of(&live);
        let body = &call.request.body;
        let after = match call.request.verb {
            Verb::Get => return Ok(Answer::ok(before)),
            Verb::Update => body.clone(),
            Verb::Patch(PatchKind::Json) => {
                json_patch(&before, body).map_err(super::refusals::json_patch_error)?
            }
            Verb::Patch(_) => json_merge(&before, body),
            Verb::List | Verb::Watch | Verb::Create | Verb::Delete | Verb::DeleteCollection => {
                return Err(StatusError::no_such_path());
            }
        };
        let mut set = live.clone();
        set.set(
            &["spec", "replicas"],
            json!(after.number("/spec/replicas").unwrap_or_default()),
        );
        let answer = self.store_update(store, call, &live, set)?;
        Ok(Answer::ok(scale_of(&answer.body)))
    }
}

fn scale_of(set: &Value) -> Value {
    let labels = set
        .pointer("/spec/selector/matchLabels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let selector: Vec<String> = labels
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    let mut scale = json!({
        "apiVersion": "autoscaling/v1", "kind": "Scale",
        "metadata": {
            "name": set.name(), "namespace": set.namespace(), "uid": set.uid(),
            "resourceVersion": set.text("/metadata/resourceVersion"),
            "creationTimestamp": set.text("/metadata/creationTimestamp"),
        },
        "spec": {}, "status": { "replicas": set.number("/status/replicas").unwrap_or_default(), "selector": selector.join(",") },
    });
    let replicas = set.number("/spec/replicas").unwrap_or_default();
    if replicas != 0 {
        scale.set(&["spec", "replicas"], json!(replicas));
    }
    scale
}
