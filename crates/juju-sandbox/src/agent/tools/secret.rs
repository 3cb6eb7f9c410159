//! `secret-ids`, `secret-get`, `secret-info-get`. The model keeps no secrets yet, and these answer what Juju answers in a
//! model without any. The commands that make or change secrets are missing.

use super::flags::{Args, switch, text};
use super::value::Value;
use super::{HookContext, Output, SMART, Stop, Tool, YAML};

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "secret-ids",
        summary: "List the unit's own secrets.",
        flags: &[],
        formats: SMART,
        run: ids,
    },
    Tool {
        name: "secret-get",
        summary: "Read a secret.",
        flags: &[text(&["label"]), switch(&["peek"]), switch(&["refresh"])],
        formats: YAML,
        run: get,
    },
    Tool {
        name: "secret-info-get",
        summary: "Read facts of a secret of one's own.",
        flags: &[text(&["label"])],
        formats: YAML,
        run: info,
    },
];

fn ids(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    Ok(Value::Null.into())
}

fn get(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    if args.is_on("peek") && args.is_on("refresh") {
        return Err(Stop::usage("specify one of --peek or --refresh but not both"));
    }
    args.at_most(2)?;
    not_found(args)
}

fn info(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(1)?;
    not_found(args)
}

fn not_found(args: &Args) -> Result<Output, Stop> {
    let named = args
        .words()
        .first()
        .map(String::as_str)
        .filter(|uri| !uri.is_empty());
    let id = match (named, args.flag("label")) {
        (Some(uri), _) => {
            let id = uri.strip_prefix("secret:").unwrap_or(uri);
            let valid = id.len() == 20
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            Some(id)
                .filter(|_| valid)
                .ok_or_else(|| Stop::usage(format!("secret URI {uri:?} not valid")))?
        }
        (None, Some(label)) => label,
        (None, None) => return Err(Stop::usage("require either a secret URI or label")),
    };
    Err(Stop::failed(format!("secret {id:?} not found")))
}
