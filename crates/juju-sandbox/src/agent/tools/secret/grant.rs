//! `secret-grant`, `secret-revoke`: who may read a secret.

use super::info::owned;
use super::{Args, HookContext, Output, Stop, given, may_change, own_id};
use crate::agent::tools::relation;
use juju_model::{AppName, Party, SecretRefused, UnitName};

pub(super) fn grant(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let id = own_id(args)?;
    let (relation, view) = relation::needed(context, args)?;
    let (app, scope) = (view.remote_app.clone(), view.scope.clone());
    let reader = match given(args, "unit") {
        None => Party::Application(app),
        Some(name) => {
            let unit: UnitName = name
                .parse()
                .map_err(|_| Stop::usage(format!("unit {name:?} not valid")))?;
            if *unit.app() != app {
                let app = app.to_string();
                return Err(Stop::usage(format!(
                    "cannot specify unit {name:?} in relation to application {app:?}"
                )));
            }
            Party::Unit(unit)
        }
    };
    args.at_most(1)?;
    if !context.changes.secrets.creates.contains_key(&id) {
        let secret = owned(context, &id).ok_or_else(|| Stop::failed(SecretRefused::NotFound(id.clone())))?;
        may_change(context, &id)?;
        let there = secret.grants.iter().filter(|grant| {
            let view = context.run().relations.get(&grant.relation);
            view.is_some_and(|view| view.scope == scope)
        });
        for other in there {
            match (&other.reader, &reader) {
                (other, reader) if other == reader => return Ok(Output::Nothing),
                (Party::Application(_), _) => return Ok(Output::Nothing),
                (Party::Unit(_), Party::Application(_)) => {
                    return Err(Stop::failed(
                        "any unit level grants need to be revoked before granting access to the corresponding application",
                    ));
                }
                (Party::Unit(_), Party::Unit(_)) => {}
            }
        }
    }
    context.changes.secrets.grant(id, relation, reader);
    Ok(Output::Nothing)
}

pub(super) fn revoke(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let id = own_id(args)?;
    let mut app = match given(args, "app") {
        None => None,
        Some(name) => Some(
            name.parse::<AppName>()
                .map_err(|_| Stop::usage(format!("application {name:?} not valid")))?,
        ),
    };
    let unit = match given(args, "unit") {
        None => None,
        Some(name) => Some(
            name.parse::<UnitName>()
                .map_err(|_| Stop::usage(format!("unit {name:?} not valid")))?,
        ),
    };
    if app.is_some() && unit.is_some() {
        return Err(Stop::usage("specify only one of application or unit"));
    }
    if let Some((_, view)) = relation::given(context, args)? {
        if app.is_some() {
            return Err(Stop::usage("do not specify both relation and app"));
        }
        app = Some(view.remote_app.clone());
    }
    let reader = match (unit, app) {
        (Some(unit), _) => Party::Unit(unit),
        (None, Some(app)) => Party::Application(app),
        (None, None) => return Err(Stop::usage("missing relation or application or unit")),
    };
    args.at_most(1)?;
    may_change(context, &id)?;
    context.changes.secrets.revoke(id, reader);
    Ok(Output::Nothing)
}
