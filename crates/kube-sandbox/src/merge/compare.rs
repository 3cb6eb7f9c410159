//! In which fields two objects differ, counted as ownership counts them.

use serde_json::Value;

use crate::fieldset::{Element, FieldSet, Path};
use crate::schema::{Schema, Type};

/// The fields in which a new object differs from an old one. A field that comes or goes counts with every field below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) added: FieldSet,
    pub(crate) modified: FieldSet,
    pub(crate) removed: FieldSet,
}

impl Comparison {
    /// True if the objects are the same.
    pub(crate) fn is_same(&self) -> bool {
        self.added.is_empty() && self.modified.is_empty() && self.removed.is_empty()
    }

    /// What the new object has otherwise than the old one.
    pub(crate) fn written(&self) -> FieldSet {
        self.added.union(&self.modified)
    }
}

/// Compares two objects of a type.
pub(crate) fn compare(old: &Value, new: &Value, ty: &Type, schema: &Schema) -> Comparison {
    let mut walker = Walker {
        schema,
        path: Path::default(),
        found: Comparison::default(),
    };
    walker.both(old, new, ty);
    walker.found
}

struct Walker<'a> {
    schema: &'a Schema,
    path: Path,
    found: Comparison,
}

impl Walker<'_> {
    fn both(&mut self, old: &Value, new: &Value, ty: &Type) {
        if Schema::is_granular_map(ty, old)
            && Schema::is_granular_map(ty, new)
            && !(is_empty(old) && is_empty(new))
        {
            self.maps(old, new, ty);
        } else if matches!(ty, Type::List { .. } | Type::Set) && !(is_empty(old) && is_empty(new)) {
            self.lists(old, new, ty);
        } else if old != new {
            self.found.modified.insert(self.path.elements());
        }
    }

    fn maps(&mut self, old: &Value, new: &Value, ty: &Type) {
        let empty = serde_json::Map::new();
        let (old, new) = (
            old.as_object().unwrap_or(&empty),
            new.as_object().unwrap_or(&empty),
        );
        let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
        for key in keys {
            let ty = self.schema.member(ty, key).unwrap_or(&Type::Any);
            self.member(Element::field(key), old.get(key), new.get(key), ty);
        }
    }

    fn lists(&mut self, old: &Value, new: &Value, ty: &Type) {
        let item_ty = ty.item().unwrap_or(&Type::Any);
        let items = |list: &Value| -> Vec<(Element, Value)> {
            let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
            items
                .iter()
                .filter_map(|item| Some((ty.element_of(item)?, item.clone())))
                .collect()
        };
        let (old, new) = (items(old), items(new));
        for (element, item) in &old {
            let counterpart = new.iter().find(|(have, _)| have == element).map(|(_, item)| item);
            self.member(element.clone(), Some(item), counterpart, item_ty);
        }
        for (element, item) in new
            .iter()
            .filter(|(element, _)| !old.iter().any(|(have, _)| have == element))
        {
            self.member(element.clone(), None, Some(item), item_ty);
        }
    }

    fn member(&mut self, element: Element, old: Option<&Value>, new: Option<&Value>, ty: &Type) {
        self.path.push(element);
        match (old, new) {
            (Some(old), Some(new)) => self.both(old, new, ty),
            (None, Some(new)) => {
                let mut whole = std::mem::take(&mut self.found.added);
                everything(new, ty, self.schema, &mut self.path, &mut whole);
                self.found.added = whole;
            }
            (Some(old), None) => {
                let mut whole = std::mem::take(&mut self.found.removed);
                everything(old, ty, self.schema, &mut self.path, &mut whole);
                self.found.removed = whole;
            }
            (None, None) => {}
        }
        self.path.pop();
    }
}

/// The path and every path below it.
fn everything(value: &Value, ty: &Type, schema: &Schema, path: &mut Path, set: &mut FieldSet) {
    set.insert(path.elements());
    if let (true, Some(map)) = (Schema::is_granular_map(ty, value), value.as_object()) {
        for (key, member) in map {
            path.push(Element::field(key));
            everything(
                member,
                schema.member(ty, key).unwrap_or(&Type::Any),
                schema,
                path,
                set,
            );
            path.pop();
        }
    }
    if let (Some(item_ty), Some(items)) = (ty.item(), value.as_array()) {
        for item in items {
            let Some(element) = ty.element_of(item) else {
                continue;
            };
            path.push(element);
            everything(item, item_ty, schema, path, set);
            path.pop();
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_come_or_go_count_whole() {
        let old = json!({ "spec": { "containers": [{ "name": "a", "image": "x" }], "volumes": [{ "name": "v", "emptyDir": {} }] } });
        let new = json!({ "spec": { "containers": [{ "name": "a", "image": "y", "env": [{ "name": "E", "value": "1" }] }] } });
        let found = compare(&old, &new, &Type::Struct("Pod"), &Schema::load().unwrap());
        let text = |set: &FieldSet| set.paths().iter().map(Path::to_string).collect::<Vec<_>>();
        assert_eq!(text(&found.modified), [".spec.containers[name=\"a\"].image"]);
        assert_eq!(
            text(&found.added),
            [
                ".spec.containers[name=\"a\"].env",
                ".spec.containers[name=\"a\"].env[name=\"E\"]",
                ".spec.containers[name=\"a\"].env[name=\"E\"].name",
                ".spec.containers[name=\"a\"].env[name=\"E\"].value",
            ]
        );
        assert_eq!(
            text(&found.removed),
            [
                ".spec.volumes",
                ".spec.volumes[name=\"v\"]",
                ".spec.volumes[name=\"v\"].emptyDir",
                ".spec.volumes[name=\"v\"].name",
            ]
        );
    }

    #[test]
    fn the_order_of_keys_and_items_does_not_count() {
        let old = json!({ "spec": { "containers": [{ "name": "a" }, { "name": "b" }] } });
        let new = json!({ "spec": { "containers": [{ "name": "b" }, { "name": "a" }] } });
        assert!(compare(&old, &new, &Type::Struct("Pod"), &Schema::load().unwrap()).is_same());
    }
}
