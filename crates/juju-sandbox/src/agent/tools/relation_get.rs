//! `relation-get`: one databag, or one key of it. Who may read what is decided by the model.

use super::flags::Args;
use super::relation::needed;
use super::value::Value;
use super::{HookContext, Output, Stop};
use juju_model::{AppName, BagOwner, HookRun, RelationChange, RelationId, UnitName};

pub(super) fn run(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let (id, _) = needed(context, args)?;
    let (key, target) = match args.words() {
        [] => (None, None),
        [key] => (Some(key.as_str()), None),
        [key, target, ..] => (Some(key.as_str()), Some(target.as_str())),
    };
    let owner = match target.filter(|target| !target.is_empty()) {
        Some(target) => named(target, args.is_on("app"))?,
        None => implied(context.run(), id, args.is_on("app"))?,
    };
    args.at_most(2)?;
    let settings = context
        .run()
        .read_bag(id, &owner, &context.changes)
        .map_err(Stop::failed)?;
    let settings = settings.ok_or_else(|| Stop::failed("relation not found"))?;
    let value = match key.filter(|key| *key != "-" && !key.is_empty()) {
        None => Value::settings(settings),
        Some(key) => settings.get(key).map_or(Value::Null, Value::text),
    };
    Ok(value.into())
}

fn named(target: &str, app: bool) -> Result<BagOwner, Stop> {
    match (target.parse::<UnitName>(), target.parse::<AppName>()) {
        (Ok(unit), _) if app => Ok(BagOwner::App(unit.app().clone())),
        (Ok(unit), _) => Ok(BagOwner::Unit(unit)),
        (Err(_), Ok(name)) if app => Ok(BagOwner::App(name)),
        (Err(_), Ok(_)) => Err(Stop::usage(format!(
            "expected unit name, got application name {target:?}"
        ))),
        (Err(_), Err(_)) if app => Err(Stop::usage(format!("invalid application name {target:?}"))),
        (Err(_), Err(_)) => Err(Stop::usage(format!("invalid unit name {target:?}"))),
    }
}

/// Without a target: the unit the hook is about, or the application where it is about none.
fn implied(run: &HookRun, id: RelationId, app: bool) -> Result<BagOwner, Stop> {
    let none = || Stop::usage("no unit or application specified");
    let hook = run
        .hook
        .relation()
        .filter(|hook| hook.id == id)
        .ok_or_else(none)?;
    let of_app = hook.remote_app.clone().map(BagOwner::App);
    match &hook.remote_unit {
        Some(_) if app => of_app.ok_or_else(none),
        Some(unit) => Ok(BagOwner::Unit(unit.clone())),
        None if app || matches!(hook.change, RelationChange::Changed | RelationChange::Broken) => {
            of_app.ok_or_else(none)
        }
        None => Err(none()),
    }
}
