//! The merge of server-side apply: what is applied wins, the rest of the live object stays. Follows `structured-merge-diff`.

use serde_json::{Map, Value};

use crate::fieldset::Element;
use crate::schema::{Schema, Type};

/// The live object with `applied` merged in.
pub(crate) fn structured(live: &Value, applied: &Value, ty: &Type, schema: &Schema) -> Value {
    match ty {
        Type::Struct(_) | Type::Map(_) => merge_maps(live, applied, ty, schema),
        Type::Any if live.is_object() && applied.is_object() => merge_maps(live, applied, ty, schema),
        Type::List { .. } | Type::Set => merge_lists(live, applied, ty, schema),
        Type::Value { .. } | Type::Quantity | Type::Atomic { .. } | Type::Any => applied.clone(),
    }
}

fn merge_maps(live: &Value, applied: &Value, ty: &Type, schema: &Schema) -> Value {
    let Some(ours) = applied.as_object().filter(|map| !map.is_empty()) else {
        // null and {} name no member; they replace only what is as empty
        let live_is_empty = live.as_object().is_none_or(Map::is_empty);
        return if live_is_empty {
            applied.clone()
        } else {
            live.clone()
        };
    };
    let mut merged = live.as_object().cloned().unwrap_or_default();
    for (key, member) in ours {
        let ty = schema.member(ty, key).unwrap_or(&Type::Any);
        let member = match merged.get(key) {
            Some(theirs) => structured(theirs, member, ty, schema),
            None => member.clone(),
        };
        merged.insert(key.clone(), member);
    }
    Value::Object(merged)
}

/// Items of both sides keep the live order as far as the applied one allows; those that only the live object has stay
/// where they are, new ones follow.
fn merge_lists(live: &Value, applied: &Value, ty: &Type, schema: &Schema) -> Value {
    let theirs = keyed(live, ty);
    let ours = keyed(applied, ty);
    if ours.is_empty() {
        return if theirs.is_empty() {
            applied.clone()
        } else {
            live.clone()
        };
    }
    let in_ours = |element: &Element| ours.iter().any(|(have, _)| have == element);
    let find = |element: &Element| {
        theirs
            .iter()
            .find(|(have, _)| have == element)
            .map(|(_, item)| *item)
    };
    let item_ty = ty.item().unwrap_or(&Type::Any);
    let mut shared = ours
        .iter()
        .map(|(element, _)| element)
        .filter(|element| find(element).is_some())
        .peekable();
    let (mut left, mut right) = (theirs.iter().peekable(), ours.iter().peekable());
    let mut merged = Vec::with_capacity(theirs.len() + ours.len());
    loop {
        match (left.peek(), right.peek()) {
            (Some((element, _)), Some(_))
                if in_ours(element) && shared.peek().is_some_and(|next| *next != element) =>
            {
                left.next();
            }
            (Some((element, item)), _) if !in_ours(element) => {
                merged.push((*item).clone());
                left.next();
            }
            (left_now, Some((element, item))) => {
                if left_now.is_some_and(|(have, _)| have == element) {
                    left.next();
                }
                if shared.peek() == Some(&element) {
                    shared.next();
                }
                merged.push(find(element).map_or_else(
                    || (*item).clone(),
                    |theirs| structured(theirs, item, item_ty, schema),
                ));
                right.next();
            }
            (Some(_), None) => {
                left.next();
            }
            (None, None) => return Value::Array(merged),
        }
    }
}

/// The items of a list with their elements; those without keys are left out.
fn keyed<'a>(list: &'a Value, ty: &Type) -> Vec<(Element, &'a Value)> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| Some((ty.element_of(item)?, item)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;
    use serde_json::json;

    /// The names of `spec.containers` after a merge of two lists of names.
    #[track_caller]
    fn order(live: &[&str], applied: &[&str], expect: &[&str]) {
        let pod = |names: &[&str]| {
            let items: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
            json!({ "spec": { "containers": items } })
        };
        let merged = structured(
            &pod(live),
            &pod(applied),
            &Type::Struct("Pod"),
            &Schema::load().unwrap(),
        );
        assert_eq!(merged, pod(expect), "{live:?} {applied:?}");
    }

    #[test]
    fn new_items_come_last_and_shared_ones_follow_the_applied_order() {
        order(&["a", "b"], &["x"], &["a", "b", "x"]);
        order(&["a", "b"], &["b"], &["a", "b"]);
        order(&["a", "b"], &["b", "a"], &["b", "a"]);
        order(&["a", "b", "c"], &["c", "x", "a"], &["b", "c", "x", "a"]);
        order(&["a", "b"], &["x", "a"], &["x", "a", "b"]);
        order(&[], &["x", "y"], &["x", "y"]);
        order(&["a"], &[], &["a"]);
    }

    #[test]
    fn null_is_a_value_for_leaves_alone() {
        let schema = Schema::load().unwrap();
        let live = json!({ "spec": { "nodeName": "n", "containers": [{ "name": "a", "command": ["x"] }] } });
        let merge = |applied: Value| structured(&live, &applied, &Type::Struct("Pod"), &schema);
        assert_eq!(merge(json!({ "spec": null })), live);
        assert_eq!(
            merge(json!({ "spec": { "nodeName": null } })).pointer("/spec/nodeName"),
            Some(&Value::Null)
        );
        let command = merge(json!({ "spec": { "containers": [{ "name": "a", "command": [] }] } }));
        assert_eq!(command.pointer("/spec/containers/0/command"), Some(&json!([])));
    }
}
