//! The fields that an applied object names, and the rounding of sets to whole structs. Follows `structured-merge-diff`.

use serde_json::Value;

use super::{Element, FieldSet, Path};
use crate::schema::{Schema, Type};

impl FieldSet {
    /// The fields that an object names: leaves, entries of maps, items of keyed lists; not the structs on the way.
    pub(crate) fn of(value: &Value, ty: &Type, schema: &Schema) -> FieldSet {
        let mut set = FieldSet::default();
        collect(value, ty, schema, &mut Path::default(), &mut set);
        set
    }

    /// The same set with every struct field on the way to a member as a member.
    pub(crate) fn with_named_fields(&self, ty: &Type, schema: &Schema) -> FieldSet {
        let mut rounded = self.clone();
        for (element, node) in &mut rounded.nodes {
            let below = match element.field_name() {
                Some(name) => schema.member(ty, name),
                None => ty.item(),
            };
            if matches!(ty, Type::Struct(_)) && !node.below.is_empty() {
                node.member = true;
            }
            node.below = node.below.with_named_fields(below.unwrap_or(&Type::Any), schema);
        }
        rounded
    }
}

fn collect(value: &Value, ty: &Type, schema: &Schema, path: &mut Path, set: &mut FieldSet) {
    match (ty, value) {
        (Type::Struct(_) | Type::Map(_) | Type::List { .. } | Type::Set, Value::Null) => {}
        (Type::Struct(_) | Type::Map(_) | Type::Any, Value::Object(map)) => {
            for (key, member) in map {
                path.push(Element::field(key));
                let empty = member.is_null() || member.as_object().is_some_and(serde_json::Map::is_empty);
                if empty || matches!(ty, Type::Map(_) | Type::Any) {
                    set.insert(path.elements());
                }
                collect(
                    member,
                    schema.member(ty, key).unwrap_or(&Type::Any),
                    schema,
                    path,
                    set,
                );
                path.pop();
            }
        }
        (Type::List { .. } | Type::Set, Value::Array(items)) => {
            let item_ty = ty.item().unwrap_or(&Type::Any);
            for (index, item) in items.iter().enumerate() {
                // an item that lost its key still makes the list one that holds something
                path.push(ty.element_of(item).unwrap_or_else(|| Element::index(index)));
                set.insert(path.elements());
                collect(item, item_ty, schema, path, set);
                path.pop();
            }
        }
        _ => set.insert(path.elements()),
    }
}
