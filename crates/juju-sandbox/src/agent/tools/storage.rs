//! `storage-list`, `storage-get`, `storage-add`.

use super::flags::{Args, text};
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool};
use juju_model::StorageId;

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "storage-list",
        summary: "List the attached storages.",
        flags: &[],
        formats: SMART,
        run: list,
    },
    Tool {
        name: "storage-get",
        summary: "Say where a storage is.",
        flags: &[text(&["s"])],
        formats: SMART,
        run: get,
    },
    Tool {
        name: "storage-add",
        summary: "Ask for more storage.",
        flags: &[],
        formats: SILENT,
        run: add,
    },
];

fn list(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let name = args.at_most(1)?.first();
    let ids = context
        .run()
        .storage
        .keys()
        .filter(|id| name.is_none_or(|name| id.name.as_str() == name));
    Ok(Value::texts(ids).into())
}

fn get(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let own = context.run().hook.storage().cloned();
    let id = match args.flag("s") {
        Some(text) => {
            let invalid = || Stop::usage(format!("invalid value {text:?} for option -s: storage not found"));
            let id: StorageId = text.parse().map_err(|_| invalid())?;
            Some(id)
                .filter(|id| context.run().storage.contains_key(id))
                .ok_or_else(invalid)?
        }
        None => own.ok_or_else(|| Stop::usage("no storage instance specified"))?,
    };
    let location = context
        .run()
        .storage
        .get(&id)
        .map(|storage| storage.location.clone())
        .unwrap_or_default();
    match args.at_most(1)?.first().map(String::as_str) {
        None => {
            let facts = [("kind", "filesystem"), ("location", &location)];
            Ok(Value::map(facts.map(|(key, value)| (key, Value::text(value)))).into())
        }
        Some("kind") => Ok(Value::text("filesystem").into()),
        Some("location") => Ok(Value::text(location).into()),
        Some(other) => Err(Stop::failed(format!("invalid storage attribute {other:?}"))),
    }
}

/// A pod's storage cannot grow while it runs; Juju takes the wish all the same.
fn add(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    if args.words().is_empty() {
        return Err(Stop::usage("storage add requires a storage directive"));
    }
    Ok(Output::Nothing)
}
