//! The loop of one running check: probe every period, count, and go from change to change.

use super::tally::{Stage, Verdict};
use super::{Known, Refresh, Surroundings, begin, probe};
use crate::change::TaskHandle;
use crate::plan::Check;
use crate::sync::locked;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// What a running check needs.
pub(super) struct Watcher {
    pub(super) name: String,
    pub(super) config: Arc<Check>,
    pub(super) around: Arc<Surroundings>,
    pub(super) known: Arc<Mutex<BTreeMap<String, Known>>>,
}

impl Watcher {
    /// Runs until the change it is in is aborted.
    pub(super) async fn run(self, mut task: TaskHandle, mut refreshes: mpsc::UnboundedReceiver<Refresh>) {
        let period = self.config.period();
        let mut ticks = interval_at(Instant::now() + period, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stage = Stage::Perform;
        loop {
            let refresh = tokio::select! {
                () = task.aborted() => break,
                _ = ticks.tick() => None,
                refresh = refreshes.recv() => match refresh {
                    Some(refresh) => Some(refresh),
                    None => break,
                },
            };
            if refresh.is_some() {
                ticks.reset();
            }
            let outcome = tokio::select! {
                () = task.aborted() => break,
                outcome = probe::probe(&self.config, &self.around) => outcome,
            };
            let next = self.take_in(stage, &task, &outcome);
            if let Some(refresh) = refresh {
                // Who asked may be gone.
                let _ = refresh.send(outcome);
            }
            match next {
                Next::Same => {}
                Next::Change(new_stage, Some(new_task)) => (stage, task) = (new_stage, new_task),
                Next::Change(_, None) => return,
            }
        }
        task.end(Ok(()));
    }

    /// Counts an outcome, and ends the task and begins the next where that is due.
    fn take_in(&self, stage: Stage, task: &TaskHandle, outcome: &Result<(), String>) -> Next {
        let threshold = self.config.threshold;
        let Some(verdict) = self.count(stage, outcome.is_ok()) else {
            return Next::Same;
        };
        let failures = locked(&self.known)
            .get(&self.name)
            .map_or(0, |check| check.tally.failures);
        let log = |text: &str| self.around.log.line(&format!("Check {:?} {text}", self.name));
        if let Err(reason) = outcome {
            log(&format!("failure {failures}/{threshold}: {reason}"));
        }
        match (verdict, outcome) {
            (Verdict::Stay, _) => Next::Same,
            (Verdict::Steadied(failures), _) => {
                let plural = if failures == 1 { "" } else { "s" };
                task.note(&format!("succeeded after {failures} failure{plural}"));
                Next::Same
            }
            (Verdict::Stumbled, outcome) => {
                task.complain(outcome.as_ref().err().map_or("", String::as_str));
                Next::Same
            }
            (Verdict::Fell, outcome) => {
                log(&format!(
                    "threshold {threshold} hit, triggering action and recovering"
                ));
                self.around.services.check_failed(&self.name);
                task.end(outcome.clone());
                self.next(Stage::Recover)
            }
            (Verdict::Recovered, _) => {
                task.end(Ok(()));
                self.next(Stage::Perform)
            }
        }
    }

    /// `None` if the check is no longer in the plan.
    fn count(&self, stage: Stage, success: bool) -> Option<Verdict> {
        let mut known = locked(&self.known);
        let check = known
            .get_mut(&self.name)
            .filter(|check| Arc::ptr_eq(&check.config, &self.config))?;
        let total = if success {
            &mut check.successes
        } else {
            &mut check.failures
        };
        *total += 1;
        Some(check.tally.count(stage, success, self.config.threshold))
    }

    fn next(&self, stage: Stage) -> Next {
        let mut known = locked(&self.known);
        let check = known
            .get_mut(&self.name)
            .filter(|check| Arc::ptr_eq(&check.config, &self.config));
        let Some(running) = check.and_then(|check| check.running.as_mut()) else {
            return Next::Change(stage, None);
        };
        let (change, task) = begin(&self.around.changes, &self.name, &self.config, stage);
        running.change = change;
        Next::Change(stage, task)
    }
}

/// How the loop goes on.
enum Next {
    Same,
    /// In another change; without a task, not at all.
    Change(Stage, Option<TaskHandle>),
}
