//! What Juju is working towards: which units are meant to be there.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Command;
use crate::error::Error;
use crate::name::UnitName;
use crate::transport::Transport;

/// What Juju is working towards. Of its relations nothing is read here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoalState {
    /// The units of this application, those on their way included.
    pub units: BTreeMap<UnitName, Goal>,
}

/// Where one unit stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Goal {
    /// Juju's word; `dying` for a unit that is to go.
    pub status: String,
}

impl GoalState {
    /// How many units besides `unit` are meant to stay.
    pub fn staying_beside(&self, unit: &UnitName) -> usize {
        self.units
            .iter()
            .filter(|(name, goal)| *name != unit && goal.status != "dying")
            .count()
    }
}

/// Which units of this application are meant to be there.
///
/// [`goal-state`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/goal-state/)
pub fn goal_state(transport: &dyn Transport) -> Result<GoalState, Error> {
    Command::new("goal-state").read(transport)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_go_do_not_stay() {
        let state: GoalState = serde_json::from_str(
            r#"{"units":{"usher/0":{"status":"dying","since":"2026-11-24 07:47:33Z"},"usher/1":{"status":"active"},
                "usher/2":{"status":"dying"}},"relations":{}}"#,
        )
        .unwrap();
        assert_eq!(state.staying_beside(&"usher/0".parse().unwrap()), 1);
        assert_eq!(state.staying_beside(&"usher/1".parse().unwrap()), 0);
    }
}
