//! Whether Juju can be in a state, and a trigger happen in it.
//!
//! A declaration, a trigger and a state enter; all reasons why not leave, none where all is well. The rules are those
//! that Juju itself holds to, as Juju's documentation of charm metadata, relations, hooks and actions has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use super::declaration::{Declaration, OptionType, is_secret_uri};
use super::on::{About, RelationTrigger, Trigger};
use super::rules::{is_at_least, is_endpoint, is_port, is_storage, is_version};
use super::{RelationState, SecretState, State};
use crate::name::{
    ActionName, AppName, ContainerName, EndpointName, InvalidName, ModelName, StorageId, StorageName,
    UnitName,
};

pub(super) fn reasons(declared: &Declaration, trigger: &Trigger, state: &State) -> Vec<String> {
    let mut reasons = Reasons(Vec::new());
    declaration(declared, &mut reasons);
    unit(declared, state, &mut reasons);
    for relation in &state.relations {
        related(declared, relation, state, &mut reasons);
    }
    trigger_in(declared, trigger, state, &mut reasons);
    reasons.0
}

/// The reasons found so far.
struct Reasons(Vec<String>);

impl Reasons {
    fn unless(&mut self, holds: bool, reason: impl Display) {
        if !holds {
            self.0.push(reason.to_string());
        }
    }

    fn unless_name<N: FromStr<Err = InvalidName>>(&mut self, text: &str) {
        if let Err(invalid) = text.parse::<N>() {
            self.0.push(invalid.to_string());
        }
    }

    /// What Juju gives a charm is read leniently; what a charm declares, Juju takes only by its own rule.
    fn unless_declarable<N: FromStr<Err = InvalidName>>(&mut self, text: &str, rule: fn(&str) -> bool) {
        let before = self.0.len();
        self.unless_name::<N>(text);
        if self.0.len() == before {
            self.unless(
                rule(text),
                format!("Juju takes no charm that declares the name `{text}`"),
            );
        }
    }
}

fn declaration(declared: &Declaration, reasons: &mut Reasons) {
    let endpoints: BTreeSet<&String> = declared
        .provides
        .iter()
        .chain(&declared.requires)
        .chain(&declared.peers)
        .collect();
    for endpoint in endpoints {
        reasons.unless_declarable::<EndpointName>(endpoint, is_endpoint);
        let roles = declared.roles(endpoint);
        reasons.unless(
            roles.len() == 1,
            format!("endpoint `{endpoint}` is declared under {}", roles.join(" and ")),
        );
        let reserved = endpoint == "juju" || endpoint.starts_with("juju-");
        reasons.unless(
            !reserved,
            format!("endpoint `{endpoint}` has a name that Juju reserves"),
        );
    }
    for container in &declared.containers {
        reasons.unless_name::<ContainerName>(container);
    }
    for storage in &declared.storages {
        reasons.unless_declarable::<StorageName>(storage, is_storage);
    }
    for action in declared.actions.keys() {
        reasons.unless_declarable::<ActionName>(action, |name| !name.ends_with('-'));
        let reserved = action == "juju" || action.starts_with("juju-");
        reasons.unless(
            !reserved,
            format!("action `{action}` has a name that Juju reserves"),
        );
    }
    for (option, (kind, default)) in &declared.options {
        let fits = default.as_ref().is_none_or(|default| kind.fits(default));
        reasons.unless(
            fits,
            format!("the default of option `{option}` is not of type {kind:?}"),
        );
    }
}

