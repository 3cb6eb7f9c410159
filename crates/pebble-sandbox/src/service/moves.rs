//! What an action of the API means for each service: which stop, which start, in which lanes. Pure.

use crate::plan::{FormatError, Plan, start_lanes, stop_lanes};
use crate::text::capitalized;

/// What can be asked of services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceAction {
    Start,
    Stop,
    Restart,
    Replan,
    Autostart,
}

/// Which services stop, then which start: lanes of names.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Moves {
    /// The names that the change is about.
    pub(super) subject: Vec<String>,
    /// How many services its summary counts.
    pub(super) counted: usize,
    pub(super) stop: Vec<Vec<String>>,
    pub(super) start: Vec<Vec<String>>,
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

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Replan => "replan",
            Self::Autostart => "autostart",
        }
    }
}

/// The services that start by themselves.
pub(super) fn enabled(plan: &Plan) -> Vec<String> {
    plan.services
        .iter()
        .filter(|(_, service)| service.starts_by_itself())
        .map(|(name, _)| name.clone())
        .collect()
}

/// Starts what was named and what that requires.
///
/// # Errors
/// As the plan's order.
pub(super) fn starting(plan: &Plan, names: Vec<String>) -> Result<Moves, FormatError> {
    let start = start_lanes(&plan.services, &names)?;
    let counted = start.iter().flatten().count();
    Ok(Moves {
        subject: names,
        counted,
        start,
        stop: Vec::new(),
    })
}

/// Stops what was named and what requires that.
///
/// # Errors
/// As the plan's order.
pub(super) fn stopping(plan: &Plan, names: Vec<String>) -> Result<Moves, FormatError> {
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
///
/// # Errors
/// As the plan's order.
pub(super) fn restarting(plan: &Plan, names: &[String]) -> Result<Moves, FormatError> {
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
///
/// # Errors
/// As the plan's order.
pub(super) fn replanning(plan: &Plan, outdated: &[String]) -> Result<Moves, FormatError> {
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

/// `Start service "web" and 1 more`.
pub(super) fn summary(action: ServiceAction, moves: &Moves) -> String {
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
