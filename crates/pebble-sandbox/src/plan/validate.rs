//! What no layer may say, and what a plan must say.

use super::{Action, Check, FormatError, Layer, LogTarget, Plan, Service, command, order};
use crate::process::Accounts;

type Verdict = Result<(), FormatError>;

/// Checks one layer by itself.
///
/// # Errors
/// The first thing that is wrong, in the order services, checks, log targets.
pub(crate) fn layer(layer: &Layer) -> Verdict {
    if layer.label.starts_with("pebble-") {
        return refuse(r#"cannot use reserved label prefix "pebble-""#);
    }
    layer
        .entries
        .services
        .iter()
        .try_for_each(|(name, service)| layer_service(name, service))?;
    layer
        .entries
        .checks
        .iter()
        .try_for_each(|(name, check)| layer_check(name, check))?;
    layer
        .entries
        .log_targets
        .iter()
        .try_for_each(|(name, target)| layer_log_target(name, target))
}

/// Checks all layers together.
///
/// # Errors
/// The first thing that is missing, refers to nothing, or goes round in a circle.
pub(crate) fn plan(plan: &Plan) -> Verdict {
    for (name, service) in &plan.services {
        if service.command.is_empty() {
            return refuse(format!("plan must define \"command\" for service {name:?}"));
        }
    }
    plan.checks
        .iter()
        .try_for_each(|(name, check)| plan_check(plan, name, check))?;
    plan.log_targets
        .iter()
        .try_for_each(|(name, target)| plan_log_target(plan, name, target))?;
    let all: Vec<String> = plan.services.keys().cloned().collect();
    order::start_lanes(&plan.services, &all).map(drop)
}

fn layer_service(name: &str, service: &Service) -> Verdict {
    if name.is_empty() {
        return refuse("cannot use empty string as service name");
    }
    if name == "pebble" {
        return refuse(format!("cannot use reserved service name {name:?}"));
    }
    if name.starts_with('-') {
        return refuse(format!(
            "cannot use service name {name:?}: starting with \"-\" not allowed"
        ));
    }
    if let Err(reason) = command::split_service(name, &service.command) {
        return refuse(format!("plan service {name:?} command invalid: {reason}"));
    }
    known_action(name, "on-success", &service.on_success, Action::FailureShutdown)?;
    known_action(name, "on-failure", &service.on_failure, Action::SuccessShutdown)?;
    for action in service.on_check_failure.values() {
        known_action(name, "on-check-failure", action, Action::SuccessShutdown)?;
    }
    match service.backoff_factor {
        Some(factor) if factor < 1.0 => refuse(format!(
            "plan service {name:?} backoff-factor must be 1.0 or greater, not {factor}"
        )),
        Some(_) | None => Ok(()),
    }
}

/// An action that may stand in this member: `restart`, `shutdown`, `ignore`, and the one that makes sense only there.
fn known_action(name: &str, member: &str, action: &str, only_here: Action) -> Verdict {
    let fits = match Action::parse(action) {
        Some(Action::Restart | Action::Shutdown | Action::Ignore) => true,
        Some(special) => special == only_here,
        None => action.is_empty(),
    };
    if fits {
        Ok(())
    } else {
        refuse(format!(
            "plan service {name:?} {member} action {action:?} invalid"
        ))
    }
}

fn layer_check(name: &str, check: &Check) -> Verdict {
    if name.is_empty() {
        return refuse("cannot use empty string as check name");
    }
    if !matches!(check.level.as_str(), "" | "alive" | "ready") {
        return refuse(format!(
            "plan check {name:?} level must be \"alive\" or \"ready\""
        ));
    }
    if !matches!(check.startup.as_str(), "" | "enabled" | "disabled") {
        return refuse(format!(
            "plan check {name:?} startup must be \"enabled\" or \"disabled\""
        ));
    }
    for (member, given) in [("period", check.period), ("timeout", check.timeout)] {
        if given.is_some_and(|given| given.0.is_zero()) {
            return refuse(format!("plan check {name:?} {member} must not be zero"));
        }
    }
    let Some(exec) = &check.exec else { return Ok(()) };
    if let Err(reason) = command::split(&exec.command) {
        return refuse(format!("plan check {name:?} command invalid: {reason}"));
    }
    match Accounts::read().owner(&exec.context()) {
        Ok(_) => Ok(()),
        Err(reason) => refuse(format!("plan check {name:?} has invalid user/group: {reason}")),
    }
}

fn layer_log_target(name: &str, target: &LogTarget) -> Verdict {
    if let Some(label) = target.labels.keys().find(|label| label.starts_with("pebble_")) {
        return refuse(format!(
            "log target {name:?}: label {label:?} uses reserved prefix \"pebble_\""
        ));
    }
    match target.kind.as_str() {
        "" | "loki" | "opentelemetry" => Ok(()),
        kind => refuse(format!(
            r#"log target {name:?} has unsupported type {kind:?}, must be "loki" or "opentelemetry""#
        )),
    }
}

fn plan_check(plan: &Plan, name: &str, check: &Check) -> Verdict {
    if check.http.as_ref().is_some_and(|http| http.url.is_empty()) {
        return refuse(format!("plan must set \"url\" for http check {name:?}"));
    }
    if check.tcp.as_ref().is_some_and(|tcp| tcp.port == 0) {
        return refuse(format!("plan must set \"port\" for tcp check {name:?}"));
    }
    if let Some(exec) = &check.exec {
        let service = &exec.service_context;
        if exec.command.is_empty() {
            return refuse(format!("plan must set \"command\" for exec check {name:?}"));
        }
        if !service.is_empty() && !plan.services.contains_key(service) {
            let what = "service context specifies non-existent service";
            return refuse(format!("plan check {name:?} {what} {service:?}"));
        }
    }
    let kinds = [check.http.is_some(), check.tcp.is_some(), check.exec.is_some()];
    if kinds.into_iter().filter(|given| *given).count() == 1 {
        return Ok(());
    }
    refuse(format!(
        r#"plan must specify one of "http", "tcp", or "exec" for check {name:?}"#
    ))
}

fn plan_log_target(plan: &Plan, name: &str, target: &LogTarget) -> Verdict {
    if target.kind.is_empty() {
        let kinds = r#"("loki" or "opentelemetry")"#;
        return refuse(format!(
            "plan must define \"type\" {kinds} for log target {name:?}"
        ));
    }
    let unknown = |service: &&str| *service != "all" && !plan.services.contains_key(*service);
    let names = target
        .services
        .iter()
        .map(|service| service.strip_prefix('-').unwrap_or(service));
    if let Some(service) = names.into_iter().find(unknown) {
        return refuse(format!(
            "log target {name:?} specifies unknown service {service:?}"
        ));
    }
    if target.location.is_empty() {
        return refuse(format!("plan must define \"location\" for log target {name:?}"));
    }
    Ok(())
}

fn refuse(text: impl Into<String>) -> Verdict {
    Err(FormatError(text.into()))
}
