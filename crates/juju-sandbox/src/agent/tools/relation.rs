//! `relation-ids`, `relation-list`, `relation-model-get`, and what all relation commands share.

use super::flags::{Args, Flag, switch, text};
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool, relation_get, relation_set};
use juju_model::{RelationId, RelationView};

pub(super) const RELATION: Flag = text(&["r", "relation"]);

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "relation-ids",
        summary: "List the relations of an endpoint.",
        flags: &[],
        formats: SMART,
        run: ids,
    },
    Tool {
        name: "relation-list",
        summary: "List the remote units of a relation.",
        flags: &[RELATION, switch(&["app"])],
        formats: SMART,
        run: list,
    },
    Tool {
        name: "relation-get",
        summary: "Read the settings of a relation.",
        flags: &[RELATION, switch(&["app"])],
        formats: SMART,
        run: relation_get::run,
    },
    Tool {
        name: "relation-set",
        summary: "Write the settings of a relation.",
        flags: &[RELATION, switch(&["app"]), text(&["file"])],
        formats: SILENT,
        run: relation_set::run,
    },
    Tool {
        name: "relation-model-get",
        summary: "Say which model the other side of a relation is in.",
        flags: &[RELATION],
        formats: SMART,
        run: model,
    },
];

/// The relation that `-r` names, or else the one the hook is about. Of `db:7` only the number counts.
pub(super) fn given<'a>(
    context: &'a HookContext<'_>,
    args: &Args,
) -> Result<Option<(RelationId, &'a RelationView)>, Stop> {
    let run = context.run();
    let Some(text) = args.flag("r") else {
        return Ok(run
            .own_relation()
            .and_then(|id| Some((id, run.relations.get(&id)?))));
    };
    let invalid = |why: &str| {
        Stop::usage(format!(
            "invalid value {text:?} for option {}: {why}",
            args.written("r")
        ))
    };
    let number = text.rsplit_once(':').map_or(text, |(_, number)| number);
    let id = RelationId(number.parse().map_err(|_| invalid("invalid relation id"))?);
    let view = run
        .relations
        .get(&id)
        .ok_or_else(|| invalid("relation not found"))?;
    Ok(Some((id, view)))
}

/// The same where one is needed.
pub(super) fn needed<'a>(
    context: &'a HookContext<'_>,
    args: &Args,
) -> Result<(RelationId, &'a RelationView), Stop> {
    given(context, args)?.ok_or_else(|| Stop::usage("no relation id specified"))
}

fn ids(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let words = args.at_most(1)?;
    let own = given(context, args)?.map(|(_, view)| view.endpoint.as_str());
    let named = words.first().map(String::as_str).filter(|name| !name.is_empty());
    let endpoint = named
        .or(own)
        .ok_or_else(|| Stop::usage("no relation name specified"))?;
    let of_endpoint = context
        .run()
        .relations
        .iter()
        .filter(|(_, view)| view.endpoint.as_str() == endpoint);
    let mut ids: Vec<_> = of_endpoint
        .map(|(id, view)| format!("{}:{id}", view.endpoint))
        .collect();
    ids.sort();
    Ok(Value::texts(ids).into())
}

fn list(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let (_, view) = needed(context, args)?;
    args.at_most(0)?;
    if args.is_on("app") {
        return Ok(Value::text(&view.remote_app).into());
    }
    let mut members: Vec<_> = view.members.iter().map(ToString::to_string).collect();
    members.sort();
    Ok(Value::texts(members).into())
}

fn model(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    needed(context, args)?;
    args.at_most(0)?;
    Ok(Value::map([("uuid", Value::text(&context.run().model.uuid))]).into())
}
