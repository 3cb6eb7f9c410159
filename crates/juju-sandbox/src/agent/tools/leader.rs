//! `is-leader`.

use super::flags::Args;
use super::value::Value;
use super::{HookContext, Output, SMART, Stop, Tool};

pub(super) const TOOLS: &[Tool] = &[Tool {
    name: "is-leader",
    summary: "Say whether this unit is the leader of its application.",
    flags: &[],
    formats: SMART,
    run,
}];

fn run(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    Ok(Value::Bool(context.is_leader()).into())
}
