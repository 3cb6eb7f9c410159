//! `metadata.managedFields`, read and written.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::conflict::Conflict;
use crate::fieldset::FieldSet;

/// How a manager came to own its fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Apply,
    #[default]
    Update,
}

/// One owner; the default is nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    pub(super) operation: Operation,
    pub(super) manager: String,
    pub(super) api_version: String,
    pub(super) subresource: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Owned {
    set: FieldSet,
    time: String,
}

/// Who owns what of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Managed {
    owners: BTreeMap<Owner, Owned>,
}

impl Managed {
    /// As recorded in an object; entries that cannot be read count as none.
    pub(crate) fn of(object: &Value) -> Managed {
        let entries = object
            .pointer("/metadata/managedFields")
            .and_then(Value::as_array);
        let owners = entries.into_iter().flatten().filter_map(entry).collect();
        Managed { owners }
    }

    /// As sent by a client that wants to set it; None when it says nothing of owners.
    pub(crate) fn sent(object: &Value) -> Option<Managed> {
        let entries = object.pointer("/metadata/managedFields")?.as_array()?;
        (!entries.is_empty()).then(|| Managed::of(object))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    pub(super) fn set_of(&self, owner: &Owner) -> FieldSet {
        self.owners
            .get(owner)
            .map(|owned| owned.set.clone())
            .unwrap_or_default()
    }

    /// The fields of all owners.
    pub(super) fn all(&self) -> FieldSet {
        self.owners
            .values()
            .fold(FieldSet::default(), |all, owned| all.union(&owned.set))
    }

    /// Gives an owner these fields and no others.
    pub(super) fn put(&mut self, owner: &Owner, set: FieldSet) {
        if set.is_empty() {
            self.owners.remove(owner);
        } else {
            self.owners.entry(owner.clone()).or_default().set = set;
        }
    }

    pub(super) fn touch(&mut self, owner: &Owner, now: &str) {
        if let Some(owned) = self.owners.get_mut(owner) {
            now.clone_into(&mut owned.time);
        }
    }

    /// Takes fields from everyone but `keeper`; owners that are left with none are forgotten.
    pub(super) fn release(&mut self, keeper: &Owner, fields: &FieldSet) {
        for (_, owned) in self.owners.iter_mut().filter(|(owner, _)| *owner != keeper) {
            owned.set = owned.set.difference(fields);
        }
        self.owners.retain(|_, owned| !owned.set.is_empty());
    }

    /// The written fields that others own.
    pub(super) fn conflicts(&self, writer: &Owner, written: &FieldSet) -> Vec<Conflict> {
        let others = self.owners.iter().filter(|(owner, _)| *owner != writer);
        others
            .flat_map(|(owner, owned)| {
                let paths = owned.set.intersection(written).paths();
                paths.into_iter().map(|path| Conflict {
                    owner: owner.clone(),
                    path,
                })
            })
            .collect()
    }

    /// The object with this record.
    pub(super) fn write_into(&self, mut object: Value) -> Value {
        let mut entries: Vec<(&Owner, &Owned)> = self.owners.iter().collect();
        entries.sort_by(|(a, x), (b, y)| {
            (a.operation, &x.time, &a.manager).cmp(&(b.operation, &y.time, &b.manager))
        });
        let entries: Vec<Value> = entries
            .into_iter()
            .map(|(owner, owned)| to_entry(owner, owned))
            .collect();
        if let Some(root) = object.as_object_mut()
            && let Some(metadata) = root
                .entry("metadata")
                .or_insert_with(|| json!({}))
                .as_object_mut()
        {
            metadata.remove("managedFields");
            if !entries.is_empty() {
                metadata.insert("managedFields".to_owned(), Value::Array(entries));
            }
        }
        object
    }
}

fn entry(value: &Value) -> Option<(Owner, Owned)> {
    let text = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let operation = match value.get("operation").and_then(Value::as_str)? {
        "Apply" => Operation::Apply,
        "Update" => Operation::Update,
        _ => return None,
    };
    let owner = Owner {
        operation,
        manager: text("manager"),
        api_version: text("apiVersion"),
        subresource: text("subresource"),
    };
    let set = FieldSet::from_json(value.get("fieldsV1")?)?;
    Some((
        owner,
        Owned {
            set,
            time: text("time"),
        },
    ))
}

fn to_entry(owner: &Owner, record: &Owned) -> Value {
    let operation = match owner.operation {
        Operation::Apply => "Apply",
        Operation::Update => "Update",
    };
    let mut entry = json!({
        "manager": owner.manager, "operation": operation, "apiVersion": owner.api_version,
        "time": record.time, "fieldsType": "FieldsV1", "fieldsV1": record.set.to_json(),
    });
    if let (false, Some(entry)) = (owner.subresource.is_empty(), entry.as_object_mut()) {
        entry.insert("subresource".to_owned(), json!(owner.subresource));
    }
    entry
}
