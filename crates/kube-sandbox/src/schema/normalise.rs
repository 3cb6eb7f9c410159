//! What reading an object into its Go type and writing it again would leave: no nulls, no zero values that are left out,
//! no unknown fields, quantities in their shortest spelling.

use serde_json::{Map, Value};

use super::{Schema, Type, quantity};
use crate::fieldset::{Element, Path};

/// What was found while an object was made canonical; each is a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Canonical {
    /// Fields that were dropped.
    pub(crate) unknown: Vec<String>,
    /// Quantities that are none; they stay as they are.
    pub(crate) not_quantities: Vec<String>,
    /// Lists, objects or scalars where another of these belongs; they stay as they are.
    pub(crate) wrong: Vec<String>,
}

impl Schema {
    /// Makes the object canonical.
    pub(crate) fn normalise(&self, value: &mut Value, ty: &Type) -> Canonical {
        let mut found = Canonical::default();
        let mut root = Path::default();
        root.push(Element::field(ty.name()));
        self.walk(value, ty, &mut root, &mut found);
        found
    }

    fn walk(&self, value: &mut Value, ty: &Type, path: &mut Path, found: &mut Canonical) {
        match (value, ty) {
            (Value::Object(map), Type::Struct(_)) => self.walk_struct(map, ty, path, found),
            (Value::Object(map), Type::Map(item)) => {
                map.retain(|_, member| !member.is_null());
                let texts = matches!(**item, Type::Value { .. });
                for (key, member) in map.iter_mut() {
                    if texts && !member.is_string() {
                        found.wrong.push(unmarshal(member, item, path));
                    }
                    path.push(Element::field(key));
                    self.walk(member, item, path, found);
                    path.pop();
                }
            }
            (Value::Array(items), Type::List { item, .. }) => {
                items.retain(|member| !member.is_null());
                for (index, member) in items.iter_mut().enumerate() {
                    path.push(Element::index(index));
                    self.walk(member, item, path, found);
                    path.pop();
                }
            }
            (value, Type::Quantity) => {
                match quantity_text(value).and_then(|text| quantity::canonical(&text)) {
                    Some(text) => *value = Value::String(text),
                    None if value.is_null() => {}
                    None => found.not_quantities.push(told(path)),
                }
            }
            (value, Type::Atomic { .. }) => strip_nulls(value),
            (value, ty) if is_out_of_place(value, ty) => found.wrong.push(unmarshal(value, ty, path)),
            _ => {}
        }
    }

    fn walk_struct(&self, map: &mut Map<String, Value>, ty: &Type, path: &mut Path, found: &mut Canonical) {
        let keys: Vec<String> = map.keys().cloned().collect();
        for key in keys {
            path.push(Element::field(&key));
            let keep = if let (Some(ty), Some(member)) = (self.member(ty, &key), map.get_mut(&key)) {
                self.walk(member, ty, path, found);
                !left_out(member, ty)
            } else {
                found.unknown.push(told(path));
                false
            };
            path.pop();
            if !keep {
                map.remove(&key);
            }
        }
    }
}

/// A list, object or scalar where another of these belongs.
fn is_out_of_place(value: &Value, ty: &Type) -> bool {
    match ty {
        Type::Value { .. } => value.is_array() || value.is_object(),
        Type::Struct(_) | Type::Map(_) => !value.is_object() && !value.is_null(),
        Type::List { .. } | Type::Set => !value.is_array() && !value.is_null(),
        Type::Quantity | Type::Atomic { .. } | Type::Any => false,
    }
}

/// The path below the kind, which it begins with.
fn told(path: &Path) -> String {
    let text = path.to_string();
    let below = text.trim_start_matches('.').split_once('.');
    below.map(|(_, path)| path.to_owned()).unwrap_or_default()
}

/// What Go says of a value that does not fit.
fn unmarshal(value: &Value, ty: &Type, path: &Path) -> String {
    let have = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let want = match ty {
        Type::Map(_) => "map[string]string".to_owned(),
        Type::Struct(name) => format!("v1.{name}"),
        Type::List { item, .. } => format!("[]v1.{}", item.name()),
        Type::Set => "[]string".to_owned(),
        Type::Value { .. } | Type::Quantity | Type::Atomic { .. } | Type::Any => "string".to_owned(),
    };
    let path = path.to_string();
    format!(
        "cannot unmarshal {have} into Go struct field {} of type {want}",
        path.trim_start_matches('.')
    )
}

/// A quantity may be written as a number.
fn quantity_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn left_out(value: &Value, ty: &Type) -> bool {
    let empty = match value {
        Value::Null => return true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
    };
    empty
        && match ty {
            Type::Value { omit_zero } => *omit_zero,
            Type::Atomic { omit_empty } => *omit_empty,
            Type::Set | Type::Map(_) | Type::List { .. } => true,
            Type::Quantity | Type::Any | Type::Struct(_) => false,
        }
}

fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, member| !member.is_null());
            map.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Kind;
    use serde_json::json;

    #[track_caller]
    fn check(kind: &str, mut object: Value, expect: &Value, unknown: &[&str]) {
        let schema = Schema::load().unwrap();
        let found = schema.normalise(&mut object, &Kind::named(kind).unwrap().ty());
        assert_eq!(
            (&object, found.unknown),
            (expect, unknown.iter().map(|s| (*s).to_owned()).collect())
        );
    }

    #[test]
    fn zero_values_go_where_the_go_type_omits_them() {
        check(
            "Pod",
            json!({ "spec": { "volumes": [], "nodeSelector": {}, "securityContext": {}, "hostNetwork": false,
                "containers": [{ "name": "c", "image": "", "resources": {}, "env": [{ "name": "E", "value": "" }],
                    "volumeMounts": [{ "name": "v", "mountPath": "/v", "readOnly": false, "subPath": null }] }] } }),
            &json!({ "spec": { "securityContext": {},
                "containers": [{ "name": "c", "resources": {}, "env": [{ "name": "E" }],
                    "volumeMounts": [{ "name": "v", "mountPath": "/v" }] }] } }),
            &[],
        );
    }

    #[test]
    fn values_that_mean_something_when_empty_stay() {
        check(
            "PersistentVolumeClaim",
            json!({ "spec": { "storageClassName": "", "selector": {}, "resources": { "requests": { "storage": "2048Mi" } } } }),
            &json!({ "spec": { "storageClassName": "", "selector": {}, "resources": { "requests": { "storage": "2Gi" } } } }),
            &[],
        );
        check(
            "ConfigMap",
            json!({ "data": { "key": "" } }),
            &json!({ "data": { "key": "" } }),
            &[],
        );
    }

    #[test]
    fn unknown_fields_are_dropped_and_told() {
        check(
            "Pod",
            json!({ "spec": { "containers": [{ "name": "c", "volumeMount": [] }], "nope": 1 } }),
            &json!({ "spec": { "containers": [{ "name": "c" }] } }),
            &["spec.containers[0].volumeMount", "spec.nope"],
        );
    }
}
