//! What the namespace of an object allows: its limit ranges, security levels and quotas, read from the store.

use serde_json::Value;

use super::admission::ranges;
use super::{Call, Verb};
use crate::object::Object;
use crate::policy::limits;
use crate::policy::pod_security::{self, Policy};
use crate::policy::quota::{self, Amounts};
use crate::schema::KINDS;
use crate::status::StatusError;
use crate::store::{Key, Store};

/// What all objects of a namespace count for together.
pub(crate) fn used(store: &Store, namespace: &str) -> Amounts {
    let kinds = KINDS.iter().filter(|kind| kind.namespaced);
    kinds
        .flat_map(|kind| {
            let objects = store.list(kind.kind, Some(namespace)).into_iter();
            objects.map(move |object| quota::amounts(kind, object))
        })
        .fold(Amounts::new(), quota::add)
}

/// Ranges hold for new objects, and for the size of a claim always.
pub(super) fn fit_limits(
    store: &Store,
    call: Call<'_>,
    live: Option<&Value>,
    new: &Value,
) -> Result<(), StatusError> {
    if live.is_some() && call.kind.kind == "Pod" {
        return Ok(());
    }
    let refusals = limits::refusals(&ranges(store, new.namespace()), call.kind.kind, new);
    match refusals.as_slice() {
        [] => Ok(()),
        [only] => Err(call.forbidden(new.name(), only)),
        several => Err(call.forbidden(new.name(), &format!("[{}]", several.join(", ")))),
    }
}

/// The level that a namespace enforces holds for pods, not for what makes them.
pub(super) fn are_secure(store: &Store, call: Call<'_>, new: &Value) -> Result<(), StatusError> {
    if call.kind.kind != "Pod" || call.request.subresource.is_some() {
        return Ok(());
    }
    let Some(namespace) = store.get(&Key::new("Namespace", "", new.namespace())) else {
        return Ok(());
    };
    match Policy::enforced(namespace).objection(new.get("spec").unwrap_or(&Value::Null)) {
        Some(why) => Err(call.forbidden(new.name(), &format!("violates {why}"))),
        None => Ok(()),
    }
}

/// An object may count for no more than its namespace has left; what it counts for already is not asked again.
pub(super) fn fit_quotas(
    store: &Store,
    call: Call<'_>,
    live: Option<&Value>,
    new: &Value,
) -> Result<(), StatusError> {
    let quotas = store.list("ResourceQuota", Some(new.namespace()));
    if quotas.is_empty() {
        return Ok(());
    }
    let before = live
        .map(|live| quota::amounts(call.kind, live))
        .unwrap_or_default();
    let more = quota::growth(quota::amounts(call.kind, new), &before);
    let used = used(store, new.namespace());
    for quota in quotas {
        let silent = quota::unspecified(quota, new).filter(|_| live.is_none() && call.kind.kind == "Pod");
        let why = silent.or_else(|| quota::exceeded(quota, &used, &more));
        if let Some(why) = why {
            return Err(call.forbidden(new.name(), &why));
        }
    }
    Ok(())
}

/// What would be refused under the level that a namespace warns of, and pods that a new level would refuse.
pub(super) fn warnings(store: &Store, call: Call<'_>, live: Option<&Value>, new: &Value) -> Vec<String> {
    if call.request.subresource.is_some() || call.request.verb == Verb::Delete {
        return Vec::new();
    }
    let template = match call.kind.kind {
        "Namespace" => return of_namespace(store, live, new),
        // a change that leaves the spec alone is not looked at
        "Pod" if live.is_some_and(|live| live.get("spec") == new.get("spec")) => None,
        "Pod" => new.get("spec"),
        "StatefulSet" | "Job" => new.pointer("/spec/template/spec"),
        _ => None,
    };
    let namespace = store.get(&Key::new("Namespace", "", new.namespace()));
    let (Some(template), Some(namespace)) = (template, namespace) else {
        return Vec::new();
    };
    let objection = Policy::warned(namespace).objection(template);
    objection
        .into_iter()
        .map(|why| format!("would violate {why}"))
        .collect()
}

fn of_namespace(store: &Store, live: Option<&Value>, new: &Value) -> Vec<String> {
    let policy = Policy::enforced(new);
    if live.is_none_or(|live| Policy::enforced(live) == policy) {
        return Vec::new();
    }
    pod_security::warnings_of_change(new, &policy, &store.list("Pod", Some(new.name())))
}
