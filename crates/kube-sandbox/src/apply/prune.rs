//! What a manager applied before and applies no more goes, unless somebody else owns it too.

use serde_json::Value;

use super::Managed;
use crate::fieldset::FieldSet;
use crate::merge::remove;
use crate::schema::{Schema, Type};

/// The merged object without what only `last` (the manager's former fields) holds in place. `managed` already has the
/// manager's new fields.
pub(super) fn prune(merged: &Value, last: &FieldSet, managed: &Managed, ty: &Type, schema: &Schema) -> Value {
    if last.is_empty() {
        return merged.clone();
    }
    let rounded = |set: &FieldSet| set.with_named_fields(ty, schema);
    let fields = |object: &Value| rounded(&FieldSet::of(object, ty, schema));
    let all = fields(merged);

    let without_last = remove(merged, &rounded(last), ty, schema);
    // whatever went with it and is owned comes back
    let unowned = all
        .difference(&fields(&without_last))
        .difference(&rounded(&managed.all()));
    let with_owned = remove(merged, &unowned, ty, schema);
    // and so does what was never the manager's
    let gone = all.difference(&fields(&with_owned)).intersection(&rounded(last));
    remove(merged, &gone, ty, schema)
}
