//! The hook commands about secrets: their flags, and what they have in common.

mod change;
mod data;
mod get;
mod grant;
mod info;

use super::flags::{Args, Flag, switch, text};
use super::relation::RELATION;
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool, YAML};
use juju_model::{Party, SecretId};

const EDIT: &[Flag] = &[
    text(&["expire"]),
    text(&["rotate"]),
    text(&["description"]),
    text(&["label"]),
    text(&["file"]),
    text(&["owner"]),
];

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "secret-add",
        summary: "Make a secret.",
        flags: EDIT,
        formats: SILENT,
        run: change::add,
    },
    Tool {
        name: "secret-set",
        summary: "Change a secret.",
        flags: EDIT,
        formats: SILENT,
        run: change::set,
    },
    Tool {
        name: "secret-grant",
        summary: "Let the other side of a relation read a secret.",
        flags: &[text(&["unit"]), RELATION],
        formats: SILENT,
        run: grant::grant,
    },
    Tool {
        name: "secret-revoke",
        summary: "Take the right to read a secret.",
        flags: &[text(&["app", "application"]), text(&["unit"]), RELATION],
        formats: SILENT,
        run: grant::revoke,
    },
    Tool {
        name: "secret-remove",
        summary: "Remove a secret, or a revision of it.",
        flags: &[text(&["revision"])],
        formats: SILENT,
        run: change::remove,
    },
    Tool {
        name: "secret-ids",
        summary: "List the unit's own secrets.",
        flags: &[],
        formats: SMART,
        run: info::ids,
    },
    Tool {
        name: "secret-get",
        summary: "Read a secret.",
        flags: &[text(&["label"]), switch(&["peek"]), switch(&["refresh"])],
        formats: YAML,
        run: get::get,
    },
    Tool {
        name: "secret-info-get",
        summary: "Read facts of a secret of one's own.",
        flags: &[text(&["label"])],
        formats: YAML,
        run: info::info,
    },
];

/// A flag that is given and not empty.
fn given<'a>(args: &'a Args, name: &str) -> Option<&'a str> {
    args.flag(name).filter(|value| !value.is_empty())
}

fn parse_id(uri: &str) -> Result<SecretId, Stop> {
    let invalid = || Stop::usage(format!("secret URI {uri:?} not valid"));
    match uri.split_once(':') {
        Some((scheme, _)) if scheme != "secret" => {
            Err(Stop::usage(format!("secret URI scheme {scheme:?} not valid")))
        }
        Some((_, id)) => id.trim_start_matches('/').parse().map_err(|_| invalid()),
        None => uri.parse().map_err(|_| invalid()),
    }
}

/// The first word, which must be there.
fn own_id(args: &Args) -> Result<SecretId, Stop> {
    let uri = args.words().first();
    parse_id(uri.ok_or_else(|| Stop::usage("missing secret URI"))?)
}

/// The secret that is meant: its id, its label, or both.
fn named(args: &Args) -> Result<(Option<SecretId>, Option<String>), Stop> {
    let uri = args.words().first();
    let id = match uri {
        Some(uri) => Some(parse_id(uri).map_err(|_| Stop::usage(format!("secret URI {uri:?} not valid")))?),
        None => None,
    };
    let label = given(args, "label").map(str::to_owned);
    if id.is_none() && label.is_none() {
        return Err(Stop::usage("require either a secret URI or label"));
    }
    Ok((id, label))
}

/// Only the leader changes what is the application's. A secret that is not known here is left to the controller.
fn may_change(context: &HookContext<'_>, id: &SecretId) -> Result<(), Stop> {
    let secret = context.run().secrets.get(id);
    if secret.is_some_and(|secret| matches!(secret.owner, Party::Application(_))) && !context.is_leader() {
        return Err(Stop::failed("this unit is not the leader"));
    }
    Ok(())
}
