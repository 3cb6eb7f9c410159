//! Whether the application answers. One that does not is waited for, here for a moment and then by Pebble: a watched check
//! that was down and is up is a hook.

use std::ops::ControlFlow::{Break, Continue};
use std::time::Duration;

use juju_ops::Decision;
use pebble_client::Current;

use super::{End, Flow, Gate, seen, wait};
use crate::media_app::facts::{Facts, Ready, Workload};
use crate::media_app::words;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::media_app) enum Step {
    /// Has Pebble ask the application until it answers.
    Watch,
    /// Has Pebble leave it to the readiness check again.
    Unwatch,
}

/// How long a service that was started in this dispatch is waited for in it. Shorter than all polling of a dispatch, so
/// that something is still decided after the last look.
const STARTING: Duration = Duration::from_secs(4);

pub(super) fn decide(facts: &Facts, workload: &Workload) -> Flow {
    let ready = seen(facts.ready.as_ref(), || Gate::Application)?;
    if !ready.answers || workload.service != Some(Current::Active) {
        return wait_for(workload, ready);
    }
    if ready.watched && ready.known {
        return step(Step::Unwatch);
    }
    Continue(())
}

fn wait_for(workload: &Workload, ready: &Ready) -> Flow {
    if workload.started.is_some_and(|started| started < STARTING) {
        return Break(End::Decide(Decision::Wait {
            status: words::no_workload(),
            poll_for: juju_ops::LONGEST_POLL,
        }));
    }
    if !ready.watched {
        return step(Step::Watch);
    }
    wait(words::no_workload())
}

fn step(step: Step) -> Flow {
    super::step(super::Step::Ready(step))
}
