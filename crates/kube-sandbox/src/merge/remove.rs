//! An object without the fields of a set.

use serde_json::{Map, Value};

use crate::fieldset::{Element, FieldSet};
use crate::schema::{Schema, Type};

/// The object without the members of `set`; a map or list that is emptied by it becomes null.
pub(crate) fn remove(value: &Value, set: &FieldSet, ty: &Type, schema: &Schema) -> Value {
    if set.is_empty() {
        return value.clone();
    }
    match value {
        Value::Object(map) if Schema::is_granular_map(ty, value) => {
            let mut left = Map::new();
            for (key, member) in map {
                let element = Element::field(key);
                if !set.has(&element) {
                    let ty = schema.member(ty, key).unwrap_or(&Type::Any);
                    left.insert(key.clone(), remove(member, set.below(&element), ty, schema));
                }
            }
            if left.is_empty() {
                Value::Null
            } else {
                Value::Object(left)
            }
        }
        Value::Array(items) if ty.item().is_some() => {
            let item_ty = ty.item().unwrap_or(&Type::Any);
            let left: Vec<Value> = items
                .iter()
                .filter_map(|item| match ty.element_of(item) {
                    Some(element) if set.has(&element) => None,
                    Some(element) => Some(remove(item, set.below(&element), item_ty, schema)),
                    None => Some(item.clone()),
                })
                .collect();
            if left.is_empty() {
                Value::Null
            } else {
                Value::Array(left)
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.clone(),
    }
}
