//! `secret-add`, `secret-set`, `secret-remove`: what a secret is, and that it is no more.

use super::{Args, HookContext, Output, Stop, Value, data, given, may_change, own_id};
use jiff::Timestamp;
use juju_model::{Party, Rotation, SecretEdit, date};

/// What the flags and words say of a secret.
fn edit(args: &Args, words: &[String], now: Timestamp) -> Result<SecretEdit, Stop> {
    let expiry = given(args, "expire").map(|text| data::expiry(text, now));
    let expiry = expiry.transpose()?;
    let rotation = given(args, "rotate").map(str::parse::<Rotation>);
    let rotation = rotation
        .transpose()
        .map_err(|error| Stop::usage(error.to_string()))?;
    if let Some(owner) = args
        .flag("owner")
        .filter(|owner| !["application", "unit"].contains(owner))
    {
        return Err(Stop::usage(format!("secret owner {owner:?} not valid")));
    }
    let content = data::content(args, words)?;
    Ok(SecretEdit {
        label: given(args, "label").map(str::to_owned),
        description: given(args, "description").map(str::to_owned),
        rotation,
        expiry,
        content: Some(content).filter(|content| !content.is_empty()),
    })
}

pub(super) fn add(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    if args.words().is_empty() && given(args, "file").is_none() {
        return Err(Stop::usage("missing secret value or filename"));
    }
    let edit = edit(args, args.words(), now(context))?;
    if edit.content.is_none() {
        return Err(Stop::failed("empty secret value not valid"));
    }
    let unit = context.run().unit.clone();
    let owner = if args.flag("owner") == Some("unit") {
        Party::Unit(unit)
    } else if context.is_leader() {
        Party::Application(unit.app().clone())
    } else {
        return Err(Stop::failed("this unit is not the leader"));
    };
    let id = context.world().new_secret_id();
    let secrets = &mut context.changes.secrets;
    secrets.create(id.clone(), owner, edit).map_err(Stop::failed)?;
    Ok(Value::text(format!("secret:{id}")).into())
}

pub(super) fn set(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let id = own_id(args)?;
    let edit = edit(args, args.words().get(1..).unwrap_or_default(), now(context))?;
    may_change(context, &id)?;
    context.changes.secrets.update(id, edit);
    Ok(Output::Nothing)
}

pub(super) fn remove(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let revision = match args.flag("revision") {
        None => None,
        Some(text) => {
            let number: i64 = text.parse().map_err(|_| {
                let why = format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
                Stop::usage(format!("invalid value {text:?} for option --revision: {why}"))
            })?;
            u32::try_from(number).ok().filter(|number| *number > 0)
        }
    };
    let id = own_id(args)?;
    args.at_most(1)?;
    may_change(context, &id)?;
    context.changes.secrets.remove(id, revision);
    Ok(Output::Nothing)
}

fn now(context: &HookContext<'_>) -> Timestamp {
    date(context.world().now())
}