fn unit(declared: &Declaration, state: &State, reasons: &mut Reasons) {
    reasons.unless_name::<UnitName>(&state.unit);
    reasons.unless_name::<ModelName>(&state.model);
    reasons.unless(
        is_version(&state.juju_version),
        format!("`{}` is no version of Juju", state.juju_version),
    );
    let no_secrets = declared
        .options
        .iter()
        .filter(|(_, (kind, _))| *kind == OptionType::Secret && !is_at_least(&state.juju_version, &[3, 4]));
    for (option, _) in no_secrets {
        let version = &state.juju_version;
        let reason =
            format!("option `{option}` is a secret, which Juju {version} does not know: it came with 3.4");
        reasons.0.push(reason);
    }
    for (option, value) in &state.config {
        match declared.options.get(option) {
            None => reasons.0.push(format!("option `{option}` is not declared")),
            Some((kind, _)) => {
                reasons.unless(
                    kind.fits(value),
                    format!("option `{option}` is {value}, not of type {kind:?}"),
                );
            }
        }
    }
    let statuses = [
        "active",
        "waiting",
        "maintenance",
        "blocked",
        "unknown",
        "error",
        "terminated",
    ];
    let status = state.status.status.as_str();
    reasons.unless(statuses.contains(&status), format!("`{status}` is no status"));
    for port in &state.opened_ports {
        reasons.unless(is_port(port), format!("`{port}` is no port"));
    }
    for (key, value) in &state.stored {
        let fits = key.len() <= 256 && value.len() <= 64 * 1024;
        reasons.unless(fits, format!("`{key}` is too large for the charm state"));
    }
    for resource in state.resources.keys() {
        let known = declared.resources.contains(resource);
        reasons.unless(known, format!("resource `{resource}` is not declared"));
    }
    let ids: BTreeSet<&String> = state.secrets.iter().map(|secret| &secret.id).collect();
    reasons.unless(ids.len() == state.secrets.len(), "two secrets have the same URI");
    for secret in &state.secrets {
        secrets(secret, state, reasons);
    }
    let ids: BTreeSet<u32> = state.relations.iter().map(|relation| relation.id).collect();
    reasons.unless(
        ids.len() == state.relations.len(),
        "two relations have the same id",
    );
}

fn secrets(secret: &SecretState, state: &State, reasons: &mut Reasons) {
    let id = &secret.id;
    reasons.unless(is_secret_uri(id), format!("`{id}` is no URI of a secret"));
    let mut texts = secret.revisions.values().flat_map(BTreeMap::values);
    reasons.unless(
        texts.all(|text| !text.is_empty()),
        format!("secret `{id}` holds an empty text"),
    );
    let tracked = secret
        .tracked
        .is_none_or(|revision| secret.revisions.contains_key(&revision));
    reasons.unless(
        tracked && !secret.revisions.is_empty(),
        format!("secret `{id}` has no revision, or not the tracked one"),
    );
    let granted = secret.grants.keys().all(|id| state.relation(*id).is_some());
    reasons.unless(
        granted,
        format!("secret `{id}` is granted over a relation that is not in the state"),
    );
}

fn related(declared: &Declaration, relation: &RelationState, state: &State, reasons: &mut Reasons) {
    let RelationState {
        endpoint,
        remote_app,
        remote_units,
        ..
    } = relation;
    let roles = declared.roles(endpoint);
    reasons.unless(
        !roles.is_empty(),
        format!("endpoint `{endpoint}` is not declared"),
    );
    reasons.unless_name::<AppName>(remote_app);
    let is_peer = roles.contains(&"peers");
    let (own, with_own) = (state.app(), remote_app == state.app());
    if is_peer {
        reasons.unless(
            with_own,
            format!("peer endpoint `{endpoint}` is related to `{remote_app}`, not to `{own}`"),
        );
        let apart = !remote_units.contains_key(&state.unit);
        reasons.unless(apart, format!("`{}` is its own peer at `{endpoint}`", state.unit));
    } else {
        reasons.unless(
            !with_own,
            format!("endpoint `{endpoint}` is related to its own application"),
        );
    }
    for unit in remote_units.keys() {
        let belongs = unit
            .parse::<UnitName>()
            .is_ok_and(|unit| unit.app() == *remote_app.as_str());
        reasons.unless(belongs, format!("`{unit}` is no unit of `{remote_app}`"));
    }
    for (bag, what) in [
        (&relation.local_app_data, "own application"),
        (&relation.local_unit_data, "own unit"),
        (&relation.remote_app_data, "other application"),
    ] {
        let keeps = bag
            .iter()
            .all(|(key, value)| !key.is_empty() && !value.is_empty());
        reasons.unless(
            keeps,
            format!("the bag of the {what} at `{endpoint}` holds an empty key or value"),
        );
    }
}

