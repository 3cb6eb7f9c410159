//! `LimitRange`: the least and the most that one claim, container or pod may ask for, and what a container gets that asks
//! for nothing. See "Limit Ranges".

use serde_json::{Value, json};

use super::containers;
use super::quota::total;
use crate::object::{Object, pointer};
use crate::schema::quantity::{self, Milli};

/// What was filled in is told here.
const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Gives the containers of a new pod what they do not ask for themselves.
pub(crate) fn fill_in(ranges: &[&Value], pod: &mut Value) {
    let mut told = Vec::new();
    for range in ranges {
        let limits = range.items("/spec/limits").iter();
        for limit in limits.filter(|limit| limit.text("/type") == "Container") {
            for list in ["initContainers", "containers"] {
                let containers = pod
                    .pointer_mut(&pointer(&["spec", list]))
                    .and_then(Value::as_array_mut);
                for container in containers.into_iter().flatten() {
                    told.extend(fill_container(limit, container));
                }
            }
        }
    }
    if !told.is_empty() {
        let text = format!("LimitRanger plugin set: {}", told.join("; "));
        pod.set(&["metadata", "annotations", ANNOTATION], json!(text));
    }
}

fn fill_container(limit: &Value, container: &mut Value) -> Vec<String> {
    let name = container.text("/name").to_owned();
    let mut told = Vec::new();
    for (from, side, word) in [
        ("defaultRequest", "requests", "request"),
        ("default", "limits", "limit"),
    ] {
        let mut set = Vec::new();
        for (resource, amount) in limit.get(from).and_then(Value::as_object).into_iter().flatten() {
            if container
                .pointer(&pointer(&["resources", side, resource]))
                .is_none()
            {
                container.set(&["resources", side, resource], amount.clone());
                set.push(resource.as_str());
            }
        }
        if !set.is_empty() {
            told.push(format!("{} {word} for container {name}", set.join(", ")));
        }
    }
    told
}

/// Why the ranges of a namespace refuse an object; empty when they do not.
pub(crate) fn refusals(ranges: &[&Value], kind: &str, object: &Value) -> Vec<String> {
    let spec = object.get("spec").unwrap_or(&Value::Null);
    let limits = ranges.iter().flat_map(|range| range.items("/spec/limits"));
    limits
        .flat_map(|limit| match (kind, limit.text("/type")) {
            ("PersistentVolumeClaim", "PersistentVolumeClaim") => of_claim(limit, spec),
            ("Pod", "Container") => containers(spec)
                .flat_map(|container| {
                    let side = |side: &str| {
                        let amounts = container.pointer(&format!("/resources/{side}")).cloned();
                        amounts.unwrap_or_else(|| json!({}))
                    };
                    of_resources(limit, "Container", &side("requests"), &side("limits"))
                })
                .collect(),
            ("Pod", "Pod") => of_resources(
                limit,
                "Pod",
                &json!(total(spec, "requests")),
                &json!(total(spec, "limits")),
            ),
            _ => Vec::new(),
        })
        .collect()
}

fn of_claim(limit: &Value, spec: &Value) -> Vec<String> {
    let size = spec.text("/resources/requests/storage");
    let bound = |side: &str| limit.pointer(&format!("/{side}/storage")).and_then(Value::as_str);
    let text = |word: &str, bound: &str| {
        format!("{word} storage usage per PersistentVolumeClaim is {bound}, but request is {size}")
    };
    let below = bound("min").filter(|least| value(size) < value(least));
    let above = bound("max").filter(|most| value(size) > value(most));
    let below = below.map(|least| text("minimum", least));
    below
        .into_iter()
        .chain(above.map(|most| text("maximum", most)))
        .collect()
}

