//! Doing everything that is owed, in a fixed order.
//!
//! One turn: Kubernetes and the pods come to rest; then one unit runs one hook; or a pod that was told to end is let go; or
//! simulated time passes. When none of these is left, the model is quiet.

use super::{Error, Progress, Sandbox, Settled};
use crate::trace::HookOutcome;
use juju_model::UnitName;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// More turns than any sane model takes: what goes on after that goes on for ever.
const MAX_TURNS: u32 = 2000;
/// How often a cluster that is at work is looked at.
const POLL: Duration = Duration::from_millis(100);

/// What one call of [`Sandbox::settle`] has used up.
#[derive(Debug)]
pub(super) struct Budget {
    /// The real time at which waiting for workloads ends.
    pub(super) until: Instant,
    /// How often each unit's failed hook was tried again.
    pub(super) retries: BTreeMap<UnitName, u32>,
    /// How often each unit was woken by `update-status`.
    pub(super) wakes: BTreeMap<UnitName, u32>,
    /// Hooks that ran.
    pub(super) dispatches: usize,
}

impl Sandbox {
    /// Does everything that is owed until nothing is, telling `on_progress` of each step. A failed hook is tried again after its
    /// simulated back-off; a unit that waits is woken by its timer. Both are bounded: a model that never comes to rest ends
    /// with [`Settled::quiet`] false or with [`Settled::failed`].
    ///
    /// # Errors
    /// When the machine fails: a container cannot be started, the embedded Kubernetes refuses Juju, or somebody interrupted.
    pub fn settle(&mut self, on_progress: &mut dyn FnMut(&Progress<'_>)) -> Result<Settled, Error> {
        let mut budget = Budget {
            until: Instant::now() + self.cloud.options.patience,
            retries: BTreeMap::new(),
            wakes: BTreeMap::new(),
            dispatches: 0,
        };
        self.cloud.node.try_again();
        // Whoever holds a client of the embedded Kubernetes may have written since.
        self.cloud.cluster.writes().note();
        for _ in 0..MAX_TURNS {
            if !self.turn(&mut budget, on_progress)? {
                let quiet = self.cloud.at_rest()?;
                return Ok(self.settled(quiet, &budget));
            }
        }
        Ok(self.settled(false, &budget))
    }

    /// One turn; false when there was nothing to do.
    fn turn(
        &mut self,
        budget: &mut Budget,
        on_progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<bool, Error> {
        self.cluster_step(on_progress)?;
        if let Some((unit, hook)) = self.next_hook() {
            on_progress(&Progress::HookStarted {
                unit: &unit,
                hook: &hook,
            });
            let outcome = self.hook_step(&unit, &hook)?;
            self.lose_the_killed(on_progress)?;
            budget.dispatches += 1;
            if matches!(outcome, HookOutcome::Failed(_)) {
                *budget.retries.entry(unit.clone()).or_default() += 1;
            }
            on_progress(&Progress::HookEnded {
                unit: &unit,
                hook: &hook,
                outcome: &outcome,
            });
            return Ok(true);
        }
        if self.let_go_of_the_done(on_progress)? {
            return Ok(true);
        }
        if Instant::now() < budget.until && !self.cloud.at_rest()? {
            std::thread::sleep(POLL);
            return Ok(true);
        }
        self.time_step(budget, on_progress)
    }

    /// The next hook: units take turns, in the order of their names.
    fn next_hook(&mut self) -> Option<(UnitName, juju_model::Hook)> {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let mut units = world.unit_names();
        let after = self
            .last
            .as_ref()
            .map_or(0, |last| units.iter().take_while(|unit| *unit <= last).count());
        units.rotate_left(after);
        let found = units
            .into_iter()
            .find_map(|unit| world.next_hook(&unit).map(|hook| (unit, hook)))?;
        self.last = Some(found.0.clone());
        Some(found)
    }

    fn settled(&self, quiet: bool, budget: &Budget) -> Settled {
        let world = self.world();
        let failed = world.unit_names().into_iter().filter_map(|name| {
            let failed = world.unit(&name)?.agent.failures().next()?;
            Some((name, format!("{}: {}", failed.hook, failed.why)))
        });
        Settled {
            quiet,
            failed: failed.collect(),
            dispatches: budget.dispatches,
        }
    }
}
