//! Nothing is owed: time passes.
//!
//! Simulated time, at once: to the next retry of a failed hook, or to the timers of units that wait. Real time only where
//! a unit waits and the Pebble of one of its workloads is about to change its mind.

use super::settle::Budget;
use super::{Error, Progress, Sandbox};
use crate::kubelet::pebble::{self, Workings};
use crate::trace::Entry;
use juju_model::{Life, Operation, StatusKind, UnitName};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often a failed hook is tried again in one settling.
const MAX_RETRIES: u32 = 10;
/// How often a waiting unit is woken in one settling.
const MAX_WAKES: u32 = 8;
/// Juju's default `update-status-hook-interval`.
const TIMER_SECONDS: u64 = 300;
/// How often Pebbles are asked while waiting for them.
const POLL: Duration = Duration::from_millis(50);

/// What was seen of a unit's Pebbles, and how far the trace had come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Watched {
    workings: BTreeMap<String, Workings>,
    /// The unit's last hook met an API that did not answer properly.
    api_failed: bool,
}

impl Sandbox {
    /// Remembers what the Pebbles of `unit` tell now that its hook has ended.
    pub(super) fn watch(&mut self, unit: &UnitName) {
        let watched = Watched {
            workings: self.workings(unit),
            api_failed: self.api_failed(unit),
        };
        self.watched.insert(unit.clone(), watched);
    }

    /// Lets time pass if anything comes of it.
    pub(super) fn time_step(
        &mut self,
        budget: &mut Budget,
        on_progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<bool, Error> {
        if let Some(then) = self.next_retry(budget) {
            self.advance_to(then, on_progress);
            return Ok(true);
        }
        let waiting = self.waiting();
        self.await_workloads(&waiting, budget, on_progress)?;
        let due: Vec<UnitName> = waiting
            .into_iter()
            .filter(|unit| self.would_see_news(unit, budget))
            .collect();
        if due.is_empty() {
            return Ok(false);
        }
        let then = self.world().now() + TIMER_SECONDS;
        self.advance_to(then, on_progress);
        for unit in due {
            *budget.wakes.entry(unit.clone()).or_default() += 1;
            self.world().perform(Operation::UpdateStatus { unit })?;
        }
        Ok(true)
    }

    fn advance_to(&mut self, then: u64, on_progress: &mut dyn FnMut(&Progress<'_>)) {
        let mut world = self.world();
        let seconds = then.saturating_sub(world.now());
        world.advance_to(then);
        drop(world);
        on_progress(&Progress::TimePasses { seconds });
    }

    /// When the next failed hook is tried again, of those that were not tried too often.
    fn next_retry(&self, budget: &Budget) -> Option<u64> {
        let world = self.world();
        let tries = |unit: &UnitName| budget.retries.get(unit).copied().unwrap_or_default();
        let names = world.unit_names();
        let patient = names.iter().filter(|unit| tries(unit) <= MAX_RETRIES);
        let failed = patient
            .filter_map(|name| world.unit(name))
            .flat_map(|unit| unit.agent.failures());
        failed
            .map(|failed| failed.retry_at)
            .filter(|at| *at > world.now())
            .min()
    }

    /// The units whose charm says that it waits for something.
    fn waiting(&self) -> Vec<UnitName> {
        let world = self.world();
        let waits = |name: &UnitName| {
            world.unit(name).is_some_and(|unit| {
                unit.life == Life::Alive
                    && unit.agent.failures().next().is_none()
                    && matches!(
                        unit.workload.status,
                        StatusKind::Waiting | StatusKind::Maintenance
                    )
            })
        };
        let runs = |name: &UnitName| self.cloud.node.runs(&name.dashed());
        world
            .unit_names()
            .into_iter()
            .filter(|name| waits(name) && runs(name))
            .collect()
    }

    /// Waits, in real time, as long as a Pebble of these units is about to change and has not.
    fn await_workloads(
        &mut self,
        units: &[UnitName],
        budget: &Budget,
        on_progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), Error> {
        let mut told = false;
        while units.iter().any(|unit| self.is_pending(unit))
            && !units.iter().any(|unit| self.has_changed(unit))
        {
            if self.cloud.kills.ending() {
                return Err(Error::Interrupted);
            }
            if Instant::now() > budget.until {
                return Ok(());
            }
            if !std::mem::replace(&mut told, true) {
                on_progress(&Progress::AwaitingWorkloads { units });
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Whether waking the unit may bring anything: it was not woken yet, or something changed since its last hook.
    fn would_see_news(&self, unit: &UnitName, budget: &Budget) -> bool {
        let wakes = budget.wakes.get(unit).copied().unwrap_or_default();
        let api_failed = self.watched.get(unit).is_some_and(|watched| watched.api_failed);
        wakes == 0 || (wakes < MAX_WAKES && (api_failed || self.has_changed(unit)))
    }

    fn is_pending(&self, unit: &UnitName) -> bool {
        self.workings(unit).values().any(|workings| workings.pending)
    }

    fn has_changed(&self, unit: &UnitName) -> bool {
        let now = self.workings(unit);
        self.watched
            .get(unit)
            .is_some_and(|watched| watched.workings != now)
    }

    fn workings(&self, unit: &UnitName) -> BTreeMap<String, Workings> {
        let sockets = self.cloud.node.sockets(&unit.dashed()).into_iter();
        sockets
            .map(|(container, socket)| (container, pebble::workings(&socket)))
            .collect()
    }

    /// Whether the last dispatch of `unit` met a server error of the API, or no answer.
    fn api_failed(&self, unit: &UnitName) -> bool {
        let last = self.cloud.trace.last_dispatch(&unit.to_string());
        self.cloud.trace.look(|entries| {
            let failed = |code: u16| code >= 500 || code == 0;
            let calls = entries
                .iter()
                .filter(|entry| last.is_some() && entry.dispatch() == last);
            calls
                .into_iter()
                .any(|entry| matches!(entry, Entry::ApiCall { code, .. } if failed(*code)))
        })
    }
}
