//! Actions: the queued call and what became of it. Plain data.

use crate::names::{ActionName, UnitName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// A call of an action of a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Whose.
    pub unit: UnitName,
    /// Which.
    pub name: ActionName,
    /// The parameters, checked, defaults filled in.
    pub params: Map<String, Value>,
    /// How far it came.
    pub status: ActionStatus,
    /// What the charm called a failure (`action-fail`).
    pub failure: Option<String>,
    /// Why it failed, in the end.
    pub message: String,
    /// What `action-set` set; `return-code`, `stdout`, `stderr` by the agent.
    pub results: Map<String, Value>,
    /// What `action-log` said.
    pub log: Vec<String>,
}

/// How far an action came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionStatus {
    /// It waits for the agent.
    Pending,
    /// It runs.
    Running,
    /// It worked.
    Completed,
    /// It did not.
    Failed,
}

impl fmt::Display for ActionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        })
    }
}

impl Action {
    pub(crate) fn new(unit: UnitName, name: ActionName, params: Map<String, Value>) -> Self {
        Self {
            unit,
            name,
            params,
            status: ActionStatus::Pending,
            failure: None,
            message: String::new(),
            results: Map::new(),
            log: Vec::new(),
        }
    }

    pub(crate) fn fail(&mut self, message: impl Into<String>) {
        self.status = ActionStatus::Failed;
        self.message = message.into();
    }

    /// Its unit is gone.
    pub(crate) fn cancel(&mut self) {
        if matches!(self.status, ActionStatus::Pending | ActionStatus::Running) {
            self.fail("unit removed");
        }
    }

    /// It ended well as far as the agent can tell; the charm may have called it a failure.
    pub(crate) fn finish(&mut self) {
        match self.failure.clone() {
            Some(message) => self.fail(message),
            None => self.status = ActionStatus::Completed,
        }
    }

    /// Sets the result at the dotted `path`. A scalar in the way is replaced.
    pub(crate) fn set_result(&mut self, path: &[&str], value: &str) {
        insert(&mut self.results, path, value);
    }
}

fn insert(map: &mut Map<String, Value>, path: &[&str], value: &str) {
    match path {
        [] => {}
        [key] => {
            map.insert((*key).to_owned(), Value::from(value));
        }
        [key, rest @ ..] => {
            let below = map
                .entry((*key).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if !below.is_object() {
                *below = Value::Object(Map::new());
            }
            if let Some(below) = below.as_object_mut() {
                insert(below, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_nest_and_the_last_word_counts() {
        let mut action = Action::new("app/0".parse().unwrap(), "backup".parse().unwrap(), Map::new());
        action.set_result(&["a", "b"], "1");
        action.set_result(&["a", "c"], "2");
        action.set_result(&["d"], "3");
        action.set_result(&["d", "e"], "4");
        insta::assert_snapshot!(Value::Object(action.results), @r#"{"a":{"b":"1","c":"2"},"d":{"e":"4"}}"#);
    }
}
