//! `goal-state`.

use super::flags::Args;
use super::value::Value;
use super::{HookContext, Output, Stop, Tool, YAML};
use juju_model::{Goal, Seconds};
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

/// Simulated time began with the year 2026.
fn time(since: Seconds) -> String {
    let (days, rest) = (since / 86_400, since % 86_400);
    let (mut year, mut day) = (2026, days);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!(
        "{year}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02}Z",
        day + 1
    )
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
