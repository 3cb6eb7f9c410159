//! Health checks: one watcher per running check, and what it found. The plan decides which run; a check that falls
//! or recovers ends its change and begins the next, which is how the unit agent of Juju hears of it.

mod http;
mod probe;
mod tally;
mod watcher;

use crate::change::{Changes, Subject, TaskHandle};
use crate::log::Log;
use crate::plan::{Check, Plan};
use crate::process::{Environment, Powers};
use crate::service::Services;
use crate::sync::locked;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tally::Tally;
use tokio::sync::{mpsc, oneshot};
use watcher::Watcher;

/// What probes and watchers need of the daemon.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) log: Log,
    pub(crate) changes: Arc<Changes>,
    pub(crate) services: Arc<Services>,
    pub(crate) powers: Arc<Powers>,
    pub(crate) environment: Arc<Environment>,
}

/// All checks of the plan.
#[derive(Debug)]
pub(crate) struct Checks {
    around: Arc<Surroundings>,
    known: Arc<Mutex<BTreeMap<String, Known>>>,
}

/// What is known of one check.
#[derive(Debug)]
struct Known {
    config: Arc<Check>,
    tally: Tally,
    /// Of all its life, not only since it last fell or rose.
    successes: u64,
    failures: u64,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    change: String,
    refresh: mpsc::UnboundedSender<Refresh>,
}

/// Asks a watcher to probe at once.
type Refresh = oneshot::Sender<Result<(), String>>;

/// One check as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct CheckView {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) level: String,
    startup: &'static str,
    pub(crate) status: &'static str,
    successes: u32,
    #[serde(skip_serializing_if = "is_zero")]
    failures: u32,
    threshold: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_id: Option<String>,
}

/// Names that the plan does not have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot find checks in plan: {}", .0.join(", "))]
pub(crate) struct UnknownChecks(Vec<String>);

impl Checks {
    pub(crate) fn new(around: Surroundings) -> Self {
        Self {
            around: Arc::new(around),
            known: Arc::default(),
        }
    }

    /// Starts, restarts and stops checks so that they fit a new plan; unchanged ones go on undisturbed.
    pub(crate) fn plan_changed(&self, plan: &Plan) {
        let wanted: BTreeMap<&String, Check> = plan
            .checks
            .keys()
            .filter_map(|name| Some((name, plan.complete_check(name)?)))
            .collect();
        let mut known = locked(&self.known);
        known.retain(|name, old| {
            let keep = wanted.get(name).is_some_and(|new| *new == *old.config);
            if !keep {
                self.abort(old);
            }
            keep
        });
        for (name, config) in wanted {
            if !known.contains_key(name) {
                let config = Arc::new(config);
                let starts = config.starts_by_itself();
                let check = known.entry(name.clone()).or_insert(Known::new(config));
                if starts {
                    self.start_one(name, check);
                }
            }
        }
    }

    /// Starts enabled checks that do not run.
    pub(crate) fn replan(&self) {
        for (name, check) in locked(&self.known).iter_mut() {
            if check.running.is_none() && check.config.starts_by_itself() {
                self.start_one(name, check);
            }
        }
    }

    /// Starts checks and gives the names of those that did not run.
    ///
    /// # Errors
    /// When one is not in the plan; then none is started.
    pub(crate) fn start(&self, names: &[String]) -> Result<Vec<String>, UnknownChecks> {
        self.switch(
            names,
            |check| check.running.is_none(),
            |name, check| self.start_one(name, check),
        )
    }

