//! Performing the actions of the API: a change with one job per service that stops or starts.

use super::moves::{Moves, ServiceAction, enabled, replanning, restarting, starting, stopping, summary};
use super::supervisor::Order;
use super::{Handle, Services};
use crate::change::{Changes, Job, Stage, Subject, TaskHandle, Work};
use crate::plan::{FormatError, Plan, stop_lanes};
use crate::service_log::ServiceLogs;
use futures_util::FutureExt;
use std::sync::Arc;

/// Lines of output that the log of a failed start shows.
const EXCERPT_LINES: usize = 20;

/// Why an action does not begin.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ActError {
    #[error("no default services")]
    NoDefaultServices,
    #[error("cannot {action} services: {source}")]
    Order {
        action: &'static str,
        source: FormatError,
    },
}

impl Services {
    /// Begins an action and gives the id of its change.
    ///
    /// # Errors
    /// Unknown services, or none to start.
    pub(crate) fn act(
        self: &Arc<Self>,
        action: ServiceAction,
        names: &[String],
        plan: &Arc<Plan>,
        changes: &Arc<Changes>,
    ) -> Result<String, ActError> {
        let order = |source| ActError::Order {
            action: action.as_str(),
            source,
        };
        let moves = match action {
            ServiceAction::Start => starting(plan, names.to_vec()).map_err(order)?,
            ServiceAction::Stop => stopping(plan, names.to_vec()).map_err(order)?,
            ServiceAction::Restart => restarting(plan, names).map_err(order)?,
            ServiceAction::Replan => replanning(plan, &self.outdated(plan)).map_err(order)?,
            ServiceAction::Autostart => {
                let moves = starting(plan, enabled(plan)).map_err(order)?;
                if moves.start.is_empty() {
                    return Err(ActError::NoDefaultServices);
                }
                moves
            }
        };
        if action == ServiceAction::Replan {
            self.adopt(plan, &moves.stop);
        }
        let subject = Subject {
            kind: action.as_str().to_owned(),
            summary: summary(action, &moves),
            services: moves.subject.clone(),
            ..Subject::default()
        };
        Ok(changes.perform(subject, self.stages(&moves, plan)))
    }

    /// Stops everything that runs, in order, and gives the id of the change; `None` if nothing runs.
    pub(crate) fn stop_all(self: &Arc<Self>, plan: &Arc<Plan>, changes: &Arc<Changes>) -> Option<String> {
        let alive = self.alive();
        let lanes = stop_lanes(&plan.services, &alive);
        // A service that left the plan is stopped all the same.
        let stop = lanes.unwrap_or_else(|_| alive.iter().map(|name| vec![name.clone()]).collect());
        let moves = Moves {
            stop,
            subject: alive,
            ..Moves::default()
        };
        let subject = Subject {
            kind: "stop".to_owned(),
            summary: "Stop all running services".to_owned(),
            services: moves.subject.clone(),
            ..Subject::default()
        };
        (!moves.subject.is_empty()).then(|| changes.perform(subject, self.stages(&moves, plan)))
    }

    /// Gives services that will be restarted their new definition already, so that a second replan finds it.
    fn adopt(&self, plan: &Plan, lanes: &[Vec<String>]) {
        for name in lanes.iter().flatten() {
            if let (Some(handle), Some(config)) = (self.handle(name), plan.services.get(name)) {
                super::locked(&handle.seen).config = Arc::new(config.clone());
                // A supervisor never ends before the daemon does.
                let _ = handle.orders.send(Order::Adopt(Arc::new(config.clone())));
            }
        }
    }

    fn stages(self: &Arc<Self>, moves: &Moves, plan: &Arc<Plan>) -> Vec<Stage> {
        let stop = |name: &String| self.stop_job(name.clone());
        let start = |name: &String| self.start_job(name.clone(), Arc::clone(plan));
        let stop = moves
            .stop
            .iter()
            .map(|lane| lane.iter().map(stop).collect())
            .collect();
        let start = moves
            .start
            .iter()
            .map(|lane| lane.iter().map(start).collect())
            .collect();
        vec![stop, start]
    }

    fn start_job(self: &Arc<Self>, name: String, plan: Arc<Plan>) -> Job {
        let summary = format!("Start service {name:?}");
        let services = Arc::clone(self);
        let work: Work = Box::new(move |task| {
            async move {
                let config = plan.services.get(&name);
                let config = config.ok_or_else(|| format!("cannot find service {name:?} in plan"))?;
                let config = Arc::new(config.clone());
                let handle = services.handle_or_new(&name, &config);
                let starts = super::locked(&handle.seen).starts;
                let answer = start(&handle, config, &task).await;
                let launched = super::locked(&handle.seen).starts > starts;
                if answer.is_err() && launched {
                    quote_output(&task, &services.around.logs, &name);
                }
                note(&task, answer.map_err(|reason| failed_start(launched, reason))?);
                Ok(())
            }
            .boxed()
        });
        Job {
            kind: "start".to_owned(),
            summary,
            work,
        }
    }

    fn stop_job(self: &Arc<Self>, name: String) -> Job {
        let summary = format!("Stop service {name:?}");
        let services = Arc::clone(self);
        let work: Work = Box::new(move |task| {
            async move {
                let answer = match services.handle(&name) {
                    None => Some(format!("Service {name:?} has never been started.")),
                    Some(handle) => handle.ask(Order::Stop).await?,
                };
                note(&task, answer);
                Ok(())
            }
            .boxed()
        });
        Job {
            kind: "stop".to_owned(),
            summary,
            work,
        }
    }
}

async fn start(
    handle: &Handle,
    config: Arc<crate::plan::Service>,
    task: &TaskHandle,
) -> Result<Option<String>, String> {
    let mut answer = std::pin::pin!(handle.ask(|reply| Order::Start(config, reply)));
    tokio::select! {
        answer = &mut answer => answer,
        () = task.aborted() => {
            // A supervisor never ends before the daemon does.
            let _ = handle.orders.send(Order::AbortStart);
            answer.await
        }
    }
}

/// Only a process that lived for a moment was an attempt.
fn failed_start(launched: bool, reason: String) -> String {
    let refusal = !launched || reason.starts_with("start aborted");
    if refusal {
        reason
    } else {
        format!("service start attempt: {reason}")
    }
}

fn quote_output(task: &TaskHandle, logs: &ServiceLogs, name: &str) {
    let excerpt = logs.excerpt(name, EXCERPT_LINES);
    if !excerpt.is_empty() {
        task.note(&format!("Most recent service output:\n{excerpt}"));
    }
}

fn note(task: &TaskHandle, text: Option<String>) {
    if let Some(text) = text {
        task.note(&text);
    }
}
