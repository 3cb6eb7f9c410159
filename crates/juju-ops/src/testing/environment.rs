//! The environment Juju gives a dispatch: a trigger and a state enter, variables leave.
//!
//! Which variables a hook has, and which are exported empty, follows Juju's
//! [hook documentation](https://documentation.ubuntu.com/juju/3.6/reference/hook/) and its unit agent.

use super::State;
use super::on::{About, RelationTrigger, Trigger};

/// The UUID of the model.
pub(super) const MODEL_UUID: &str = "0d2c1d7e-53a0-4f9c-8a1e-3b6f5c7d9e01";

pub(super) fn of(trigger: &Trigger, state: &State) -> Vec<(String, String)> {
    let unit = state.unit.replace('/', "-");
    let directory = format!("/var/lib/juju/agents/unit-{unit}/charm");
    let is_action = matches!(trigger.about, About::Action { .. });
    let kind = if is_action { "actions" } else { "hooks" };
    let mut variables = vec![
        ("JUJU_DISPATCH_PATH", format!("{kind}/{}", trigger.name)),
        (
            "JUJU_HOOK_NAME",
            if is_action {
                String::new()
            } else {
                trigger.name.clone()
            },
        ),
        ("JUJU_CHARM_DIR", directory.clone()),
        ("CHARM_DIR", directory),
        ("JUJU_UNIT_NAME", state.unit.clone()),
        ("JUJU_MODEL_NAME", state.model.clone()),
        ("JUJU_MODEL_UUID", MODEL_UUID.to_owned()),
        ("JUJU_VERSION", state.juju_version.clone()),
        ("JUJU_AVAILABILITY_ZONE", String::new()),
        ("LANG", "C.UTF-8".to_owned()),
    ];
    variables.extend(about(&trigger.name, &trigger.about));
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn about(name: &str, about: &About) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match about {
        About::Unit => Vec::new(),
        About::Relation(RelationTrigger {
            id,
            endpoint,
            remote_app,
            remote_unit,
            departing,
        }) => {
            let mut variables = vec![
                ("JUJU_RELATION", endpoint.clone()),
                ("JUJU_RELATION_ID", format!("{endpoint}:{id}")),
                ("JUJU_REMOTE_APP", remote_app.clone()),
                ("JUJU_REMOTE_UNIT", text(remote_unit)),
            ];
            variables.extend(departing.clone().map(|unit| ("JUJU_DEPARTING_UNIT", unit)));
            variables
        }
        About::Workload {
            container,
            notice_key,
            check,
        } => {
            let mut variables = vec![("JUJU_WORKLOAD_NAME", container.clone())];
            if let Some(key) = notice_key {
                variables.push(("JUJU_NOTICE_ID", "16".to_owned()));
                variables.push(("JUJU_NOTICE_TYPE", "custom".to_owned()));
                variables.push(("JUJU_NOTICE_KEY", key.clone()));
            }
            variables.extend(check.clone().map(|check| ("JUJU_PEBBLE_CHECK_NAME", check)));
            variables
        }
        About::Secret { id, revision } => {
            let bare = id.strip_prefix("secret:").unwrap_or(id);
            // Juju gives this hook the bare id
            let id = if name == "secret-expired" { bare } else { id };
            let mut variables = vec![
                ("JUJU_SECRET_ID", id.to_owned()),
                ("JUJU_SECRET_LABEL", String::new()),
            ];
            variables.extend(revision.map(|revision| ("JUJU_SECRET_REVISION", revision.to_string())));
            variables
        }
        About::Storage { id } => vec![
            ("JUJU_STORAGE_ID", id.clone()),
            ("JUJU_STORAGE_KIND", "filesystem".to_owned()),
            ("JUJU_STORAGE_LOCATION", format!("/var/lib/juju/storage/{id}")),
        ],
        About::Action { .. } => vec![
            ("JUJU_ACTION_NAME", name.to_owned()),
            ("JUJU_ACTION_UUID", "2".to_owned()),
            ("JUJU_ACTION_TAG", "action-2".to_owned()),
        ],
    }
}
