//! `action-get`, `action-set`, `action-fail`, `action-log`. Results become real at once, also when the action fails.

use super::flags::Args;
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool};
use juju_model::{ActionId, is_dashed};

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "action-get",
        summary: "Read the action's parameters.",
        flags: &[],
        formats: SMART,
        run: get,
    },
    Tool {
        name: "action-set",
        summary: "Set results of the action.",
        flags: &[],
        formats: SILENT,
        run: set,
    },
    Tool {
        name: "action-fail",
        summary: "Call the action failed.",
        flags: &[],
        formats: SILENT,
        run: fail,
    },
    Tool {
        name: "action-log",
        summary: "Tell of the action's progress.",
        flags: &[],
        formats: SILENT,
        run: log,
    },
];

/// Keys the agent fills itself.
const RESERVED: [&str; 4] = ["stdout", "stdout-encoding", "stderr", "stderr-encoding"];

fn running(context: &HookContext<'_>) -> Result<ActionId, Stop> {
    context
        .run()
        .hook
        .action()
        .ok_or_else(|| Stop::failed("not running an action"))
}

fn get(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let key = args.at_most(1)?.first();
    running(context)?;
    let Some(action) = &context.run().action else {
        return Ok(Value::Null.into());
    };
    let Some(key) = key else {
        return Ok(Value::from(&action.params).into());
    };
    let mut parts = key.split('.');
    let first = parts.next().and_then(|part| action.params.get(part));
    let found = parts.fold(first, |value, part| value.and_then(|value| value.get(part)));
    Ok(found.map_or(Value::Null, Value::from).into())
}

fn set(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let mut results = Vec::new();
    for word in args.words() {
        let malformed = || Stop::usage(format!("argument {word:?} must be of the form key...=value"));
        let (key, value) = word.split_once('=').ok_or_else(malformed)?;
        if RESERVED.contains(&key) {
            return Err(Stop::usage(format!("cannot set reserved action key {key:?}")));
        }
        let path: Vec<_> = key.split('.').collect();
        if let Some(part) = path.iter().find(|part| !is_dashed(part)) {
            return Err(Stop::usage(format!(
                "key {part:?} must start and end with lowercase alphanumeric, \
                 and contain only lowercase alphanumeric, hyphens and periods"
            )));
        }
        results.push((path, value));
    }
    let id = running(context)?;
    let mut world = context.world();
    for (path, value) in results {
        world.set_action_result(id, &path, value);
    }
    Ok(Output::Nothing)
}

fn fail(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let without = "action failed without reason given, check action for errors";
    let message = args.at_most(1)?.first().map_or(without, String::as_str);
    let id = running(context)?;
    context.world().set_action_failure(id, message);
    Ok(Output::Nothing)
}

fn log(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    if args.words().is_empty() {
        return Err(Stop::usage("no message specified"));
    }
    let id = running(context)?;
    context.world().log_action(id, args.words().join(" "));
    Ok(Output::Nothing)
}
