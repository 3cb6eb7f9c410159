//! From an action of the API (start, stop, restart, replan, autostart) to a change that performs it.

use super::supervisor::Order;
use super::{Handle, Services};
use crate::change::{Changes, Job, Stage, Subject, TaskHandle, Work};
use crate::plan::{FormatError, Plan, start_lanes, stop_lanes};
use crate::service_log::ServiceLogs;
use crate::text::capitalized;
use futures_util::FutureExt;
use std::sync::Arc;

/// Lines of output that the log of a failed start shows.
const EXCERPT_LINES: usize = 20;

/// What can be asked of services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceAction {
    Start,
    Stop,
    Restart,
    Replan,
    Autostart,
}

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

impl ServiceAction {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "start" => Self::Start,
            "stop" => Self::Stop,
            "restart" => Self::Restart,
            "replan" => Self::Replan,
            "autostart" => Self::Autostart,
            _ => return None,
        })
    }

    /// Whether the client names services, or the plan does.
    pub(crate) fn takes_names(self) -> bool {
        !matches!(self, Self::Replan | Self::Autostart)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Replan => "replan",
            Self::Autostart => "autostart",
        }
    }
}

/// Which services stop, then which start: lanes of names.
#[derive(Debug, Default, PartialEq)]
struct Moves {
    /// The names that the change is about.
    subject: Vec<String>,
    /// How many services its summary counts.
    counted: usize,
    stop: Vec<Vec<String>>,
    start: Vec<Vec<String>>,
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

fn enabled(plan: &Plan) -> Vec<String> {
    plan.services
        .iter()
        .filter(|(_, service)| service.starts_by_itself())
        .map(|(name, _)| name.clone())
        .collect()
}

fn starting(plan: &Plan, names: Vec<String>) -> Result<Moves, FormatError> {
    let start = start_lanes(&plan.services, &names)?;
    let counted = start.iter().flatten().count();
    Ok(Moves {
        subject: names,
        counted,
        start,
        stop: Vec::new(),
    })
}

fn stopping(plan: &Plan, names: Vec<String>) -> Result<Moves, FormatError> {
    let stop = stop_lanes(&plan.services, &names)?;
    let counted = stop.iter().flatten().count();
    Ok(Moves {
        subject: names,
        counted,
        stop,
        start: Vec::new(),
    })
}

/// Stops only what was named, not its dependants, and starts it again with what it requires.
fn restarting(plan: &Plan, names: &[String]) -> Result<Moves, FormatError> {
    let mut stop = stop_lanes(&plan.services, names)?;
    for lane in &mut stop {
        lane.retain(|name| names.contains(name));
    }
    stop.retain(|lane| !lane.is_empty());
    Ok(Moves {
        stop,
        ..starting(plan, names.to_vec())?
    })
}

/// Stops what runs with an old definition, and starts that and all that is enabled.
fn replanning(plan: &Plan, outdated: &[String]) -> Result<Moves, FormatError> {
    let stop = stop_lanes(&plan.services, outdated)?;
    let mut names = enabled(plan);
    names.extend(outdated.iter().cloned());
    let start = start_lanes(&plan.services, &names)?;
    let mut subject: Vec<String> = stop.iter().chain(&start).flatten().cloned().collect();
    subject.sort();
    subject.dedup();
    Ok(Moves {
        counted: subject.len(),
        subject,
        stop,
        start,
    })
}

fn summary(action: ServiceAction, moves: &Moves) -> String {
    let verb = capitalized(action.as_str());
    match (moves.counted, moves.subject.first()) {
        (_, None) => format!("{verb} - no services"),
        (0 | 1, Some(first)) => format!("{verb} service {first:?}"),
        (count, Some(first)) => format!("{verb} service {first:?} and {} more", count - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Service;

    fn plan(services: &[(&str, &str, &[&str])]) -> Plan {
        let service = |(name, startup, requires): &(&str, &str, &[&str])| {
            let requires = requires.iter().map(|name| (*name).to_owned()).collect();
            (
                (*name).to_owned(),
                Service {
                    startup: (*startup).to_owned(),
                    requires,
                    ..Service::default()
                },
            )
        };
        Plan {
            services: services.iter().map(service).collect(),
            ..Plan::default()
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn check(action: ServiceAction, moves: Result<Moves, FormatError>, expect: &str) {
        let moves = moves.unwrap();
        let seen = format!(
            "{}; stop {:?}, start {:?}",
            summary(action, &moves),
            moves.stop,
            moves.start
        );
        assert_eq!(seen, expect);
    }

    #[test]
    fn what_stops_and_what_starts() {
        use ServiceAction::{Replan, Restart, Start, Stop};
        let plan = plan(&[
            ("db", "", &[]),
            ("web", "enabled", &["db"]),
            ("cron", "enabled", &[]),
        ]);
        check(
            Start,
            starting(&plan, names(&["db"])),
            r#"Start service "db"; stop [], start [["db"]]"#,
        );
        let expect = r#"Start service "web" and 1 more; stop [], start [["db", "web"]]"#;
        check(Start, starting(&plan, names(&["web"])), expect);
        let expect = r#"Stop service "db" and 1 more; stop [["db", "web"]], start []"#;
        check(Stop, stopping(&plan, names(&["db"])), expect);
        let expect = r#"Restart service "db"; stop [["db"]], start [["db"]]"#;
        check(Restart, restarting(&plan, &names(&["db"])), expect);
        let expect = r#"Replan service "cron" and 2 more; stop [], start [["cron"], ["db", "web"]]"#;
        check(Replan, replanning(&plan, &[]), expect);
        let expect = r#"Replan service "cron" and 2 more; stop [["cron"]], start [["cron"], ["db", "web"]]"#;
        check(Replan, replanning(&plan, &names(&["cron"])), expect);
        check(
            Replan,
            replanning(&Plan::default(), &[]),
            "Replan - no services; stop [], start []",
        );
    }
}
