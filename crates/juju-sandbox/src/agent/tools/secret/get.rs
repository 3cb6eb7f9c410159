//! `secret-get`: the content of a secret, with what this hook changed of it.

use super::data::KEY_BASE64;
use super::info::owned;
use super::{Args, HookContext, Output, Stop, Value, data, named};
use juju_model::{Party, SecretContent, SecretId, SecretRead};

pub(super) fn get(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let (id, label) = named(args)?;
    if args.is_on("peek") && args.is_on("refresh") {
        return Err(Stop::usage("specify one of --peek or --refresh but not both"));
    }
    let key = args.at_most(2)?.get(1);
    let found = read(context, args, id, label)?;
    let Some(key) = key else {
        let values = found
            .iter()
            .map(|(key, value)| Ok((key, Value::text(data::decoded(value)?))))
            .collect::<Result<Vec<_>, Stop>>()?;
        return Ok(Value::map(values).into());
    };
    let bare = key.strip_suffix(KEY_BASE64).unwrap_or(key);
    let not_found = || Stop::failed(format!("secret key value {bare:?} not found"));
    let value = found.get(bare).ok_or_else(not_found)?;
    if key.ends_with(KEY_BASE64) {
        return Ok(Value::text(value).into());
    }
    Ok(Value::text(data::decoded(value)?).into())
}

/// What this hook wrote, where that is asked for; else what the controller has.
fn read(
    context: &mut HookContext<'_>,
    args: &Args,
    mut id: Option<SecretId>,
    mut label: Option<String>,
) -> Result<SecretContent, Stop> {
    let refresh = args.is_on("refresh");
    let newest = refresh || args.is_on("peek");
    if let Some(content) = pending(context, id.as_ref(), label.as_ref(), newest, refresh) {
        return Ok(content);
    }
    let unit = context.run().unit.clone();
    if id.is_none()
        && let Some(own) = by_own_label(context, label.as_deref())
    {
        id = Some(own);
        label = None;
    }
    let mode = match (refresh, newest) {
        (true, _) => SecretRead::Refresh,
        (false, true) => SecretRead::Peek,
        (false, false) => SecretRead::Tracked,
    };
    let read = context
        .world()
        .read_secret(&unit, id.as_ref(), label.as_deref(), mode);
    read.map_err(Stop::failed)
}

fn pending(
    context: &mut HookContext<'_>,
    id: Option<&SecretId>,
    label: Option<&String>,
    newest: bool,
    refresh: bool,
) -> Option<SecretContent> {
    let changes = &mut context.changes.secrets;
    let meant = |other: &SecretId, other_label: &Option<String>| {
        id == Some(other) || (label.is_some() && other_label.as_ref() == label)
    };
    let made = changes
        .creates
        .iter_mut()
        .find(|(other, (_, edit))| meant(other, &edit.label));
    if let Some((_, (_, edit))) = made {
        edit.label = label.cloned().or_else(|| edit.label.take());
        return edit.content.clone();
    }
    let (other, edit) = changes
        .updates
        .iter_mut()
        .find(|(other, edit)| newest && meant(other, &edit.label))?;
    edit.label = label.cloned().or_else(|| edit.label.take());
    if refresh {
        changes.track_latest.insert(other.clone());
    }
    edit.content.clone()
}

/// The secret that the unit itself owns under this label.
fn by_own_label(context: &HookContext<'_>, label: Option<&str>) -> Option<SecretId> {
    let mut own = context
        .run()
        .secrets
        .keys()
        .filter_map(|id| owned(context, id).map(|it| (id, it)));
    let unit = Party::Unit(context.run().unit.clone());
    let found = own.find(|(_, secret)| Some(secret.label.as_str()) == label && secret.owner == unit);
    found.map(|(id, _)| id.clone())
}
