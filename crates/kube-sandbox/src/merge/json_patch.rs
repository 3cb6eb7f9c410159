//! JSON patch, RFC 6902: `add`, `remove`, `replace`, `move`, `copy`, `test`.

use serde_json::Value;

/// The patch is not one, or one of its operations does not fit the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchFailed {
    /// Not a list but this, in Go's words.
    Malformed(&'static str),
    /// A test that fails, a path that does not exist, or an operation that is none.
    Refused,
}

/// The target after all operations, or nothing changed.
pub(crate) fn json_patch(target: &Value, patch: &Value) -> Result<Value, PatchFailed> {
    let mut result = target.clone();
    let operations = match patch {
        Value::Array(operations) => operations,
        Value::Object(_) => return Err(PatchFailed::Malformed("object")),
        Value::String(_) => return Err(PatchFailed::Malformed("string")),
        Value::Number(_) => return Err(PatchFailed::Malformed("number")),
        Value::Bool(_) => return Err(PatchFailed::Malformed("bool")),
        // Go reads null as a list of nothing
        Value::Null => return Ok(result),
    };
    for operation in operations {
        step(&mut result, operation)?;
    }
    Ok(result)
}

fn step(target: &mut Value, operation: &Value) -> Result<(), PatchFailed> {
    let text = |key: &str| {
        operation
            .get(key)
            .and_then(Value::as_str)
            .ok_or(PatchFailed::Refused)
    };
    let value = || operation.get("value").cloned().unwrap_or(Value::Null);
    let path = text("path")?;
    match text("op")? {
        "add" => add(target, path, value()),
        "remove" => take(target, path).map(drop),
        "replace" => {
            *target.pointer_mut(path).ok_or(PatchFailed::Refused)? = value();
            Ok(())
        }
        "move" => {
            let taken = take(target, text("from")?)?;
            add(target, path, taken)
        }
        "copy" => {
            let copied = target.pointer(text("from")?).ok_or(PatchFailed::Refused)?.clone();
            add(target, path, copied)
        }
        // an absent value equals null
        "test" if target.pointer(path).unwrap_or(&Value::Null) == &value() => Ok(()),
        _ => Err(PatchFailed::Refused),
    }
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), PatchFailed> {
    if path.is_empty() {
        *target = value;
        return Ok(());
    }
    let (parent, key) = split(path).ok_or(PatchFailed::Refused)?;
    match target.pointer_mut(parent).ok_or(PatchFailed::Refused)? {
        Value::Object(map) => {
            map.insert(key, value);
        }
        Value::Array(items) => {
            let index = if key == "-" { items.len() } else { index(&key)? };
            if index > items.len() {
                return Err(PatchFailed::Refused);
            }
            items.insert(index, value);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(PatchFailed::Refused);
        }
    }
    Ok(())
}

fn take(target: &mut Value, path: &str) -> Result<Value, PatchFailed> {
    let (parent, key) = split(path).ok_or(PatchFailed::Refused)?;
    match target.pointer_mut(parent).ok_or(PatchFailed::Refused)? {
        Value::Object(map) => map.remove(&key).ok_or(PatchFailed::Refused),
        Value::Array(items) => {
            let index = index(&key)?;
            if index < items.len() {
                Ok(items.remove(index))
            } else {
                Err(PatchFailed::Refused)
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(PatchFailed::Refused),
    }
}

fn index(key: &str) -> Result<usize, PatchFailed> {
    if key.len() > 1 && key.starts_with('0') {
        return Err(PatchFailed::Refused);
    }
    key.parse().map_err(|_| PatchFailed::Refused)
}

/// The pointer of the parent and the last key, unescaped; None for the root and for what is no pointer.
fn split(path: &str) -> Option<(&str, String)> {
    let (parent, key) = path.rsplit_once('/')?;
    Some((parent, key.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a table of JSON reads better without borrows"
)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(patch: Value, expect: Result<Value, PatchFailed>) {
        let target = json!({ "a": [1, 2], "b": { "x/y": 1 } });
        assert_eq!(json_patch(&target, &patch), expect, "{patch}");
    }

    #[test]
    fn operations() {
        check(
            json!([{ "op": "add", "path": "/a/1", "value": 9 }]),
            Ok(json!({ "a": [1, 9, 2], "b": { "x/y": 1 } })),
        );
        check(
            json!([{ "op": "add", "path": "/a/-", "value": 9 }]),
            Ok(json!({ "a": [1, 2, 9], "b": { "x/y": 1 } })),
        );
        check(
            json!([{ "op": "remove", "path": "/b/x~1y" }]),
            Ok(json!({ "a": [1, 2], "b": {} })),
        );
        check(
            json!([{ "op": "test", "path": "/a/0", "value": 1 }, { "op": "replace", "path": "/a", "value": [] }]),
            Ok(json!({ "a": [], "b": { "x/y": 1 } })),
        );
        check(
            json!([{ "op": "move", "from": "/a/0", "path": "/c" }]),
            Ok(json!({ "a": [2], "b": { "x/y": 1 }, "c": 1 })),
        );
    }

    #[test]
    fn refusals() {
        for patch in [
            json!([{ "op": "test", "path": "/a/0", "value": 2 }]),
            json!([{ "op": "remove", "path": "/nope" }]),
            json!([{ "op": "replace", "path": "/a/7", "value": 2 }]),
            json!([{ "op": "add", "path": "/a/7", "value": 2 }]),
            json!([{ "op": "add", "path": "/nope/x", "value": 2 }]),
            json!([{ "op": "add", "path": "a", "value": 2 }]),
            json!([{ "op": "remove", "path": "" }]),
        ] {
            check(patch, Err(PatchFailed::Refused));
        }
        check(json!({}), Err(PatchFailed::Malformed("object")));
        check(
            json!([{ "op": "explode", "path": "/a" }]),
            Err(PatchFailed::Refused),
        );
        check(json!([{ "path": "/a" }]), Err(PatchFailed::Refused));
    }
}
