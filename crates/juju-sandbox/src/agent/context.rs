//! The running hook as its commands see it. Enters: what the hook may see. Leaves: the buffered changes. What is said at
//! once (statuses, logs, results) goes to the world and the trace.

use super::environment::Site;
use super::hook::{TraceSink, lock};
use super::tools;
use juju_model::{Changes, HookRun, Status, World};
use std::sync::{Mutex, MutexGuard};

/// The transaction of one hook.
pub(super) struct HookContext<'a> {
    run: HookRun,
    site: &'a Site,
    pub(super) changes: Changes,
    world: &'a Mutex<World>,
    trace: &'a dyn TraceSink,
    /// The unit's status as it was first asked for.
    status: Option<Status>,
}

impl<'a> HookContext<'a> {
    pub(super) fn new(
        run: HookRun,
        site: &'a Site,
        world: &'a Mutex<World>,
        trace: &'a dyn TraceSink,
    ) -> Self {
        Self {
            run,
            site,
            changes: Changes::default(),
            world,
            trace,
            status: None,
        }
    }

    /// What the hook may see.
    pub(super) fn run(&self) -> &HookRun {
        &self.run
    }

    /// Where the agent lives.
    pub(super) fn site(&self) -> &Site {
        self.site
    }

    /// The world as it is now.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        lock(self.world)
    }

    /// Leadership: a `false` is kept for the whole hook, a `true` is asked again.
    pub(super) fn is_leader(&self) -> bool {
        self.run.leader && self.world().is_leader(&self.run.unit)
    }

    /// The status of the unit. It is asked for once: what the hook itself says later is not seen (so Juju's agent does).
    pub(super) fn unit_status(&mut self) -> Option<Status> {
        if self.status.is_none() {
            let workload = self
                .world()
                .unit(&self.run.unit)
                .map(|unit| unit.workload.clone());
            self.status = workload;
        }
        self.status.clone()
    }

    pub(super) fn log(&self, level: &str, message: &str) {
        self.trace.log(&self.run.unit, level, message);
    }

    /// Answers one call of a hook command, and records it.
    pub(super) fn answer(&mut self, call: &tools::Call) -> tools::Answer {
        let answer = tools::answer(self, call);
        if let tools::Answer::Done { code, .. } = &answer {
            self.trace
                .hook_command(&self.run.unit, &call.name, &call.args, *code);
        }
        answer
    }

    pub(super) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }
}
