//! Numbers from a trace. Enters: entries. Leaves: how many calls of each kind, in all and per dispatch.

use super::{Entry, HookOutcome};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a run cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Hooks and actions that were run.
    pub dispatches: usize,
    /// Hook commands the charms called in them.
    pub hook_commands: usize,
    /// Kubernetes API calls over https.
    pub api_calls: usize,
    /// Pebble calls the charms made.
    pub pebble_calls: usize,
    /// The same for each dispatch, in order.
    pub each: Vec<DispatchCounts>,
}

/// What one dispatch did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DispatchCounts {
    /// Its number, from 1.
    pub dispatch: u64,
    /// The unit, `app/0`.
    pub unit: String,
    /// The hook or action.
    pub hook: String,
    /// How it ended; `None` while it runs.
    pub outcome: Option<HookOutcome>,
    /// The hook commands, by name, in order.
    pub hook_commands: Vec<String>,
    /// The API calls, `verb resource`, in order.
    pub api_calls: Vec<String>,
    /// The Pebble calls, `METHOD path`, in order.
    pub pebble_calls: Vec<String>,
}

impl Counts {
    /// The counts of `entries`.
    pub fn of(entries: &[Entry]) -> Self {
        let mut each: BTreeMap<u64, DispatchCounts> = BTreeMap::new();
        let mut counts = Self::default();
        for entry in entries {
            let mut unclaimed = DispatchCounts::default();
            let one = match entry.dispatch() {
                Some(dispatch) => each.entry(dispatch).or_default(),
                None => &mut unclaimed,
            };
            match entry {
                Entry::HookStart { dispatch, unit, hook } => {
                    counts.dispatches += 1;
                    one.dispatch = *dispatch;
                    one.unit.clone_from(unit);
                    one.hook.clone_from(hook);
                }
                Entry::HookEnd { outcome, .. } => one.outcome = Some(outcome.clone()),
                Entry::HookCommand { command, .. } => {
                    counts.hook_commands += 1;
                    one.hook_commands.push(command.clone());
                }
                Entry::ApiCall { verb, resource, .. } => {
                    counts.api_calls += 1;
                    one.api_calls.push(format!("{verb} {resource}"));
                }
                Entry::PebbleCall { method, path, .. } => {
                    counts.pebble_calls += 1;
                    one.pebble_calls.push(format!("{method} {path}"));
                }
                Entry::Log { .. } | Entry::Pod { .. } => {}
            }
        }
        counts.each = each.into_values().collect();
        counts
    }

    /// The dispatches of `unit` (`app/0`), in order.
    pub fn of_unit<'a>(&'a self, unit: &'a str) -> impl Iterator<Item = &'a DispatchCounts> {
        self.each.iter().filter(move |one| one.unit == unit)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Trace;
    use super::*;

    #[test]
    fn calls_belong_to_the_running_dispatch_of_their_unit() {
        let trace = Trace::in_memory();
        trace.hook_started("left/0", "install");
        trace.hook_command("left/0", "status-set", &["active".to_owned()], 0);
        trace.hook_ended("left/0", "install", HookOutcome::Committed, 5);
        trace.hook_started("right/1", "start");
        trace.hook_command("left/0", "stray", &[], 1);
        trace.hook_command("right/1", "is-leader", &[], 0);
        trace.hook_ended(
            "right/1",
            "start",
            HookOutcome::Failed("exit status 1".to_owned()),
            7,
        );

        let counts = trace.counts();
        assert_eq!((counts.dispatches, counts.hook_commands), (2, 3));
        let right: Vec<_> = counts.of_unit("right/1").collect();
        assert_eq!(right[0].hook_commands, ["is-leader"]);
        assert_eq!(
            right[0].outcome,
            Some(HookOutcome::Failed("exit status 1".to_owned()))
        );
    }
}
