//! One thing that happened. Enters and leaves: plain data, one JSON object each.

use serde::Serialize;

/// One line of the trace. `dispatch` is the number that [`super::Trace::hook_started`] gave; `None` when no hook of
/// the unit was running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// A hook or action began.
    HookStart {
        /// Its number over the whole run, from 1.
        dispatch: u64,
        /// The unit, `app/0`.
        unit: String,
        /// `config-changed`, `db-relation-changed`, or an action's name.
        hook: String,
    },
    /// It ended.
    HookEnd {
        /// As in the start.
        dispatch: u64,
        /// As in the start.
        unit: String,
        /// As in the start.
        hook: String,
        /// How it ended.
        outcome: HookOutcome,
        /// How long it took, in milliseconds.
        millis: u64,
    },
    /// The charm called a hook command.
    HookCommand {
        /// The dispatch that called.
        dispatch: Option<u64>,
        /// The unit that called.
        unit: String,
        /// `relation-get`, `status-set`, ….
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// What it answered.
        exit_code: i32,
    },
    /// Someone called the Kubernetes API over https.
    ApiCall {
        /// The dispatch that called.
        dispatch: Option<u64>,
        /// The unit whose service account called, when it was a running hook's.
        unit: Option<String>,
        /// `system:serviceaccount:<namespace>:<name>`.
        user: String,
        /// `get`, `list`, `patch`, ….
        verb: String,
        /// Plural, with the subresource behind a slash.
        resource: String,
        /// The object, empty for a list.
        name: String,
        /// The answer's HTTP status.
        code: u16,
        /// How long the answer took, in milliseconds.
        millis: u64,
        /// What was asked for, as `apps/v1 deployments`, if a cluster may have it and the embedded one never has.
        #[serde(skip_serializing_if = "Option::is_none")]
        not_simulated: Option<String>,
    },
    /// The charm called the Pebble of one of its workload containers.
    PebbleCall {
        /// The dispatch that called.
        dispatch: Option<u64>,
        /// The unit whose container it is.
        unit: String,
        /// The workload container.
        container: String,
        /// `GET`, `POST`.
        method: String,
        /// Path and query, `/v1/plan?format=yaml`.
        path: String,
        /// The answer's HTTP status.
        code: u16,
    },
    /// A line of a charm's log: its own, or of its output.
    Log {
        /// The dispatch that logged.
        dispatch: Option<u64>,
        /// The unit that logged.
        unit: String,
        /// `DEBUG`, `INFO`, `WARNING`, `ERROR`.
        level: String,
        /// The line.
        message: String,
    },
    /// Something happened to a pod: `Scheduled`, `Started`, `Killing`, `FailedMount`, ….
    Pod {
        /// The pod's name, `app-0`.
        pod: String,
        /// The reason of the Kubernetes event.
        reason: String,
        /// Its text.
        message: String,
    },
}

impl Entry {
    /// The dispatch this belongs to, if any.
    pub fn dispatch(&self) -> Option<u64> {
        match self {
            Self::HookStart { dispatch, .. } | Self::HookEnd { dispatch, .. } => Some(*dispatch),
            Self::HookCommand { dispatch, .. }
            | Self::ApiCall { dispatch, .. }
            | Self::Log { dispatch, .. }
            | Self::PebbleCall { dispatch, .. } => *dispatch,
            Self::Pod { .. } => None,
        }
    }
}

/// How a hook ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookOutcome {
    /// It exited with 0 and its changes were committed.
    Committed,
    /// It exited with another code, or its changes were refused; the text says why.
    Failed(String),
    /// It was killed while its pod went away and is run again by the next agent.
    Killed,
    /// The charm has no handler for it, which Juju counts as success.
    Skipped,
}
