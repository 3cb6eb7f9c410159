//! `state-get`, `state-set`, `state-delete`: what the charm keeps with the controller.

use super::flags::{Args, switch, text};
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool, settings};
use std::collections::BTreeMap;

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "state-get",
        summary: "Read the charm's state.",
        flags: &[switch(&["strict"])],
        formats: SMART,
        run: get,
    },
    Tool {
        name: "state-set",
        summary: "Write the charm's state.",
        flags: &[text(&["file"])],
        formats: SILENT,
        run: set,
    },
    Tool {
        name: "state-delete",
        summary: "Delete a key of the charm's state.",
        flags: &[],
        formats: SILENT,
        run: delete,
    },
];

fn current<'a>(context: &'a HookContext<'_>) -> &'a BTreeMap<String, String> {
    context.changes.state.as_ref().unwrap_or(&context.run().state)
}

fn edited<'a>(context: &'a mut HookContext<'_>) -> &'a mut BTreeMap<String, String> {
    let before = current(context).clone();
    context.changes.state.insert(before)
}

fn get(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let key = args
        .at_most(1)?
        .first()
        .filter(|key| !key.is_empty() && *key != "-");
    let state = current(context);
    let value = match key {
        None if state.is_empty() => Value::NoMap,
        None => Value::settings(state),
        Some(key) => match state.get(key) {
            Some(value) => Value::text(value),
            None if args.is_on("strict") => return Err(Stop::failed(format!("{key:?} not found"))),
            None => Value::text(""),
        },
    };
    Ok(value.into())
}

/// Unlike in a databag an empty value is one.
fn set(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let words = settings::from_words(args.words())?;
    let mut edits = args
        .file()?
        .map(settings::from_yaml)
        .transpose()?
        .unwrap_or_default();
    edits.extend(words);
    if !edits.is_empty() {
        edited(context).extend(edits);
    }
    Ok(Output::Nothing)
}

fn delete(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    if let Some(key) = args
        .at_most(1)?
        .first()
        .filter(|key| current(context).contains_key(*key))
    {
        edited(context).remove(key);
    }
    Ok(Output::Nothing)
}
