//! `ResourceQuota`: how much of what a namespace may have. What an object counts for is Kubernetes' own list, in "Resource
//! Quotas"; scopes are not looked at.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::containers;
use crate::object::Object;
use crate::schema::{Kind, quantity};

/// How much of each resource, as quantities.
pub(crate) type Amounts = BTreeMap<String, String>;

/// The kinds that a quota also counts under their plain plural.
const PLAIN: &[&str] = &[
    "ConfigMap",
    "PersistentVolumeClaim",
    "ResourceQuota",
    "Secret",
    "Service",
];
const CLASS: &str = ".storageclass.storage.k8s.io";

/// What an object counts for.
pub(crate) fn amounts(kind: &Kind, object: &Value) -> Amounts {
    let mut amounts = Amounts::new();
    let mut add = |name: String, amount: &str| amounts.insert(name, amount.to_owned());
    add(format!("count/{}", kind.resource()), "1");
    if PLAIN.contains(&kind.kind) {
        add(kind.plural.to_owned(), "1");
    }
    match kind.kind {
        "PersistentVolumeClaim" => {
            let size = object.text("/spec/resources/requests/storage");
            add("requests.storage".to_owned(), size);
            let class = object.text("/spec/storageClassName");
            if !class.is_empty() {
                add(format!("{class}{CLASS}/requests.storage"), size);
                add(format!("{class}{CLASS}/persistentvolumeclaims"), "1");
            }
        }
        // one that has ended uses nothing
        "Pod" if !matches!(object.text("/status/phase"), "Succeeded" | "Failed") => {
            add(kind.plural.to_owned(), "1");
            amounts.extend(of_pod(object.get("spec").unwrap_or(&Value::Null)));
        }
        _ => {}
    }
    amounts
}

/// `requests.cpu`, `limits.memory`, …; what a pod requests also counts under the plain name.
fn of_pod(spec: &Value) -> Amounts {
    let mut amounts = Amounts::new();
    for side in ["requests", "limits"] {
        for (name, amount) in total(spec, side) {
            if side == "requests" {
                amounts.insert(name.clone(), amount.clone());
            }
            amounts.insert(format!("{side}.{name}"), amount);
        }
    }
    amounts
}

/// What all containers together have on one side of their resources; one init container runs at a time, before.
pub(crate) fn total(spec: &Value, side: &str) -> Amounts {
    let own = |container: &Value| -> Amounts {
        let map = container
            .pointer(&format!("/resources/{side}"))
            .and_then(Value::as_object);
        let amounts = map.into_iter().flatten();
        amounts
            .map(|(name, amount)| (name.clone(), amount.as_str().unwrap_or_default().to_owned()))
            .collect()
    };
    let mut sum = spec
        .items("/containers")
        .iter()
        .map(own)
        .fold(Amounts::new(), add);
    for (name, amount) in spec.items("/initContainers").iter().flat_map(own) {
        let most = sum.entry(name).or_default();
        if quantity::parse(&amount) > quantity::parse(most) {
            *most = amount;
        }
    }
    sum
}

/// Both together.
pub(crate) fn add(mut sum: Amounts, more: Amounts) -> Amounts {
    for (name, amount) in more {
        let total = match sum.get(&name) {
            Some(have) => quantity::sum(have, &amount),
            None => amount,
        };
        sum.insert(name, total);
    }
    sum
}

/// Only what a quota speaks of; what nothing counts for is 0.
pub(crate) fn limited(amounts: &Amounts, hard: &Value) -> Amounts {
    let names = hard.as_object().into_iter().flat_map(serde_json::Map::keys);
    names
        .map(|name| {
            (
                name.clone(),
                amounts.get(name).cloned().unwrap_or_else(|| "0".to_owned()),
            )
        })
        .collect()
}

/// What of it is more than before.
pub(crate) fn growth(after: Amounts, before: &Amounts) -> Amounts {
    let more = after.into_iter().filter_map(|(name, amount)| {
        let more = match before.get(&name) {
            Some(before) => quantity::difference(&amount, before)?,
            None => amount,
        };
        Some((name, more))
    });
    more.collect()
}

/// Why a quota refuses that its namespace uses `more` than `used`; None when it fits.
pub(crate) fn exceeded(quota: &Value, used: &Amounts, more: &Amounts) -> Option<String> {
    let size = |text: &str| quantity::parse(text).unwrap_or_default();
    let hard = quota.pointer("/status/hard").and_then(Value::as_object)?;
    let over: Vec<(&str, &str, &str, &str)> = hard
        .iter()
        .filter_map(|(name, most)| {
            let (more, used) = (more.get(name)?, used.get(name).map_or("0", String::as_str));
            let most = most.as_str().unwrap_or_default();
            let over = size(more) > 0 && size(used) + size(more) > size(most);
            over.then_some((name.as_str(), more.as_str(), used, most))
        })
        .collect();
    if over.is_empty() {
        return None;
    }
    let list =
        |pick: fn(&(&str, &str, &str, &str)) -> String| over.iter().map(pick).collect::<Vec<_>>().join(",");
    Some(format!(
        "exceeded quota: {}, requested: {}, used: {}, limited: {}",
        quota.name(),
        list(|(name, more, ..)| format!("{name}={more}")),
        list(|(name, _, used, _)| format!("{name}={used}")),
        list(|(name, .., most)| format!("{name}={most}")),
    ))
}

/// Why a quota refuses a pod whose containers do not say how much they need of what it limits.
pub(crate) fn unspecified(quota: &Value, pod: &Value) -> Option<String> {
    let spec = pod.get("spec").unwrap_or(&Value::Null);
    let hard = quota.pointer("/status/hard").and_then(Value::as_object)?;
    let missing: Vec<String> = hard
        .keys()
        .filter_map(|name| {
            let (side, resource) = match name.split_once('.') {
                Some((side @ ("requests" | "limits"), resource @ ("cpu" | "memory"))) => (side, resource),
                _ if matches!(name.as_str(), "cpu" | "memory") => ("requests", name.as_str()),
                _ => return None,
            };
            let pointer = format!("/resources/{side}/{resource}");
            let silent = containers(spec).filter(|container| container.pointer(&pointer).is_none());
            let silent: Vec<&str> = silent.map(|container| container.text("/name")).collect();
            (!silent.is_empty()).then(|| format!("{name} for: {}", silent.join(",")))
        })
        .collect();
    (!missing.is_empty()).then(|| {
        format!(
            "failed quota: {}: must specify {}",
            quota.name(),
            missing.join("; ")
        )
    })
}

/// What a quota says of itself.
pub(crate) fn status(quota: &Value, used: &Amounts) -> Value {
    let hard = quota.pointer("/spec/hard").cloned().unwrap_or_else(|| json!({}));
    json!({ "hard": hard, "used": limited(used, &hard) })
}