fn of_resources(limit: &Value, of: &str, requests: &Value, limits: &Value) -> Vec<String> {
    let bounds = |side: &str| {
        limit
            .get(side)
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let asked = |side: &Value, resource: &str| side.get(resource).and_then(Value::as_str).map(str::to_owned);
    let mut errors = Vec::new();
    for (resource, least) in bounds("min") {
        let least = least.as_str().unwrap_or_default();
        let usage = format!("minimum {resource} usage per {of} is {least}");
        match (asked(requests, &resource), asked(limits, &resource)) {
            (None, _) => errors.push(format!("{usage}. No request is specified")),
            (Some(request), _) if value(&request) < value(least) => {
                errors.push(format!("{usage}, but request is {request}"));
            }
            (_, Some(most)) if value(&most) < value(least) => {
                errors.push(format!("{usage}, but limit is {most}"));
            }
            _ => {}
        }
    }
    for (resource, most) in bounds("max") {
        let most = most.as_str().unwrap_or_default();
        let usage = format!("maximum {resource} usage per {of} is {most}");
        match (asked(limits, &resource), asked(requests, &resource)) {
            (None, _) => errors.push(format!("{usage}. No limit is specified")),
            (Some(limit), _) if value(&limit) > value(most) => {
                errors.push(format!("{usage}, but limit is {limit}"));
            }
            (_, Some(request)) if value(&request) > value(most) => {
                errors.push(format!("{usage}, but request is {request}"));
            }
            _ => {}
        }
    }
    for (resource, most) in bounds("maxLimitRequestRatio") {
        let most = most.as_str().unwrap_or_default();
        let ratio = match (asked(limits, &resource), asked(requests, &resource)) {
            (Some(limit), Some(request)) if value(&request) > 0 => millionths(value(&limit), value(&request)),
            _ => continue,
        };
        if ratio > value(most) * 1000 {
            errors.push(format!(
                "{resource} max limit to request ratio per {of} is {most}, but provided ratio is {}.{:06}",
                ratio / 1_000_000,
                ratio % 1_000_000
            ));
        }
    }
    errors
}

fn value(text: &str) -> Milli {
    quantity::parse(text).unwrap_or_default()
}

/// A quotient with six decimals, rounded.
fn millionths(dividend: Milli, divisor: Milli) -> Milli {
    (dividend * 1_000_000 + divisor / 2) / divisor
}

/// What a new range gets: bounds also stand for the defaults that it does not name.
pub(crate) fn complete(range: &mut Value) {
    let limits = range.pointer_mut("/spec/limits").and_then(Value::as_array_mut);
    for limit in limits.into_iter().flatten() {
        for side in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
            spell(limit.get_mut(side));
        }
        if limit.text("/type") == "Container" {
            inherit(limit, "max", "default");
            inherit(limit, "default", "defaultRequest");
            inherit(limit, "min", "defaultRequest");
        }
    }
}

/// Quantities in their shortest spelling; the list that holds them is not described in the table of fields.
fn spell(amounts: Option<&mut Value>) {
    for amount in amounts
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|map| map.values_mut())
    {
        let text = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
        if let Some(text) = quantity::canonical(&text) {
            *amount = json!(text);
        }
    }
}

fn inherit(limit: &mut Value, from: &str, to: &str) {
    let amounts = limit
        .get(from)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    for (resource, amount) in amounts {
        if limit.pointer(&pointer(&[to, &resource])).is_none() {
            limit.set(&[to, &resource], amount);
        }
    }
}

/// What is wrong with a range: the field and the text, as value and reason.
pub(crate) fn mistakes(range: &Value) -> Vec<(String, Option<String>, String)> {
    let mut found = Vec::new();
    for (index, limit) in range.items("/spec/limits").iter().enumerate() {
        let at = format!("spec.limits[{index}]");
        let bound =
            |side: &str, resource: &str| limit.pointer(&pointer(&[side, resource])).and_then(Value::as_str);
        let of_claims = limit.text("/type") == "PersistentVolumeClaim";
        if of_claims && bound("min", "storage").is_none() && bound("max", "storage").is_none() {
            let why = "either minimum or maximum storage value is required, but neither was provided";
            found.push((format!("{at}.limits"), None, why.to_owned()));
        }
        for (resource, least) in limit.get("min").and_then(Value::as_object).into_iter().flatten() {
            let least = least.as_str().unwrap_or_default();
            if let Some(most) = bound("max", resource).filter(|most| value(least) > value(most)) {
                let why = format!("min value {least} is greater than max value {most}");
                found.push((format!("{at}.min[{resource}]"), Some(least.to_owned()), why));
            }
        }
    }
    found
}
