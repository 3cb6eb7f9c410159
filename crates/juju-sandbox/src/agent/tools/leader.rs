//! `is-leader`, and the commands that Juju kept from the time before application databags.

use super::flags::{Args, text};
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool, settings};

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "is-leader",
        summary: "Say whether this unit is the leader of its application.",
        flags: &[],
        formats: SMART,
        run: is_leader,
    },
    Tool {
        name: "leader-get",
        summary: "Read the leader's settings (nothing keeps any).",
        flags: &[],
        formats: SMART,
        run: leader_get,
    },
    Tool {
        name: "leader-set",
        summary: "Write the leader's settings (refused unless empty).",
        flags: &[text(&["file"])],
        formats: SILENT,
        run: leader_set,
    },
];

fn is_leader(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    Ok(Value::Bool(context.is_leader()).into())
}

fn leader_get(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let key = args.at_most(1)?.first().filter(|key| *key != "-");
    Ok(key.map_or(Value::Map(Vec::new()), |_| Value::Null).into())
}

/// The model keeps no leader settings; a charm that relies on them must hear of it.
fn leader_set(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let mut edits = args
        .file()?
        .map(settings::from_yaml)
        .transpose()?
        .unwrap_or_default();
    edits.extend(settings::from_words(args.words())?);
    if !context.is_leader() {
        return Err(Stop::failed("cannot write leadership settings: not the leader"));
    }
    if edits.is_empty() {
        Ok(Output::Nothing)
    } else {
        Err(Stop::failed("leadership settings are not supported here"))
    }
}
