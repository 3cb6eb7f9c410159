//! Short ways to the common parts of an object. A part that is absent is an empty text or list.

use serde_json::{Map, Value, json};

/// What every object has.
pub(crate) trait Object {
    /// The text at a JSON pointer.
    fn text(&self, pointer: &str) -> &str;
    /// The items at a JSON pointer.
    fn items(&self, pointer: &str) -> &[Value];
    /// The number at a JSON pointer.
    fn number(&self, pointer: &str) -> Option<i64>;
    /// `metadata.name`.
    fn name(&self) -> &str {
        self.text("/metadata/name")
    }
    /// `metadata.namespace`.
    fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }
    /// `metadata.uid`.
    fn uid(&self) -> &str {
        self.text("/metadata/uid")
    }
    /// True once it is being deleted.
    fn is_terminating(&self) -> bool {
        !self.text("/metadata/deletionTimestamp").is_empty()
    }
    /// The value of a label.
    fn label(&self, key: &str) -> Option<&str>;
    /// The value of an annotation.
    fn annotation(&self, key: &str) -> Option<&str>;
    /// True if it has this finalizer.
    fn has_finalizer(&self, finalizer: &str) -> bool {
        self.items("/metadata/finalizers")
            .iter()
            .any(|have| have.as_str() == Some(finalizer))
    }
    /// The controller that owns it: kind, name, uid.
    fn controller(&self) -> Option<&Value> {
        self.items("/metadata/ownerReferences")
            .iter()
            .find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true))
    }
    /// The condition of a type.
    fn condition(&self, ty: &str) -> Option<&Value> {
        self.items("/status/conditions")
            .iter()
            .find(|condition| condition.text("/type") == ty)
    }
    /// Sets a member on a path of field names, making what is absent on the way.
    fn set(&mut self, path: &[&str], value: Value);
    /// Removes a member.
    fn unset(&mut self, path: &[&str]);
}

impl Object for Value {
    fn text(&self, pointer: &str) -> &str {
        self.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn items(&self, pointer: &str) -> &[Value] {
        self.pointer(pointer)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    fn number(&self, pointer: &str) -> Option<i64> {
        self.pointer(pointer).and_then(Value::as_i64)
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.pointer("/metadata/labels")?.get(key)?.as_str()
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        self.pointer("/metadata/annotations")?.get(key)?.as_str()
    }

    fn set(&mut self, path: &[&str], value: Value) {
        let Some((last, way)) = path.split_last() else {
            return;
        };
        let mut at = self;
        for step in way {
            at = child(at, step);
        }
        *child(at, last) = value;
    }

    fn unset(&mut self, path: &[&str]) {
        let Some((last, way)) = path.split_last() else {
            return;
        };
        let pointer = pointer(way);
        if let Some(parent) = self.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            parent.remove(*last);
        }
    }
}

fn child<'a>(parent: &'a mut Value, key: &str) -> &'a mut Value {
    if !parent.is_object() {
        *parent = Value::Object(Map::new());
    }
    &mut parent[key]
}

/// A reference that makes `owner` the controller of an object.
pub(crate) fn controlled_by(owner: &Value) -> Value {
    json!([{
        "apiVersion": owner.text("/apiVersion"), "kind": owner.text("/kind"), "name": owner.name(), "uid": owner.uid(),
        "controller": true, "blockOwnerDeletion": true,
    }])
}

/// The JSON pointer of a path of field names; none of them may have a slash.
pub(crate) fn pointer(path: &[&str]) -> String {
    path.iter()
        .fold(String::new(), |pointer, step| pointer + "/" + step)
}
