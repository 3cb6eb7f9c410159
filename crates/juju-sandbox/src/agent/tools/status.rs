//! `status-set`, `status-get`, `application-version-set`. All of them at once, whether the hook succeeds or not.

use super::flags::{Args, Flag, switch};
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool};
use juju_model::{Status, StatusKind};

const APPLICATION: Flag = switch(&["application"]);

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "status-set",
        summary: "Say the status of the unit or the application.",
        flags: &[APPLICATION],
        formats: SILENT,
        run: set,
    },
    Tool {
        name: "status-get",
        summary: "Ask the status of the unit or the application.",
        flags: &[APPLICATION, switch(&["include-data"])],
        formats: SMART,
        run: get,
    },
    Tool {
        name: "application-version-set",
        summary: "Say the version of the workload.",
        flags: &[],
        formats: SILENT,
        run: version,
    },
];

fn set(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let settable = [
        ("maintenance", StatusKind::Maintenance),
        ("blocked", StatusKind::Blocked),
        ("waiting", StatusKind::Waiting),
        ("active", StatusKind::Active),
    ];
    let Some(name) = args.words().first() else {
        return Err(Stop::usage("invalid args, require <status> [message]"));
    };
    let names: Vec<_> = settable.iter().map(|(name, _)| *name).collect();
    let Some((_, kind)) = settable.iter().find(|(settable, _)| settable == name) else {
        let names = names.join(" ");
        return Err(Stop::usage(format!(
            "invalid status {name:?}, expected one of [{names}]"
        )));
    };
    let message = args.at_most(2)?.get(1).cloned().unwrap_or_default();
    let unit = &context.run().unit;
    let mut world = context.world();
    if args.is_on("application") {
        world
            .set_application_status(unit, *kind, message)
            .map_err(Stop::failed)?;
    } else {
        world.set_unit_status(unit, *kind, message);
    }
    Ok(Output::Nothing)
}

fn get(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    let all = args.is_on("include-data");
    // Smart shows the bare word.
    let bare = !all && args.format == super::Format::Smart;
    if !args.is_on("application") {
        let value = match context.unit_status() {
            Some(status) if bare => Value::text(status.status),
            Some(status) => shown(&status, all),
            None => Value::Null,
        };
        return Ok(value.into());
    }
    let unit = &context.run().unit;
    let world = context.world();
    if !world.is_leader(unit) {
        return Err(Stop::failed(
            "finding application status: this unit is not the leader",
        ));
    }
    let units = world
        .unit_names()
        .into_iter()
        .filter(|name| name.app() == unit.app());
    let units: Vec<_> = units
        .filter_map(|name| Some((name.to_string(), shown(&world.workload_shown(&name)?, all))))
        .collect();
    let status = world
        .application_status(unit.app())
        .unwrap_or(Status::new(StatusKind::Unknown, "", 0));
    if bare {
        return Ok(Value::text(status.status).into());
    }
    let Value::Map(mut application) = shown(&status, all) else {
        return Ok(Output::Nothing);
    };
    application.push(("units".to_owned(), Value::Map(units)));
    Ok(Value::map([("application-status", Value::Map(application))]).into())
}

fn shown(status: &Status, all: bool) -> Value {
    let kind = ("status", Value::text(status.status));
    if all {
        let message = ("message", Value::text(&status.message));
        Value::map([message, kind, ("status-data", Value::Map(Vec::new()))])
    } else {
        Value::map([kind])
    }
}

fn version(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let version = args
        .at_most(1)?
        .first()
        .ok_or_else(|| Stop::usage("no version specified"))?;
    context.world().set_workload_version(&context.run().unit, version);
    Ok(Output::Nothing)
}
