//! Services: one supervisor each, which runs the process and drives a pure state machine; and the jobs that start,
//! stop, restart and replan them.

mod jobs;
mod machine;
mod moves;
mod supervisor;

pub(crate) use jobs::ActError;
pub(crate) use machine::Ending;
pub(crate) use moves::ServiceAction;

use crate::log::Log;
use crate::plan::{Action, Plan, Service};
use crate::process::{Environment, Powers, parse_signal};
use crate::rules::{Rule, Rules};
use crate::service_log::ServiceLogs;
use crate::sync::locked;
use jiff::Timestamp;
use machine::Phase;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use supervisor::{Order, Supervisor};
use tokio::sync::{mpsc, oneshot};

/// What supervisors need of the daemon.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) log: Log,
    pub(crate) logs: Arc<ServiceLogs>,
    pub(crate) powers: Arc<Powers>,
    pub(crate) environment: Arc<Environment>,
    pub(crate) rules: Rules,
    /// Where a service's ending that ends the daemon is told.
    pub(crate) endings: mpsc::UnboundedSender<Ending>,
}

/// All services that were ever started.
#[derive(Debug)]
pub(crate) struct Services {
    around: Arc<Surroundings>,
    known: Mutex<BTreeMap<String, Handle>>,
}

/// The line to one supervisor.
#[derive(Debug, Clone)]
struct Handle {
    orders: mpsc::UnboundedSender<Order>,
    seen: Arc<Mutex<Seen>>,
}

/// What a supervisor lets others see.
#[derive(Debug)]
struct Seen {
    phase: Phase,
    since: Option<Timestamp>,
    config: Arc<Service>,
    starts: u64,
}

/// One service as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ServiceView {
    pub(crate) name: String,
    pub(crate) startup: &'static str,
    pub(crate) current: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current_since: Option<Timestamp>,
}

impl Services {
    pub(crate) fn new(around: Surroundings) -> Self {
        Self {
            around: Arc::new(around),
            known: Mutex::default(),
        }
    }

    /// The services of the plan, by name; only those of `names` unless that is empty.
    pub(crate) fn list(&self, plan: &Plan, names: &[String]) -> Vec<ServiceView> {
        let known = locked(&self.known);
        let chosen = plan
            .services
            .iter()
            .filter(|(name, _)| names.is_empty() || names.contains(name));
        let view = |(name, config): (&String, &Service)| {
            let seen = known.get(name).map(|handle| locked(&handle.seen));
            ServiceView {
                name: name.clone(),
                startup: if config.starts_by_itself() {
                    "enabled"
                } else {
                    "disabled"
                },
                current: seen.as_ref().map_or("inactive", |seen| seen.phase.status()),
                current_since: seen.and_then(|seen| seen.since),
            }
        };
        chosen.map(view).collect()
    }

    /// Sends a signal to the main process of running services.
    ///
    /// # Errors
    /// All reasons in one text; services without a reason were signalled.
    pub(crate) async fn signal(&self, names: &[String], signal: &str) -> Result<(), String> {
        let mut reasons = Vec::new();
        for name in names {
            if let Err(reason) = self.signal_one(name, signal).await {
                reasons.push(format!("cannot send signal to {name:?}: {reason}"));
            }
        }
        if reasons.is_empty() {
            Ok(())
        } else {
            Err(reasons.join("; "))
        }
    }

    async fn signal_one(&self, name: &str, signal: &str) -> Result<(), String> {
        let handle = self.handle(name).ok_or("service is not running")?;
        let running = matches!(locked(&handle.seen).phase, Phase::Starting | Phase::Running);
        if !running {
            return Err("service is not running".to_owned());
        }
        let signal = parse_signal(signal).ok_or_else(|| format!("invalid signal name {signal:?}"))?;
        handle.ask(|reply| Order::Signal(signal, reply)).await
    }

    /// Tells services about a check that reached its threshold.
    pub(crate) fn check_failed(&self, check: &str) {
        for handle in locked(&self.known).values() {
            let action = locked(&handle.seen)
                .config
                .on_check_failure
                .get(check)
                .and_then(|text| Action::parse(text));
            if let Some(action) = action {
                // A supervisor never ends before the daemon does.
                let _ = handle.orders.send(Order::CheckFailed(action));
            }
        }
    }

    /// Name, whether it is active, and how often it was started; of all services that ever were.
    pub(crate) fn counts(&self) -> Vec<(String, bool, u64)> {
        let known = locked(&self.known);
        let count = |(name, handle): (&String, &Handle)| {
            let seen = locked(&handle.seen);
            (name.clone(), seen.phase.status() == "active", seen.starts)
        };
        known.iter().map(count).collect()
    }

    /// The services that were started with another definition than the plan's, or that the plan lost.
    fn outdated(&self, plan: &Plan) -> Vec<String> {
        let known = locked(&self.known);
        let spare = self.around.rules.keep(Rule::ReplanLeavesUnchanged);
        let unchanged = |name: &str, handle: &Handle| {
            spare && plan.services.get(name) == Some(&*locked(&handle.seen).config)
        };
        let outdated = known.iter().filter(|(name, handle)| !unchanged(name, handle));
        outdated.map(|(name, _)| name.clone()).collect()
    }

    /// The services with a process, or that wait to have one again.
    fn alive(&self) -> Vec<String> {
        let known = locked(&self.known);
        let alive = known
            .iter()
            .filter(|(_, handle)| !matches!(locked(&handle.seen).phase, Phase::Stopped | Phase::Exited));
        alive.map(|(name, _)| name.clone()).collect()
    }

    fn handle(&self, name: &str) -> Option<Handle> {
        locked(&self.known).get(name).cloned()
    }

    /// The handle of a service that is about to start.
    fn handle_or_new(&self, name: &str, config: &Arc<Service>) -> Handle {
        let mut known = locked(&self.known);
        let new = || Supervisor::spawn(name.to_owned(), Arc::clone(config), Arc::clone(&self.around));
        known.entry(name.to_owned()).or_insert_with(new).clone()
    }
}

impl Handle {
    /// Gives an order and waits for its answer.
    async fn ask<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, String>>) -> Order,
    ) -> Result<T, String> {
        let (reply, answer) = oneshot::channel();
        let gone = || "daemon is going down".to_owned();
        self.orders.send(order(reply)).map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}
