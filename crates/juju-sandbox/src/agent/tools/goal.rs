//! `goal-state`.

use super::flags::Args;
use super::value::Value;
use super::{HookContext, Output, Stop, Tool, YAML};
use juju_model::{Goal, Seconds, date};
use std::collections::BTreeMap;

pub(super) const TOOLS: &[Tool] = &[Tool {
    name: "goal-state",
    summary: "Say which units and relations there will be.",
    flags: &[],
    formats: YAML,
    run,
}];

fn run(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    let goals = context.world().goal_state(&context.run().unit);
    let relations = goals
        .relations
        .iter()
        .map(|(endpoint, goals)| (endpoint, shown(goals)));
    Ok(Value::map([
        ("units", shown(&goals.units)),
        ("relations", Value::map(relations)),
    ])
    .into())
}

fn shown(goals: &BTreeMap<String, Goal>) -> Value {
    let goal = |goal: &Goal| {
        Value::map([
            ("status", Value::text(&goal.status)),
            ("since", Value::Time(time(goal.since))),
        ])
    };
    Value::map(goals.iter().map(|(name, it)| (name, goal(it))))
}

fn time(since: Seconds) -> String {
    date(since).strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_a_date() {
        let dates = [0, 59, 31 * 86_400, 364 * 86_400 + 3_661, 789 * 86_400].map(time);
        assert_eq!(
            dates,
            [
                "2026-01-01 00:00:00Z",
                "2026-01-01 00:00:59Z",
                "2026-02-01 00:00:00Z",
                "2026-12-31 01:01:01Z",
                "2028-02-29 00:00:00Z",
            ]
        );
    }
}
