//! Whether the application answers.

use std::ops::ControlFlow::{Break, Continue};
use std::time::Duration;

use juju_ops::Decision;

use super::Flow;
use crate::media_app::facts::{Container, Facts};
use crate::media_app::words;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::media_app) enum Step {
    /// Opens the port of the web interface.
    OpenPort(u16),
}

pub(super) fn decide(facts: &Facts) -> Flow {
    let answers = facts.ready.as_ref().is_some_and(|ready| ready.answers);
    if !answers {
        return Break(Decision::Wait {
            status: words::no_workload(),
            poll_for: patience(facts),
        });
    }
    if !facts.ready.as_ref().is_some_and(|ready| ready.port_is_open) {
        return Break(Decision::Do(super::Step::Ready(Step::OpenPort(facts.port))));
    }
    Continue(())
}

/// Only what was started in this very dispatch is worth looking at again in it.
fn patience(facts: &Facts) -> Duration {
    match &facts.workload {
        Some(Container::Seen(workload)) if workload.started => juju_ops::LONGEST_POLL,
        _ => Duration::ZERO,
    }
}
