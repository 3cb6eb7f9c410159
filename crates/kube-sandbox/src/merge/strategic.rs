//! Strategic merge patch: lists merge by their first key; `$patch`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…` and
//! `$retainKeys` are obeyed. The API's own document: "Update API objects in place using kubectl patch".

use serde_json::{Map, Value};

use crate::schema::{Schema, Type};

const PATCH: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// The target with the patch merged in.
pub(crate) fn strategic(target: &Value, patch: &Value, ty: &Type, schema: &Schema) -> Value {
    let Some(patch) = patch.as_object() else {
        return patch.clone();
    };
    let mut merged = target.as_object().cloned().unwrap_or_default();
    match directive(patch) {
        Some("replace") => return Value::Object(plain(patch)),
        Some("delete") => return Value::Object(Map::new()),
        _ => {}
    }
    retain(&mut merged, patch);
    for (key, value) in plain(patch) {
        let ty = schema.member(ty, &key).unwrap_or(&Type::Any);
        if value.is_null() {
            merged.remove(&key);
            continue;
        }
        let order = patch.get(&format!("{ORDER}{key}")).and_then(Value::as_array);
        let after = member(merged.get(&key), &value, order, ty, schema);
        match after {
            Some(after) => merged.insert(key, after),
            None => merged.remove(&key),
        };
    }
    reorder_untouched(&mut merged, patch, ty, schema);
    delete_from_sets(&mut merged, patch);
    Value::Object(merged)
}

fn member(
    before: Option<&Value>,
    patch: &Value,
    order: Option<&Vec<Value>>,
    ty: &Type,
    schema: &Schema,
) -> Option<Value> {
    match (patch, ty) {
        (Value::Object(map), Type::Atomic { .. } | Type::Struct(_) | Type::Map(_) | Type::Any) => {
            if directive(map) == Some("delete") {
                return None;
            }
            Some(strategic(before.unwrap_or(&Value::Null), patch, ty, schema))
        }
        (Value::Array(items), Type::List { .. } | Type::Set) => {
            Some(Value::Array(merge_list(before, items, order, ty, schema)))
        }
        _ => Some(patch.clone()),
    }
}

/// Merges a keyed list. Without an explicit order the items that the target lacks come first.
fn merge_list(
    before: Option<&Value>,
    patch: &[Value],
    order: Option<&Vec<Value>>,
    ty: &Type,
    schema: &Schema,
) -> Vec<Value> {
    let before: &[Value] = before
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if before.is_empty() {
        // nothing to delete from or to replace: what is left of the items without their directives
        let items = patch.iter().map(|item| strategic_plain(item, ty, schema));
        return items
            .filter(|item| item.as_object().is_none_or(|map| !map.is_empty()))
            .collect();
    }
    let is = |item: &Value, what: &str| item.as_object().and_then(directive) == Some(what);
    if patch.iter().any(|item| is(item, "replace")) {
        return patch
            .iter()
            .filter(|item| !is(item, "replace"))
            .cloned()
            .collect();
    }
    let key = |item: &Value| key_of(item, ty);
    let mut merged: Vec<Value> = before.to_vec();
    let mut touched = Vec::new();
    for item in patch {
        if is(item, "delete") {
            merged.retain(|have| key(have) != key(item));
            continue;
        }
        touched.push(key(item));
        match merged.iter_mut().find(|have| key(have) == key(item)) {
            Some(have) => *have = strategic_item(have, item, ty, schema),
            None => merged.push(strategic_item(&Value::Null, item, ty, schema)),
        }
    }
    let wanted: Vec<Value> = match order {
        Some(order) => order.iter().map(key).collect(),
        None => touched,
    };
    interleave(merged, before, &wanted, &key)
}

/// An item on its own, whatever its directive says.
fn strategic_plain(item: &Value, ty: &Type, schema: &Schema) -> Value {
    match item.as_object() {
        Some(map) => strategic_item(&Value::Null, &Value::Object(plain(map)), ty, schema),
        None => item.clone(),
    }
}

fn strategic_item(before: &Value, patch: &Value, ty: &Type, schema: &Schema) -> Value {
    strategic(before, patch, ty.item().unwrap_or(&Type::Any), schema)
}

/// The value that tells an item apart: its first key, or the scalar itself.
fn key_of(item: &Value, ty: &Type) -> Value {
    match (ty, item) {
        (Type::List { keys, .. }, Value::Object(map)) => keys
            .first()
            .and_then(|key| map.get(key.name))
            .cloned()
            .unwrap_or(Value::Null),
        _ => item.clone(),
    }
}

/// Items of the wanted order in that order; the others between them, as they stood before relative to them.
fn interleave(
    merged: Vec<Value>,
    before: &[Value],
    wanted: &[Value],
    key: &impl Fn(&Value) -> Value,
) -> Vec<Value> {
    let (mut patched, others): (Vec<Value>, Vec<Value>) =
        merged.into_iter().partition(|item| wanted.contains(&key(item)));
    patched.sort_by_key(|item| wanted.iter().position(|have| *have == key(item)));
    let place = |item: &Value| before.iter().position(|have| key(have) == key(item));
    let (mut left, mut right) = (others.into_iter().peekable(), patched.into_iter().peekable());
    let mut result = Vec::new();
    loop {
        let take_left = match (left.peek(), right.peek()) {
            (None, None) => return result,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(ours)) => {
                matches!((place(other), place(ours)), (Some(other), Some(ours)) if other < ours)
            }
        };
        result.extend(if take_left { left.next() } else { right.next() });
    }
}