    /// Stops checks and gives the names of those that ran.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub(crate) fn stop(&self, names: &[String]) -> Result<Vec<String>, UnknownChecks> {
        self.switch(
            names,
            |check| check.running.is_some(),
            |_, check| {
                self.abort(check);
                check.running = None;
            },
        )
    }

    /// Probes one check at once, whether it runs or not; `None` if it is not in the plan.
    pub(crate) async fn refresh(&self, name: &str) -> Option<(CheckView, Result<(), String>)> {
        let (config, refresh) = {
            let known = locked(&self.known);
            let check = known.get(name)?;
            (
                Arc::clone(&check.config),
                check.running.as_ref().map(|running| running.refresh.clone()),
            )
        };
        let outcome = match refresh {
            None => probe::probe(&config, &self.around).await,
            Some(refresh) => {
                let (reply, answer) = oneshot::channel();
                // A watcher that just ended drops the answer.
                let _ = refresh.send(reply);
                answer
                    .await
                    .unwrap_or_else(|_| Err("check was stopped".to_owned()))
            }
        };
        let view = locked(&self.known).get(name).map(|check| check.view(name))?;
        Some((view, outcome))
    }

    /// All checks, by name.
    pub(crate) fn list(&self) -> Vec<CheckView> {
        locked(&self.known)
            .iter()
            .map(|(name, check)| check.view(name))
            .collect()
    }

    /// Name, whether it is up (if it runs), successes and failures.
    pub(crate) fn counts(&self) -> Vec<(String, Option<bool>, u64, u64)> {
        let count = |(name, check): (&String, &Known)| {
            let up = check.running.is_some().then(|| check.view(name).status == "up");
            (name.clone(), up, check.successes, check.failures)
        };
        locked(&self.known).iter().map(count).collect()
    }

    fn switch(
        &self,
        names: &[String],
        needs: impl Fn(&Known) -> bool,
        act: impl Fn(&str, &mut Known),
    ) -> Result<Vec<String>, UnknownChecks> {
        let mut known = locked(&self.known);
        let mut missing: Vec<String> = names
            .iter()
            .filter(|name| !known.contains_key(*name))
            .cloned()
            .collect();
        if !missing.is_empty() {
            missing.sort();
            return Err(UnknownChecks(missing));
        }
        let mut changed = Vec::new();
        for name in names {
            if let Some(check) = known.get_mut(name).filter(|check| needs(check)) {
                act(name, check);
                changed.push(name.clone());
            }
        }
        changed.sort();
        Ok(changed)
    }

    fn start_one(&self, name: &str, check: &mut Known) {
        let (change, task) = begin(&self.around.changes, name, &check.config, tally::Stage::Perform);
        let (refresh, refreshes) = mpsc::unbounded_channel();
        check.tally = Tally::default();
        check.running = Some(Running { change, refresh });
        let watcher = Watcher {
            name: name.to_owned(),
            config: Arc::clone(&check.config),
            around: Arc::clone(&self.around),
            known: Arc::clone(&self.known),
        };
        if let Some(task) = task {
            tokio::spawn(watcher.run(task, refreshes));
        }
    }

    fn abort(&self, check: &Known) {
        if let Some(running) = &check.running {
            // It may have ended by itself.
            let _ = self.around.changes.abort(&running.change);
        }
    }
}

/// Creates the change in which a check is performed or recovered, and begins its task.
fn begin(
    changes: &Arc<Changes>,
    name: &str,
    config: &Check,
    stage: tally::Stage,
) -> (String, Option<TaskHandle>) {
    let (kind, verb) = match stage {
        tally::Stage::Perform => ("perform-check", "Perform"),
        tally::Stage::Recover => ("recover-check", "Recover"),
    };
    let summary = format!("{verb} {} check {name:?}", config.kind());
    let subject = Subject {
        kind: kind.to_owned(),
        summary: summary.clone(),
        services: Vec::new(),
        notice_data: BTreeMap::from([("check-name".to_owned(), name.to_owned())]),
    };
    let (change, tasks) = changes.create(subject, [(kind.to_owned(), summary)]);
    let task = tasks.into_iter().next();
    (change, task.filter(TaskHandle::begin))
}

impl Known {
    fn new(config: Arc<Check>) -> Self {
        Self {
            config,
            tally: Tally::default(),
            successes: 0,
            failures: 0,
            running: None,
        }
    }

    fn view(&self, name: &str) -> CheckView {
        let status = match &self.running {
            None => "inactive",
            Some(_) if self.tally.failures >= self.config.threshold => "down",
            Some(_) => "up",
        };
        CheckView {
            name: name.to_owned(),
            level: self.config.level.clone(),
            startup: if self.config.starts_by_itself() {
                "enabled"
            } else {
                "disabled"
            },
            status,
            successes: self.tally.successes,
            failures: self.tally.failures,
            threshold: self.config.threshold,
            change_id: self.running.as_ref().map(|running| running.change.clone()),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
