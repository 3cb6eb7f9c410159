//! Triggers: why a dispatch runs. One function for each hook of Juju.

use serde_json::{Map, Value};

use super::RelationState;

/// Why a dispatch runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// The name of the hook or action.
    pub(super) name: String,
    pub(super) about: About,
}

/// What a hook is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum About {
    Unit,
    Relation(RelationTrigger),
    Workload {
        container: String,
        notice_key: Option<String>,
        check: Option<String>,
    },
    Secret {
        id: String,
        revision: Option<u64>,
    },
    Storage {
        id: String,
    },
    Action {
        parameters: Map<String, Value>,
    },
}

/// The relation variables of a hook.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RelationTrigger {
    pub(super) id: u32,
    pub(super) endpoint: String,
    /// Empty where the unit agent has forgotten it.
    pub(super) remote_app: String,
    pub(super) remote_unit: Option<String>,
    pub(super) departing: Option<String>,
}

impl Trigger {
    /// The relation the hook is about, if it is about one.
    pub(super) fn relation(&self) -> Option<&RelationTrigger> {
        if let About::Relation(relation) = &self.about {
            Some(relation)
        } else {
            None
        }
    }
}

/// Defines the hooks that are about the unit as a whole.
macro_rules! unit_hooks {
    ($($function:ident: $hook:literal),+ $(,)?) => {
        $(
            #[doc = concat!("The hook `", $hook, "`.")]
            pub fn $function() -> Trigger {
                hook($hook)
            }
        )+
    };
}

unit_hooks! {
    install: "install",
    start: "start",
    config_changed: "config-changed",
    upgrade_charm: "upgrade-charm",
    update_status: "update-status",
    stop: "stop",
    remove: "remove",
    leader_elected: "leader-elected",
}

/// A hook by its name, such as one that a later Juju adds.
pub fn hook(name: impl Into<String>) -> Trigger {
    Trigger {
        name: name.into(),
        about: About::Unit,
    }
}

/// The hook `<endpoint>-relation-created`.
pub fn relation_created(relation: &RelationState) -> Trigger {
    about_relation(relation, "created", None, None)
}

/// The hook `<endpoint>-relation-joined`: a remote unit came.
pub fn relation_joined(relation: &RelationState, remote_unit: &str) -> Trigger {
    about_relation(relation, "joined", Some(remote_unit), None)
}

/// The hook `<endpoint>-relation-changed` because the bag of the remote application changed.
pub fn relation_changed(relation: &RelationState) -> Trigger {
    about_relation(relation, "changed", None, None)
}

/// The hook `<endpoint>-relation-changed` because the bag of a remote unit changed.
pub fn relation_unit_changed(relation: &RelationState, remote_unit: &str) -> Trigger {
    about_relation(relation, "changed", Some(remote_unit), None)
}

/// The hook `<endpoint>-relation-departed`: `departing` is the remote unit, or the own where it is this one that goes.
pub fn relation_departed(relation: &RelationState, remote_unit: &str, departing: &str) -> Trigger {
    about_relation(relation, "departed", Some(remote_unit), Some(departing))
}

/// The hook `<endpoint>-relation-broken`. The state still has the relation, as Juju 3.5 still lists it.
pub fn relation_broken(relation: &RelationState) -> Trigger {
    about_relation(relation, "broken", None, None)
}

/// The same after a restart of the unit agent, which then has forgotten who is at the other side.
pub fn relation_broken_after_restart(relation: &RelationState) -> Trigger {
    let forgotten = RelationState {
        remote_app: String::new(),
        ..relation.clone()
    };
    about_relation(&forgotten, "broken", None, None)
}

/// The hook `<container>-pebble-ready`.
pub fn pebble_ready(container: &str) -> Trigger {
    about_workload(container, "pebble-ready", None, None)
}

/// The hook `<container>-pebble-custom-notice`.
pub fn pebble_custom_notice(container: &str, key: &str) -> Trigger {
    about_workload(container, "pebble-custom-notice", Some(key), None)
}

/// The hook `<container>-pebble-check-failed`.
pub fn pebble_check_failed(container: &str, check: &str) -> Trigger {
    about_workload(container, "pebble-check-failed", None, Some(check))
}

/// The hook `<container>-pebble-check-recovered`.
pub fn pebble_check_recovered(container: &str, check: &str) -> Trigger {
    about_workload(container, "pebble-check-recovered", None, Some(check))
}

/// The hook `secret-changed`.
pub fn secret_changed(id: &str) -> Trigger {
    about_secret("secret-changed", id, None)
}

/// The hook `secret-rotate`.
pub fn secret_rotate(id: &str) -> Trigger {
    about_secret("secret-rotate", id, None)
}

/// The hook `secret-expired`.
pub fn secret_expired(id: &str, revision: u64) -> Trigger {
    about_secret("secret-expired", id, Some(revision))
}

/// The hook `secret-remove`.
pub fn secret_remove(id: &str, revision: u64) -> Trigger {
    about_secret("secret-remove", id, Some(revision))
}

/// The hook `<storage>-storage-attached` of an instance such as `data/0`.
pub fn storage_attached(id: &str) -> Trigger {
    about_storage("attached", id)
}

/// The hook `<storage>-storage-detaching`.
pub fn storage_detaching(id: &str) -> Trigger {
    about_storage("detaching", id)
}

/// An action with its parameters, as after Juju inserted the defaults.
pub fn action<const N: usize>(name: impl Into<String>, parameters: [(&str, Value); N]) -> Trigger {
    let parameters = parameters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    action_with(name, parameters.collect())
}

/// An action with parameters that are not known when the test is written.
pub fn action_with(name: impl Into<String>, parameters: Map<String, Value>) -> Trigger {
    Trigger {
        name: name.into(),
        about: About::Action { parameters },
    }
}

fn about_relation(
    relation: &RelationState,
    change: &str,
    remote_unit: Option<&str>,
    departing: Option<&str>,
) -> Trigger {
    let RelationState {
        id,
        endpoint,
        remote_app,
        ..
    } = relation;
    Trigger {
        name: format!("{endpoint}-relation-{change}"),
        about: About::Relation(RelationTrigger {
            id: *id,
            endpoint: endpoint.clone(),
            remote_app: remote_app.clone(),
            remote_unit: remote_unit.map(str::to_owned),
            departing: departing.map(str::to_owned),
        }),
    }
}

fn about_workload(container: &str, change: &str, notice_key: Option<&str>, check: Option<&str>) -> Trigger {
    Trigger {
        name: format!("{container}-{change}"),
        about: About::Workload {
            container: container.to_owned(),
            notice_key: notice_key.map(str::to_owned),
            check: check.map(str::to_owned),
        },
    }
}

fn about_secret(hook: &str, id: &str, revision: Option<u64>) -> Trigger {
    Trigger {
        name: hook.to_owned(),
        about: About::Secret {
            id: id.to_owned(),
            revision,
        },
    }
}

fn about_storage(change: &str, id: &str) -> Trigger {
    let name = id.split_once('/').map_or(id, |(name, _)| name);
    Trigger {
        name: format!("{name}-storage-{change}"),
        about: About::Storage { id: id.to_owned() },
    }
}