/// `$setElementOrder` may stand without the list.
fn reorder_untouched(
    merged: &mut Map<String, Value>,
    patch: &Map<String, Value>,
    ty: &Type,
    schema: &Schema,
) {
    for (directive, order) in patch {
        let Some(name) = directive
            .strip_prefix(ORDER)
            .filter(|name| !patch.contains_key(*name))
        else {
            continue;
        };
        let (Some(ty), Some(order)) = (schema.member(ty, name), order.as_array()) else {
            continue;
        };
        let key = |item: &Value| key_of(item, ty);
        if let Some(Value::Array(items)) = merged.get_mut(name) {
            let before = items.clone();
            let wanted: Vec<Value> = order.iter().map(key).collect();
            *items = interleave(before.clone(), &before, &wanted, &key);
        }
    }
}

fn delete_from_sets(merged: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (directive, gone) in patch {
        let Some(name) = directive.strip_prefix(DELETE) else {
            continue;
        };
        if let (Some(Value::Array(items)), Some(gone)) = (merged.get_mut(name), gone.as_array()) {
            items.retain(|item| !gone.contains(item));
        }
    }
}

fn retain(merged: &mut Map<String, Value>, patch: &Map<String, Value>) {
    if let Some(keys) = patch.get(RETAIN).and_then(Value::as_array) {
        merged.retain(|key, _| keys.iter().any(|keep| keep.as_str() == Some(key)));
    }
}

fn directive(patch: &Map<String, Value>) -> Option<&str> {
    patch.get(PATCH).and_then(Value::as_str)
}

/// The patch without its directives.
fn plain(patch: &Map<String, Value>) -> Map<String, Value> {
    let is_directive =
        |key: &str| key == PATCH || key == RETAIN || key.starts_with(ORDER) || key.starts_with(DELETE);
    patch
        .iter()
        .filter(|(key, _)| !is_directive(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(target: Value, patch: Value, expect: Value) {
        let wrap = |spec| json!({ "spec": spec });
        let merged = strategic(
            &wrap(target),
            &wrap(patch),
            &Type::Struct("Pod"),
            &Schema::load().unwrap(),
        );
        assert_eq!(merged, wrap(expect));
    }

    #[test]
    fn lists_merge_by_key_and_new_items_come_first() {
        check(
            json!({ "volumes": [{ "name": "a", "emptyDir": {} }] }),
            json!({ "volumes": [{ "name": "b" }, { "name": "a", "emptyDir": { "medium": "Memory" } }] }),
            json!({ "volumes": [{ "name": "b" }, { "name": "a", "emptyDir": { "medium": "Memory" } }] }),
        );
        check(
            json!({ "volumes": [{ "name": "a" }] }),
            json!({ "volumes": [{ "name": "b" }] }),
            json!({ "volumes": [{ "name": "b" }, { "name": "a" }] }),
        );
        check(
            json!({ "volumes": [{ "name": "a" }, { "name": "ours" }] }),
            json!({ "volumes": [{ "name": "a" }, { "name": "b" }], "$setElementOrder/volumes": [{ "name": "a" }, { "name": "b" }] }),
            json!({ "volumes": [{ "name": "a" }, { "name": "b" }, { "name": "ours" }] }),
        );
    }

    #[test]
    fn directives() {
        let target = || json!({ "volumes": [{ "name": "a" }, { "name": "b" }], "nodeName": "n", "nodeSelector": { "x": "y" } });
        check(
            target(),
            json!({ "volumes": [{ "name": "a", "$patch": "delete" }, { "name": "c", "$patch": "delete" }], "nodeName": null }),
            json!({ "volumes": [{ "name": "b" }], "nodeSelector": { "x": "y" } }),
        );
        check(
            json!({ "volumes": [{ "name": "a" }] }),
            json!({ "volumes": [{ "name": "c" }, { "$patch": "replace" }] }),
            json!({ "volumes": [{ "name": "c" }] }),
        );
        check(
            json!({ "nodeSelector": { "x": "y" } }),
            json!({ "nodeSelector": { "$patch": "replace", "z": "w" } }),
            json!({ "nodeSelector": { "z": "w" } }),
        );
        check(
            json!({ "nodeName": "n", "hostname": "h" }),
            json!({ "$retainKeys": ["hostname"] }),
            json!({ "hostname": "h" }),
        );
    }

    #[test]
    fn a_list_without_keys_is_replaced() {
        check(
            json!({ "tolerations": [{ "key": "a" }] }),
            json!({ "tolerations": [{ "key": "b" }] }),
            json!({ "tolerations": [{ "key": "b" }] }),
        );
    }
}
