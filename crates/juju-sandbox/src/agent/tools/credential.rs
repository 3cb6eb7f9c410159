//! `credential-get`, which no Kubernetes model grants.

use super::flags::Args;
use super::{HookContext, Output, SMART, Stop, Tool};

pub(super) const TOOLS: &[Tool] = &[Tool {
    name: "credential-get",
    summary: "Read the credentials of the cloud.",
    flags: &[],
    formats: SMART,
    run: get,
}];

fn get(_: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    Err(Stop::failed(
        "cannot access cloud credentials: credential-get on a \"caas\" model not supported",
    ))
}
