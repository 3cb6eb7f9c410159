//! `delete`: at once, or marked until finalizers and, for a pod on a node, its kubelet are done.

use serde_json::{Value, json};

use super::read::list_of;
use super::{Answer, Api, Call};
use crate::object::Object;
use crate::status::StatusError;
use crate::store::Store;

/// The namespaces that every cluster keeps.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

/// The options, from the body or the query.
struct Options {
    propagation: String,
    grace: Option<u64>,
    dry_run: bool,
}

impl Api {
    pub(super) fn delete(store: &mut Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let live = call.live(store)?.clone();
        if call.kind.kind == "Namespace" && IMMORTAL.contains(&live.name()) {
            return Err(call.forbidden(live.name(), "this namespace may not be deleted"));
        }
        preconditions(call, &live)?;
        Ok(Answer {
            warnings: warning(call).into_iter().collect(),
            ..Answer::ok(Self::delete_one(store, call, &live))
        })
    }

    pub(super) fn delete_all(store: &mut Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let objects = Self::selected(store, call)?;
        for object in &objects {
            Self::delete_one(store, call, object);
        }
        let metadata = json!({ "resourceVersion": store.revision().to_string() });
        Ok(Answer::ok(list_of(call.kind, &metadata, objects)))
    }

    pub(super) fn delete_one(store: &mut Store, call: Call<'_>, live: &Value) -> Value {
        let options = options(call);
        let mut marked = live.clone();
        mark(&mut marked, &options, &store.now(), call.kind.kind);
        let key = call.key(live.name());
        let done = is_done(call.kind.kind, &marked);
        if options.dry_run {
            return if done { success(call, live) } else { marked };
        }
        if done {
            store.remove(&key);
            // a pod is answered as it was: its grace may have been zero only because it never ran
            return if call.kind.kind == "Pod" {
                marked
            } else {
                success(call, live)
            };
        }
        if marked == *live {
            marked
        } else {
            store.put(key, marked)
        }
    }
}

/// True if nothing holds an object that is being deleted any more.
pub(super) fn is_done(kind: &str, object: &Value) -> bool {
    let held = match kind {
        "Namespace" => !object.items("/spec/finalizers").is_empty(),
        "Pod" => {
            object
                .number("/metadata/deletionGracePeriodSeconds")
                .unwrap_or_default()
                > 0
        }
        _ => false,
    };
    object.is_terminating() && !held && object.items("/metadata/finalizers").is_empty()
}

fn mark(object: &mut Value, options: &Options, now: &str, kind: &str) {
    if !object.is_terminating() {
        object.set(&["metadata", "deletionTimestamp"], json!(now));
        let generation = object.number("/metadata/generation");
        if let Some(generation) = generation {
            object.set(&["metadata", "generation"], json!(generation + 1));
        }
    }
    let hold = match options.propagation.as_str() {
        "Orphan" => Some("orphan"),
        "Foreground" => Some("foregroundDeletion"),
        _ => None,
    };
    if let Some(finalizer) = hold.filter(|finalizer| !object.has_finalizer(finalizer)) {
        let mut finalizers = object.items("/metadata/finalizers").to_vec();
        finalizers.push(json!(finalizer));
        object.set(&["metadata", "finalizers"], Value::Array(finalizers));
    }
    match kind {
        "Namespace" => object.set(&["status", "phase"], json!("Terminating")),
        "Pod" => {
            let before = object
                .number("/metadata/deletionGracePeriodSeconds")
                .map(i64::unsigned_abs);
            let grace = grace(object, options);
            object.set(
                &["metadata", "deletionGracePeriodSeconds"],
                json!(before.map_or(grace, |before| before.min(grace))),
            );
        }
        _ => object.set(&["metadata", "deletionGracePeriodSeconds"], json!(0)),
    }
}

/// A pod that is on no node, or has ended, needs none.
fn grace(pod: &Value, options: &Options) -> u64 {
    let ended = matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    if pod.text("/spec/nodeName").is_empty() || ended {
        return 0;
    }
    let own = pod
        .number("/spec/terminationGracePeriodSeconds")
        .map_or(30, i64::unsigned_abs);
    options.grace.unwrap_or(own)
}

fn options(call: Call<'_>) -> Options {
    let (query, body) = (&call.request.query, &call.request.body);
    let from_body = match body.get("orphanDependents").and_then(Value::as_bool) {
        Some(true) => Some("Orphan"),
        _ => Some(body.text("/propagationPolicy")).filter(|policy| !policy.is_empty()),
    };
    Options {
        propagation: from_body
            .or(query.propagation.as_deref())
            .unwrap_or(default_policy(call))
            .to_owned(),
        grace: body
            .number("/gracePeriodSeconds")
            .map(i64::unsigned_abs)
            .or(query.grace_period_seconds),
        dry_run: query.dry_run || body.items("/dryRun").iter().any(|value| value == "All"),
    }
}

/// The pods of a job outlive it, unless somebody says otherwise.
fn default_policy(call: Call<'_>) -> &'static str {
    if call.kind.kind == "Job" {
        "Orphan"
    } else {
        "Background"
    }
}

/// Who deletes a job without a word about its pods is told what becomes of them.
fn warning(call: Call<'_>) -> Option<String> {
    const TEXT: &str = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";
    let silent = call.request.query.propagation.is_none()
        && call.request.body.text("/propagationPolicy").is_empty()
        && call.request.body.get("orphanDependents").is_none();
    (call.kind.kind == "Job" && silent).then(|| TEXT.to_owned())
}

fn preconditions(call: Call<'_>, live: &Value) -> Result<(), StatusError> {
    let body = &call.request.body;
    let (uid, revision) = (
        body.text("/preconditions/uid"),
        body.text("/preconditions/resourceVersion"),
    );
    if !uid.is_empty() && uid != live.uid() {
        let why = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
            live.uid()
        );
        return Err(call.not_the_one(live.name(), &why));
    }
    let have = live.text("/metadata/resourceVersion");
    if !revision.is_empty() && revision != have {
        let why = format!(
            "the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record ({have}). The object might have been modified"
        );
        return Err(call.not_the_one(live.name(), &why));
    }
    Ok(())
}

fn success(call: Call<'_>, object: &Value) -> Value {
    let mut details = json!({ "name": object.name(), "kind": call.kind.plural, "uid": object.uid() });
    if !call.kind.group.is_empty() {
        details.set(&["group"], json!(call.kind.group));
    }
    json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details })
}
