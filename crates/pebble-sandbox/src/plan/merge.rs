//! How later layers change earlier ones: per entry, by its `override`.

use super::{Check, ExecCheck, FormatError, HttpCheck, Layer, LogTarget, Plan, Service, TcpCheck};
use crate::duration::GoDuration;
use std::collections::BTreeMap;

/// All layers together, later over earlier, with the defaults that the plan shows filled in.
///
/// # Errors
/// An entry without `override`, or with one that is neither `merge` nor `replace`.
pub(crate) fn combine<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> Result<Plan, FormatError> {
    let mut plan = Plan::default();
    for layer in layers {
        lay_over(&mut plan.services, &layer.entries.services, &layer.label)?;
        lay_over(&mut plan.checks, &layer.entries.checks, &layer.label)?;
        lay_over(&mut plan.log_targets, &layer.entries.log_targets, &layer.label)?;
    }
    for check in plan.checks.values_mut() {
        let effective = GoDuration(check.timeout());
        check.timeout = check.timeout.map(|_| effective);
        if check.threshold == 0 {
            check.threshold = 3;
        }
    }
    Ok(plan)
}

/// An entry that a later layer can extend.
trait Entry: Clone {
    const KIND: &'static str;
    fn overriding(&self) -> &str;
    fn merge(&mut self, later: &Self);
}

fn lay_over<E: Entry>(
    below: &mut BTreeMap<String, E>,
    above: &BTreeMap<String, E>,
    label: &str,
) -> Result<(), FormatError> {
    for (name, entry) in above {
        let kind = E::KIND;
        match (entry.overriding(), below.get_mut(name)) {
            ("merge", Some(old)) => old.merge(entry),
            ("merge", None) | ("replace", _) => {
                below.insert(name.clone(), entry.clone());
            }
            ("", _) => {
                let text = format!("layer {label:?} must define \"override\" for {kind} {name:?}");
                return Err(FormatError(text));
            }
            _ => {
                let text = format!("layer {label:?} has invalid \"override\" value for {kind} {name:?}");
                return Err(FormatError(text));
            }
        }
    }
    Ok(())
}

impl Entry for Service {
    const KIND: &'static str = "service";

    fn overriding(&self) -> &str {
        &self.overriding
    }

    fn merge(&mut self, later: &Self) {
        let Self {
            summary,
            description,
            startup,
            overriding: _,
            command,
            after,
            before,
            requires,
            environment: _,
            user_id: _,
            user: _,
            group_id: _,
            group: _,
            working_dir: _,
            on_success,
            on_failure,
            on_check_failure,
            backoff_delay,
            backoff_factor,
            backoff_limit,
            kill_delay,
        } = later;
        set(&mut self.summary, summary);
        set(&mut self.description, description);
        set(&mut self.startup, startup);
        set(&mut self.command, command);
        self.after.extend_from_slice(after);
        self.before.extend_from_slice(before);
        self.requires.extend_from_slice(requires);
        self.merge_context(later);
        set(&mut self.on_success, on_success);
        set(&mut self.on_failure, on_failure);
        extend(&mut self.on_check_failure, on_check_failure);
        self.backoff_delay = backoff_delay.or(self.backoff_delay);
        self.backoff_factor = backoff_factor.or(self.backoff_factor);
        self.backoff_limit = backoff_limit.or(self.backoff_limit);
        self.kill_delay = kill_delay.or(self.kill_delay);
    }
}

impl Entry for Check {
    const KIND: &'static str = "check";

    fn overriding(&self) -> &str {
        &self.overriding
    }

    fn merge(&mut self, later: &Self) {
        let Self {
            overriding: _,
            level,
            startup,
            period,
            timeout,
            threshold,
            http,
            tcp,
            exec,
        } = later;
        set(&mut self.level, level);
        set(&mut self.startup, startup);
        self.period = period.or(self.period);
        self.timeout = timeout.or(self.timeout);
        if *threshold != 0 {
            self.threshold = *threshold;
        }
        merge_probe(&mut self.http, http.as_ref(), |old: &mut HttpCheck, new| {
            set(&mut old.url, &new.url);
            extend(&mut old.headers, &new.headers);
        });
        merge_probe(&mut self.tcp, tcp.as_ref(), |old: &mut TcpCheck, new| {
            if new.port != 0 {
                old.port = new.port;
            }
            set(&mut old.host, &new.host);
        });
        merge_probe(&mut self.exec, exec.as_ref(), merge_exec);
    }
}

fn merge_probe<P: Default>(old: &mut Option<P>, new: Option<&P>, merge: impl Fn(&mut P, &P)) {
    if let Some(new) = new {
        merge(old.get_or_insert_default(), new);
    }
}

fn merge_exec(old: &mut ExecCheck, new: &ExecCheck) {
    let ExecCheck {
        command,
        service_context,
        environment: _,
        user_id: _,
        user: _,
        group_id: _,
        group: _,
        working_dir: _,
    } = new;
    set(&mut old.command, command);
    set(&mut old.service_context, service_context);
    old.merge_context(new);
}

impl Entry for LogTarget {
    const KIND: &'static str = "log target";

    fn overriding(&self) -> &str {
        &self.overriding
    }

    fn merge(&mut self, later: &Self) {
        let Self {
            kind,
            location,
            services,
            overriding: _,
            labels,
        } = later;
        set(&mut self.kind, kind);
        set(&mut self.location, location);
        self.services.extend_from_slice(services);
        extend(&mut self.labels, labels);
    }
}

fn set(old: &mut String, new: &str) {
    if !new.is_empty() {
        new.clone_into(old);
    }
}

fn extend(old: &mut BTreeMap<String, String>, new: &BTreeMap<String, String>) {
    old.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
}