fn trigger_in(declared: &Declaration, trigger: &Trigger, state: &State, reasons: &mut Reasons) {
    match &trigger.about {
        About::Unit => {
            let may = trigger.name != "leader-elected" || state.leader;
            reasons.unless(may, "`leader-elected` runs on a unit that does not lead");
            reasons.unless(!trigger.name.is_empty(), "a hook has no name");
        }
        About::Relation(about) => relation_trigger(&trigger.name, about, state, reasons),
        About::Workload { container, .. } => {
            let known = declared.containers.contains(container);
            reasons.unless(known, format!("container `{container}` is not declared"));
        }
        About::Secret { id, .. } => {
            reasons.unless(is_secret_uri(id), format!("`{id}` is no URI of a secret"));
            let version = &state.juju_version;
            reasons.unless(
                is_at_least(version, &[3]),
                format!(
                    "`{}` is a hook that Juju {version} does not have: secrets came with 3.0",
                    trigger.name
                ),
            );
        }
        About::Storage { id } => match id.parse::<StorageId>() {
            Ok(instance) => {
                let name = instance.name();
                let known = declared.storages.contains(name.as_str());
                reasons.unless(known, format!("storage `{name}` is not declared"));
            }
            Err(invalid) => reasons.0.push(invalid.to_string()),
        },
        About::Action { parameters } => match declared.actions.get(&trigger.name) {
            None => reasons
                .0
                .push(format!("action `{}` is not declared", trigger.name)),
            Some(types) => {
                for (name, value) in parameters {
                    match types.get(name) {
                        None => reasons.0.push(format!("parameter `{name}` is not declared")),
                        Some(kind) => {
                            reasons.unless(
                                kind.fits(value),
                                format!("parameter `{name}` is {value}, not of type {kind:?}"),
                            );
                        }
                    }
                }
            }
        },
    }
}

fn relation_trigger(hook: &str, about: &RelationTrigger, state: &State, reasons: &mut Reasons) {
    let RelationTrigger {
        id,
        endpoint,
        remote_app,
        remote_unit,
        departing,
    } = about;
    let Some(relation) = state
        .relation(*id)
        .filter(|relation| relation.endpoint == *endpoint)
    else {
        reasons
            .0
            .push(format!("relation `{endpoint}:{id}` is not in the state"));
        return;
    };
    let change = hook.rsplit('-').next().unwrap_or_default();
    let same = relation.remote_app == *remote_app || (remote_app.is_empty() && change == "broken");
    reasons.unless(
        same,
        format!(
            "relation `{endpoint}:{id}` is with `{}`, not `{remote_app}`",
            relation.remote_app
        ),
    );
    let some_unit = remote_unit.is_some() || !relation.remote_units.is_empty();
    let needs_unit = ["joined", "changed", "departed"].contains(&change);
    reasons.unless(some_unit || !needs_unit, format!("`{hook}` needs a remote unit"));
    if let Some(unit) = remote_unit {
        // A unit that departs is no longer listed.
        let there = change == "departed" || relation.remote_units.contains_key(unit);
        reasons.unless(there, format!("`{unit}` is not in relation `{endpoint}:{id}`"));
    }
    if let Some(unit) = departing {
        let known = Some(unit) == remote_unit.as_ref() || *unit == state.unit;
        reasons.unless(
            known,
            format!("`{unit}` departs, which is neither the remote unit nor this one"),
        );
    }
}
