//! `secret-ids`, `secret-info-get`: the secrets that the unit looks after, with what this hook changed of them.

use super::{Args, HookContext, Output, Stop, Value, named};
use jiff::Timestamp;
use juju_model::{Party, Secret, SecretEdit, SecretId, date};
use std::collections::BTreeMap;

/// The unit's own secret with what the hook changed of it, but for content and rights.
pub(super) fn owned(context: &HookContext<'_>, id: &SecretId) -> Option<Secret> {
    let changes = &context.changes.secrets;
    if changes.removes.contains_key(id) {
        return None;
    }
    let mut secret = context.run().secrets.get(id)?.clone();
    if let Some(edit) = changes.updates.get(id) {
        let SecretEdit {
            label,
            description,
            rotation,
            expiry,
            content: _,
        } = edit.clone();
        secret.label = label.unwrap_or(secret.label);
        secret.description = description.unwrap_or(secret.description);
        secret.rotation = rotation.unwrap_or(secret.rotation);
        if let Some(latest) = secret.revisions.get_mut(&secret.latest) {
            latest.expiry = expiry.or(latest.expiry);
        }
    }
    Some(secret)
}

/// Label and facts of all of them, those that this hook makes included.
fn all_owned(context: &HookContext<'_>) -> BTreeMap<SecretId, (String, Value)> {
    let there = context.run().secrets.keys();
    let there = there.filter_map(|id| {
        let secret = owned(context, id)?;
        Some((id.clone(), (secret.label.clone(), shown(context, &secret))))
    });
    let made = context.changes.secrets.creates.iter();
    let made = made.map(|(id, (owner, edit))| {
        let label = edit.label.clone().unwrap_or_default();
        (id.clone(), (label, made_here(owner, edit)))
    });
    there.chain(made).collect()
}

pub(super) fn ids(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    let ids: Vec<SecretId> = all_owned(context).into_keys().collect();
    if ids.is_empty() {
        return Ok(Value::Null.into());
    }
    Ok(Value::texts(ids).into())
}

pub(super) fn info(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let (id, label) = named(args)?;
    if id.is_some() && label.is_some() {
        return Err(Stop::usage("specify either a secret URI or label but not both"));
    }
    args.at_most(1)?;
    let all = all_owned(context);
    let found = all.iter().find(|(own, (own_label, _))| match &id {
        Some(id) => *own == id,
        None => label.as_ref() == Some(own_label),
    });
    let wanted = id
        .as_ref()
        .map_or_else(|| label.unwrap_or_default(), ToString::to_string);
    let (id, (_, facts)) = found.ok_or_else(|| Stop::failed(format!("secret {wanted:?} not found")))?;
    Ok(Value::map([(id, facts.clone())]).into())
}

fn made_here(owner: &Party, edit: &SecretEdit) -> Value {
    let mut facts = vec![
        ("revision", Value::Int(1)),
        ("label", Value::text(edit.label.as_deref().unwrap_or_default())),
        ("owner", Value::text(owner.kind())),
    ];
    let description = edit.description.as_ref();
    facts.extend(description.map(|text| ("description", Value::text(text))));
    facts.extend(edit.rotation.map(|policy| ("rotation", Value::text(policy))));
    facts.extend(edit.expiry.map(|end| ("expiry", time(end))));
    Value::map(facts)
}

fn shown(context: &HookContext<'_>, secret: &Secret) -> Value {
    let mut facts = vec![
        ("revision", Value::Int(i64::from(secret.latest))),
        ("label", Value::text(&secret.label)),
        ("owner", Value::text(secret.owner.kind())),
    ];
    if !secret.description.is_empty() {
        facts.push(("description", Value::text(&secret.description)));
    }
    facts.push(("rotation", Value::text(secret.rotation)));
    facts.extend(secret.expiry().map(|end| ("expiry", time(end))));
    facts.extend(secret.next_rotation.map(|next| ("rotates", time(date(next)))));
    let access = secret.grants.iter().map(|grant| {
        let view = context.run().relations.get(&grant.relation);
        let scope = view.map(|view| view.scope.clone()).unwrap_or_default();
        Value::map([
            ("target", Value::text(grant.reader.tag())),
            ("scope", Value::text(scope)),
            ("role", Value::text("view")),
        ])
    });
    let access: Vec<Value> = access.collect();
    if !access.is_empty() {
        facts.push(("access", Value::List(access)));
    }
    Value::map(facts)
}

fn time(at: Timestamp) -> Value {
    Value::Time(at.to_string())
}
