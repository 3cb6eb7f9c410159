//! `PodDisruptionBudget`: how many pods of a selection may be evicted now. See "Specifying a Disruption Budget".

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::object::Object;
use crate::selector;

/// True if a budget is about a pod.
pub(crate) fn covers(budget: &Value, pod: &Value) -> bool {
    let none = json!({});
    let labels = pod.pointer("/metadata/labels").unwrap_or(&none);
    budget
        .pointer("/spec/selector")
        .is_some_and(|selection| selector::matches(selection, labels))
}

/// A pod that does its work.
fn is_healthy(pod: &Value) -> bool {
    let ready = pod
        .condition("Ready")
        .is_some_and(|condition| condition.text("/status") == "True");
    !pod.is_terminating() && ready
}

/// The status of a budget over the pods that it covers; `scales`: the replicas of what controls them, by uid.
pub(crate) fn status(budget: &Value, pods: &[&Value], scales: &BTreeMap<String, i64>, now: &str) -> Value {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let spec = |field: &str| budget.pointer(&format!("/spec/{field}"));
    let scale: i64 = scales.values().sum();
    let (expected, desired) = match (spec("minAvailable"), spec("maxUnavailable")) {
        (Some(least), _) if least.is_number() => (count(pods.len()), least.as_i64().unwrap_or_default()),
        (Some(least), _) => (scale, share(least, scale)),
        (None, Some(most)) => (scale, (scale - share(most, scale)).max(0)),
        (None, None) => (0, 0),
    };
    let evicted = |pod: &Value| {
        budget
            .pointer("/status/disruptedPods")
            .and_then(|pods| pods.get(pod.name()))
            .is_some()
    };
    let healthy = count(pods.iter().filter(|pod| is_healthy(pod) && !evicted(pod)).count());
    let allowed = if expected > 0 {
        (healthy - desired).max(0)
    } else {
        0
    };
    let mut status = json!({
        "observedGeneration": budget.number("/metadata/generation"), "disruptionsAllowed": allowed,
        "currentHealthy": healthy, "desiredHealthy": desired, "expectedPods": expected,
    });
    // what was evicted is remembered until it is gone
    let pending = budget
        .pointer("/status/disruptedPods")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let pending: serde_json::Map<String, Value> = pending
        .into_iter()
        .filter(|(name, _)| pods.iter().any(|pod| pod.name() == name && !pod.is_terminating()))
        .collect();
    if !pending.is_empty() {
        status.set(&["disruptedPods"], Value::Object(pending));
    }
    set_condition(&mut status, budget, allowed, now);
    status
}

/// A number of pods, or a percentage of them rounded up.
fn share(amount: &Value, of: i64) -> i64 {
    let percent = amount
        .as_str()
        .and_then(|text| text.strip_suffix('%')?.parse::<i64>().ok());
    percent.map_or_else(
        || amount.as_i64().unwrap_or_default(),
        |percent| (percent * of + 99) / 100,
    )
}

fn set_condition(status: &mut Value, budget: &Value, allowed: i64, now: &str) {
    let (value, reason) = if allowed > 0 {
        ("True", "SufficientPods")
    } else {
        ("False", "InsufficientPods")
    };
    let before = budget
        .condition("DisruptionAllowed")
        .filter(|before| before.text("/status") == value);
    let since = before.map_or(now, |before| before.text("/lastTransitionTime"));
    status.set(&["conditions"], json!([{
        "type": "DisruptionAllowed", "status": value, "reason": reason, "message": "", "lastTransitionTime": since,
        "observedGeneration": budget.number("/metadata/generation"),
    }]));
}

/// The budget after one more eviction; None when the pod may go without one.
///
/// # Errors
/// Why the pod must stay.
pub(crate) fn spend(budget: &Value, pod: &Value, now: &str) -> Result<Option<Value>, String> {
    let status = |field: &str| budget.number(&format!("/status/{field}")).unwrap_or_default();
    let (desired, healthy, allowed) = (
        status("desiredHealthy"),
        status("currentHealthy"),
        status("disruptionsAllowed"),
    );
    let always = budget.text("/spec/unhealthyPodEvictionPolicy") == "AlwaysAllow";
    if !is_healthy(pod) && (always || (healthy >= desired && desired > 0)) {
        return Ok(None);
    }
    if status("observedGeneration") < budget.number("/metadata/generation").unwrap_or_default() {
        return Err(format!(
            "The disruption budget {} is still being processed by the server.",
            budget.name()
        ));
    }
    if allowed == 0 {
        return Err(format!(
            "The disruption budget {} needs {desired} healthy pods and has {healthy} currently",
            budget.name()
        ));
    }
    let mut spent = budget.clone();
    spent.set(&["status", "disruptionsAllowed"], json!(allowed - 1));
    spent.set(&["status", "disruptedPods", pod.name()], json!(now));
    Ok(Some(spent))
}
