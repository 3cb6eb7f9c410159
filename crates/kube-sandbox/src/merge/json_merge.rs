//! JSON merge patch, RFC 7386.

use serde_json::{Map, Value};

/// The target with the patch merged in: null removes, objects merge, all else replaces.
pub(crate) fn json_merge(target: &Value, patch: &Value) -> Value {
    let Some(patch) = patch.as_object() else {
        return patch.clone();
    };
    let mut merged: Map<String, Value> = target.as_object().cloned().unwrap_or_default();
    for (key, value) in patch {
        if value.is_null() {
            merged.remove(key);
        } else {
            let before = merged.get(key).unwrap_or(&Value::Null);
            let after = json_merge(before, value);
            merged.insert(key.clone(), after);
        }
    }
    Value::Object(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_cases_of_the_rfc() {
        let check =
            |target: Value, patch: Value, expect: Value| assert_eq!(json_merge(&target, &patch), expect);
        check(
            json!({ "a": "b", "c": { "d": "e", "f": "g" } }),
            json!({ "a": "z", "c": { "f": null } }),
            json!({ "a": "z", "c": { "d": "e" } }),
        );
        check(
            json!({ "a": [1] }),
            json!({ "a": [2, null] }),
            json!({ "a": [2, null] }),
        );
        check(json!([1]), json!({ "a": { "b": null } }), json!({ "a": {} }));
    }
}
