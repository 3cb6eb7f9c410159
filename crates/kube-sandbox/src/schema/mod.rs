//! Which kinds and fields the API knows and how they merge. Enters: the table. Leaves: types to walk objects with.
//! Must not know of stores, users or requests.

mod check;
mod kinds;
mod normalise;
mod parse;
pub(crate) mod quantity;
mod table;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fieldset::Element;

pub(crate) use check::Undeclared;
pub(crate) use kinds::{KINDS, Kind, qualified as kinds_qualified};
pub(crate) use normalise::Canonical;

/// How a value is stored and merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// A string, number or boolean; `omit_zero`: not stored when "", 0 or false.
    Value { omit_zero: bool },
    /// A resource quantity.
    Quantity,
    /// Anything, replaced as a whole; `omit_empty`: not stored when empty.
    Atomic { omit_empty: bool },
    /// Not described: maps merge by key, all else is replaced.
    Any,
    /// A list of different scalars.
    Set,
    /// A map from names to values of one type.
    Map(Box<Type>),
    /// A list whose items are told apart by keys.
    List { keys: Vec<ListKey>, item: Box<Type> },
    /// A struct of the table.
    Struct(&'static str),
}

/// One of the fields that tell the items of a list apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListKey {
    pub(crate) name: &'static str,
    /// The value of an item that lacks the field.
    pub(crate) default: Option<&'static str>,
}

/// The table, parsed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    structs: BTreeMap<&'static str, BTreeMap<&'static str, Type>>,
}

static ANY: Type = Type::Any;

impl Schema {
    /// The type of the member `key` of a value of type `ty`; None: no such field is declared.
    pub(crate) fn member<'a>(&'a self, ty: &'a Type, key: &str) -> Option<&'a Type> {
        match ty {
            Type::Struct(name) => self.structs.get(name)?.get(key),
            Type::Map(item) => Some(item),
            Type::Any => Some(&ANY),
            Type::Value { .. } | Type::Quantity | Type::Atomic { .. } | Type::Set | Type::List { .. } => None,
        }
    }

    /// True if a value of this type that is an object is walked into, member by member.
    pub(crate) fn is_granular_map(ty: &Type, value: &Value) -> bool {
        match ty {
            Type::Struct(_) | Type::Map(_) => value.is_object() || value.is_null(),
            Type::Any => value.is_object(),
            Type::Value { .. } | Type::Quantity | Type::Atomic { .. } | Type::Set | Type::List { .. } => {
                false
            }
        }
    }
}

impl Type {
    /// The name of a struct; empty for all else.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Type::Struct(name) => name,
            Type::Value { .. }
            | Type::Quantity
            | Type::Atomic { .. }
            | Type::Any
            | Type::Set
            | Type::Map(_)
            | Type::List { .. } => "",
        }
    }

    /// The element under which an item of a keyed list or a set is owned; None when a key is missing.
    pub(crate) fn element_of(&self, item: &Value) -> Option<Element> {
        match self {
            Type::Set => Some(Element::value(item)),
            Type::List { keys, .. } => {
                let mut pairs = Vec::with_capacity(keys.len());
                for key in keys {
                    let found = item.get(key.name).filter(|value| !value.is_null()).cloned();
                    pairs.push((key.name, found.or_else(|| key.default.map(Value::from))?));
                }
                Some(Element::keys(&pairs))
            }
            Type::Value { .. }
            | Type::Quantity
            | Type::Atomic { .. }
            | Type::Any
            | Type::Map(_)
            | Type::Struct(_) => None,
        }
    }

    /// The type of the items of a keyed list or a set.
    pub(crate) fn item(&self) -> Option<&Type> {
        static SCALAR: Type = Type::Value { omit_zero: false };
        match self {
            Type::List { item, .. } => Some(item),
            Type::Set => Some(&SCALAR),
            Type::Value { .. }
            | Type::Quantity
            | Type::Atomic { .. }
            | Type::Any
            | Type::Map(_)
            | Type::Struct(_) => None,
        }
    }
}
