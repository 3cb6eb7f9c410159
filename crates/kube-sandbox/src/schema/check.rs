//! Is an object one that the schema declares? Server-side apply refuses all else, whatever `fieldValidation` says.

use serde_json::Value;

use super::{Schema, Type};
use crate::fieldset::{Element, Path};

/// A field that cannot be applied: its path and why, in the words of a typed patch object's error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undeclared(pub(crate) String);

impl Schema {
    /// Refuses the first unknown field, duplicate key, missing key or wrong shape.
    pub(crate) fn check(&self, value: &Value, ty: &Type) -> Result<(), Undeclared> {
        self.check_at(value, ty, &mut Path::default())
    }

    fn check_at(&self, value: &Value, ty: &Type, path: &mut Path) -> Result<(), Undeclared> {
        match ty {
            _ if value.is_null() => Ok(()),
            Type::Struct(_) | Type::Map(_) => self.check_map(value, ty, path),
            Type::List { item, .. } => self.check_list(value, ty, item, path),
            Type::Set => self.check_list(value, ty, &Type::Value { omit_zero: false }, path),
            Type::Value { .. } if value.is_object() || value.is_array() => Err(wrong(path, "scalar", value)),
            Type::Value { .. } | Type::Quantity | Type::Atomic { .. } | Type::Any => Ok(()),
        }
    }

    fn check_map(&self, value: &Value, ty: &Type, path: &mut Path) -> Result<(), Undeclared> {
        let Some(object) = value.as_object() else {
            return Err(wrong(path, "map", value));
        };
        for (key, member) in object {
            path.push(Element::field(key));
            let Some(ty) = self.member(ty, key) else {
                return Err(Undeclared(format!("{path}: field not declared in schema")));
            };
            self.check_at(member, ty, path)?;
            path.pop();
        }
        Ok(())
    }

    fn check_list(
        &self,
        value: &Value,
        ty: &Type,
        item_ty: &Type,
        path: &mut Path,
    ) -> Result<(), Undeclared> {
        let Some(items) = value.as_array() else {
            return Err(wrong(path, "list", value));
        };
        let mut seen = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let Some(element) = ty.element_of(item) else {
                let keys = key_names(ty);
                return Err(Undeclared(format!(
                    "{path}: element {index}: associative list with keys has an element that omits key field {keys} (and doesn't have default value)"
                )));
            };
            if seen.contains(&element) {
                return Err(Undeclared(format!("{path}: duplicate entries for key {element}")));
            }
            path.push(element.clone());
            self.check_at(item, item_ty, path)?;
            path.pop();
            seen.push(element);
        }
        Ok(())
    }
}

fn key_names(ty: &Type) -> String {
    let Type::List { keys, .. } = ty else {
        return String::new();
    };
    let names: Vec<String> = keys
        .iter()
        .filter(|key| key.default.is_none())
        .map(|key| format!("{:?}", key.name))
        .collect();
    names.join(", ")
}

fn wrong(path: &Path, want: &str, value: &Value) -> Undeclared {
    let have = match value {
        Value::Object(_) => "map",
        Value::Array(_) => "list",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
    };
    Undeclared(format!("{path}: expected {want}, got {have}"))
}
