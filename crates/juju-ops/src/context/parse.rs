//! The event of a dispatch. Variables enter, an [`Event`] leaves.
//!
//! The kind comes from the end of the hook's name; who it is about comes from the variables, never from the start of
//! the name, because endpoint, container and storage names contain dashes too. A name that ends in no known kind is
//! [`Event::Other`].

use super::ContextError;
use super::environment::Environment;
use crate::event::{
    ActionEvent, Event, RelationChange, RelationEvent, SecretChange, SecretEvent, StorageChange,
    StorageEvent, WorkloadChange, WorkloadEvent,
};
use crate::name::{SecretId, StorageId};

pub(super) fn event(environment: &Environment) -> Result<Event, ContextError> {
    let path = environment.text("JUJU_DISPATCH_PATH")?;
    match path.split_once('/') {
        Some(("hooks", hook)) if !hook.is_empty() => hook_event(hook, environment),
        Some(("actions", name)) if !name.is_empty() => action_event(environment),
        Some(_) | None => Err(ContextError::DispatchPath {
            path: path.to_owned(),
        }),
    }
}

fn action_event(environment: &Environment) -> Result<Event, ContextError> {
    Ok(Event::Action(ActionEvent {
        name: environment.name("JUJU_ACTION_NAME")?,
        id: environment.text("JUJU_ACTION_UUID")?.to_owned(),
    }))
}

fn hook_event(hook: &str, environment: &Environment) -> Result<Event, ContextError> {
    Ok(match hook {
        "install" => Event::Install,
        "start" => Event::Start,
        "config-changed" => Event::ConfigChanged,
        "upgrade-charm" => Event::UpgradeCharm,
        "update-status" => Event::UpdateStatus,
        "stop" => Event::Stop,
        "remove" => Event::Remove,
        "leader-elected" => Event::LeaderElected,
        _ => return family_event(hook, environment),
    })
}

/// A hook of a family: `<endpoint>-relation-…`, `<container>-pebble-…`, `secret-…`, `<storage>-storage-…`.
fn family_event(hook: &str, environment: &Environment) -> Result<Event, ContextError> {
    if let Some(change) = relation_change(hook, environment)? {
        return relation_event(change, environment);
    }
    if let Some(change) = workload_change(hook, environment)? {
        let container = environment.name("JUJU_WORKLOAD_NAME")?;
        return Ok(Event::Workload(WorkloadEvent { container, change }));
    }
    if let Some(change) = secret_change(hook, environment)? {
        return secret_event(change, environment);
    }
    if let Some(change) = storage_change(hook) {
        return storage_event(change, environment);
    }
    Ok(Event::Other(hook.to_owned()))
}

fn relation_change(hook: &str, environment: &Environment) -> Result<Option<RelationChange>, ContextError> {
    let Some(change) = after(hook, "-relation-") else {
        return Ok(None);
    };
    Ok(match change {
        "created" => Some(RelationChange::Created),
        "joined" => Some(RelationChange::Joined),
        "changed" => Some(RelationChange::Changed),
        "departed" => Some(RelationChange::Departed {
            departing_unit: environment.name_if_set("JUJU_DEPARTING_UNIT")?,
        }),
        "broken" => Some(RelationChange::Broken),
        _ => None,
    })
}

fn relation_event(change: RelationChange, environment: &Environment) -> Result<Event, ContextError> {
    Ok(Event::Relation(RelationEvent {
        endpoint: environment.name("JUJU_RELATION")?,
        id: environment.name("JUJU_RELATION_ID")?,
        remote_app: environment.name_if_set("JUJU_REMOTE_APP")?,
        remote_unit: environment.name_if_set("JUJU_REMOTE_UNIT")?,
        change,
    }))
}

fn workload_change(hook: &str, environment: &Environment) -> Result<Option<WorkloadChange>, ContextError> {
    let Some(change) = after(hook, "-pebble-") else {
        return Ok(None);
    };
    Ok(match change {
        "ready" => Some(WorkloadChange::Ready),
        "custom-notice" => Some(WorkloadChange::CustomNotice {
            id: environment.text("JUJU_NOTICE_ID")?.to_owned(),
            kind: environment.text("JUJU_NOTICE_TYPE")?.to_owned(),
            key: environment.text("JUJU_NOTICE_KEY")?.to_owned(),
        }),
        "check-failed" => Some(WorkloadChange::CheckFailed {
            check: check_name(environment)?,
        }),
        "check-recovered" => Some(WorkloadChange::CheckRecovered {
            check: check_name(environment)?,
        }),
        _ => None,
    })
}

fn check_name(environment: &Environment) -> Result<String, ContextError> {
    environment.text("JUJU_PEBBLE_CHECK_NAME").map(str::to_owned)
}

fn secret_change(hook: &str, environment: &Environment) -> Result<Option<SecretChange>, ContextError> {
    Ok(match hook {
        "secret-changed" => Some(SecretChange::Changed),
        "secret-rotate" => Some(SecretChange::Rotate),
        "secret-expired" => Some(SecretChange::Expired {
            revision: environment.number("JUJU_SECRET_REVISION")?,
        }),
        "secret-remove" => Some(SecretChange::Remove {
            revision: environment.number("JUJU_SECRET_REVISION")?,
        }),
        _ => None,
    })
}

/// Juju names the secret by its URI, but in `secret-expired` by what follows its `secret:` (seen in Juju 3.5).
fn secret_event(change: SecretChange, environment: &Environment) -> Result<Event, ContextError> {
    let variable = "JUJU_SECRET_ID";
    let id = SecretId::with_or_without_scheme(environment.text(variable)?)
        .map_err(|source| ContextError::Invalid { variable, source })?;
    Ok(Event::Secret(SecretEvent {
        id,
        label: environment.get("JUJU_SECRET_LABEL").map(str::to_owned),
        change,
    }))
}

fn storage_change(hook: &str) -> Option<StorageChange> {
    match after(hook, "-storage-")? {
        "attached" => Some(StorageChange::Attached),
        "detaching" => Some(StorageChange::Detaching),
        _ => None,
    }
}

fn storage_event(change: StorageChange, environment: &Environment) -> Result<Event, ContextError> {
    let id: StorageId = environment.name("JUJU_STORAGE_ID")?;
    Ok(Event::Storage(StorageEvent {
        name: id.name(),
        id,
        location: environment.get("JUJU_STORAGE_LOCATION").map(str::to_owned),
        change,
    }))
}

/// What follows the last `marker` of a hook's name.
fn after<'a>(hook: &'a str, marker: &str) -> Option<&'a str> {
    hook.rsplit_once(marker)
        .filter(|(subject, _)| !subject.is_empty())
        .map(|(_, change)| change)
}
