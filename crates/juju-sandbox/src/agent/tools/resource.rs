//! Commands for what this model does not have: resources to download, credentials of the cloud. They fail as Juju's do.

use super::flags::Args;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool};

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "resource-get",
        summary: "Download a resource.",
        flags: &[],
        formats: SILENT,
        run: resource,
    },
    Tool {
        name: "credential-get",
        summary: "Read the credentials of the cloud.",
        flags: &[],
        formats: SMART,
        run: credential,
    },
];

fn resource(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let name = args
        .at_most(1)?
        .first()
        .ok_or_else(|| Stop::usage("missing required resource name"))?;
    Err(Stop::failed(format!(
        "could not download resource: resource {name:?} not found"
    )))
}

fn credential(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    Err(Stop::failed(
        "cannot access cloud credentials: credential-get on a \"caas\" model not supported",
    ))
}
