//! Field ownership: who owns which field of an object, what an apply or an update makes of it, and when an apply conflicts.
//! Enters: the live object, what was sent, the manager. Leaves: the new object with `metadata.managedFields`, or conflicts.
//! Must not know of requests or the store. Follows `structured-merge-diff` and the API server's field manager.

mod conflict;
mod managed;
mod prune;

use serde_json::{Value, json};

use crate::fieldset::{Element, FieldSet};
use crate::merge::{Comparison, compare, structured};
use crate::rules::{Rule, Rules};
use crate::schema::{Kind, Schema};

pub(crate) use conflict::Conflict;
use managed::Owner;
pub(crate) use managed::{Managed, Operation};

/// Who writes, and when.
#[derive(Debug, Clone)]
pub(crate) struct Writer<'a> {
    pub(crate) manager: &'a str,
    /// `status` when written through that subresource, else empty.
    pub(crate) subresource: &'a str,
    /// The time of the write, RFC 3339.
    pub(crate) now: &'a str,
}

/// The object under one kind's rules.
pub(crate) struct Ownership<'a> {
    pub(crate) kind: &'static Kind,
    pub(crate) schema: &'a Schema,
    pub(crate) rules: Rules,
}

impl Ownership<'_> {
    /// Server-side apply. `live` is None for an object that does not exist yet; the answer is not yet canonical.
    pub(crate) fn apply(
        &self,
        live: Option<&Value>,
        applied: &Value,
        writer: &Writer<'_>,
        force: bool,
    ) -> Result<Value, Vec<Conflict>> {
        let empty = empty(applied);
        let mut managed = live.map(Managed::of).unwrap_or_default();
        let old = live.map_or_else(|| empty.clone(), without_managed);
        let owner = self.owner(writer, Operation::Apply);
        if live.is_some() && managed.is_empty() {
            self.adopt_unowned(&mut managed, &empty, &old, writer);
        }

        let last = managed.set_of(&owner);
        let ours = self.owned_part(FieldSet::of(applied, &self.kind.ty(), self.schema), writer);
        managed.put(&owner, ours.clone());
        let merged = structured(&old, &without_managed(applied), &self.kind.ty(), self.schema);
        let new = if self.rules.keep(Rule::ApplyReleases) {
            prune::prune(&merged, &last, &managed, &self.kind.ty(), self.schema)
        } else {
            merged
        };
        let found = self.differences(&old, &new, writer);
        let conflicts = managed.conflicts(&owner, &found.written());
        if !conflicts.is_empty() && !force {
            return Err(conflicts);
        }
        managed.release(&owner, &found.written());
        managed.release(&owner, &found.removed);
        if !found.is_same() || last != ours {
            managed.touch(&owner, writer.now);
        }
        Ok(managed.write_into(new))
    }

    /// Ownership after a create, an update or a patch that made `new` (canonical) of `live`. Writing an equal value confers
    /// none; what others owned and was changed or removed is theirs no more.
    pub(crate) fn update(&self, live: Option<&Value>, new: &Value, writer: &Writer<'_>) -> Value {
        let owner = self.owner(writer, Operation::Update);
        let mut managed = match Managed::sent(new) {
            Some(sent) => sent,
            None => live.map(Managed::of).unwrap_or_default(),
        };
        let old = live.map_or_else(|| empty(new), without_managed);
        let new = without_managed(new);
        let found = self.differences(&old, &new, writer);
        let written = self.owned_part(found.written(), writer);
        let others = Owner::default();
        managed.release(&others, &found.written());
        managed.release(&others, &found.removed);
        if !written.is_empty() {
            let before = managed.set_of(&owner);
            managed.put(&owner, before.union(&written));
            managed.touch(&owner, writer.now);
        }
        managed.write_into(new)
    }

    /// What exists while nobody is on record is owned by a manager of the server's own.
    fn adopt_unowned(&self, managed: &mut Managed, empty: &Value, live: &Value, writer: &Writer<'_>) {
        let writer = Writer {
            manager: "before-first-apply",
            ..writer.clone()
        };
        let owner = self.owner(&writer, Operation::Update);
        managed.put(
            &owner,
            self.owned_part(self.differences(empty, live, &writer).written(), &writer),
        );
        managed.touch(&owner, writer.now);
    }

    fn owner(&self, writer: &Writer<'_>, operation: Operation) -> Owner {
        Owner {
            manager: writer.manager.to_owned(),
            operation,
            api_version: self.kind.api_version(),
            subresource: writer.subresource.to_owned(),
        }
    }

    fn differences(&self, old: &Value, new: &Value, writer: &Writer<'_>) -> Comparison {
        let found = compare(old, new, &self.kind.ty(), self.schema);
        Comparison {
            added: self.owned_part(found.added, writer),
            modified: self.owned_part(found.modified, writer),
            removed: self.owned_part(found.removed, writer),
        }
    }

    /// Only what can be owned: not the identity of the object nor what the server fills in, and `status` through its
    /// subresource alone.
    fn owned_part(&self, set: FieldSet, writer: &Writer<'_>) -> FieldSet {
        let field = |name: &str| Element::field(name);
        if !writer.subresource.is_empty() {
            return set.only(&field("status"));
        }
        let mut part = set
            .difference(&identity())
            .without(&field("apiVersion"))
            .without(&field("kind"));
        if self.kind.status {
            part = part.without(&field("status"));
        }
        part
    }
}

/// An object of the same kind with nothing in it.
fn empty(object: &Value) -> Value {
    json!({ "apiVersion": object.get("apiVersion"), "kind": object.get("kind") })
}

fn identity() -> FieldSet {
    let mut set = FieldSet::default();
    let metadata = Element::field("metadata");
    set.insert(std::slice::from_ref(&metadata));
    for name in [
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generateName",
        "generation",
        "managedFields",
        "name",
        "namespace",
        "resourceVersion",
        "selfLink",
        "uid",
    ] {
        set.insert(&[metadata.clone(), Element::field(name)]);
    }
    set
}

fn without_managed(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    object
}

/// The object with the times of `managedFields` taken from `live` wherever nothing else differs.
pub(crate) fn same_but_for_times(live: &Value, new: &Value) -> bool {
    let untimed = |object: &Value| {
        let mut object = object.clone();
        if let Some(Value::Array(entries)) = object.pointer_mut("/metadata/managedFields") {
            for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
                entry.remove("time");
            }
            entries.sort_by_key(ToString::to_string);
        }
        object
    };
    untimed(live) == untimed(new)
}
