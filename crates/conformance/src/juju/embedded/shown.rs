//! The model as the suite shows it: the same members that the real agent's harness gives.

use juju_model::{ActionId, AgentStatus, AppName, Bag, Life, Party, Relation, Status, UnitName, World};
use serde_json::{Map, Value, json};

/// The whole model.
pub(super) fn model(world: &World) -> Value {
    let applications: Map<String, Value> = world
        .applications()
        .keys()
        .map(|app| (app.to_string(), application(world, app)))
        .collect();
    let relations: Vec<Value> = world.relations().values().map(relation).collect();
    let actions: Vec<Value> = world
        .actions()
        .keys()
        .filter_map(|id| full_action(world, *id))
        .collect();
    let secrets = world.secrets().iter().map(|(id, secret)| {
        let owner = match &secret.owner {
            Party::Application(app) => app.to_string(),
            Party::Unit(unit) => unit.to_string(),
        };
        json!({"id": id.as_str(), "owner": owner, "label": secret.label, "revision": secret.latest})
    });
    let secrets: Vec<Value> = secrets.collect();
    json!({"applications": applications, "relations": relations, "actions": actions, "secrets": secrets})
}

/// One action.
pub(super) fn action(world: &World, id: ActionId) -> Option<Value> {
    let action = world.actions().get(&id)?;
    Some(json!({
        "id": id.to_string(),
        "status": action.status.to_string(),
        "message": action.message,
        "results": action.results,
    }))
}

/// The same with what was asked and said.
fn full_action(world: &World, id: ActionId) -> Option<Value> {
    let asked = world.actions().get(&id)?;
    let mut shown = action(world, id)?;
    let members = shown.as_object_mut()?;
    members.insert("unit".to_owned(), json!(asked.unit));
    members.insert("name".to_owned(), json!(asked.name));
    members.insert("log".to_owned(), json!(asked.log));
    Some(shown)
}

fn application(world: &World, app: &AppName) -> Value {
    let Some(application) = world.application(app) else {
        return Value::Null;
    };
    let units: Map<String, Value> = application
        .units
        .keys()
        .map(|number| UnitName::new(app.clone(), *number))
        .map(|name| (name.to_string(), unit(world, &name)))
        .collect();
    json!({
        "life": life(application.life),
        "status": world.application_status(app).map(|shown| status(&shown)),
        "leader": application.leader.as_ref().map(ToString::to_string),
        "units": units,
    })
}

fn unit(world: &World, name: &UnitName) -> Value {
    let Some(unit) = world.unit(name) else {
        return Value::Null;
    };
    let failed = unit
        .agent
        .failed
        .as_ref()
        .filter(|_| unit.agent_status == AgentStatus::Error);
    let message = failed
        .map(|failed| format!("hook failed: \"{}\"", failed.hook))
        .unwrap_or_default();
    let ports: Vec<String> = unit.ports.iter().map(ToString::to_string).collect();
    json!({
        "life": life(unit.life),
        "agent": unit.agent_status.to_string(),
        "agent-message": message,
        "workload": status(&unit.workload),
        "version": unit.workload_version.clone().unwrap_or_default(),
        "ports": ports,
        "state": unit.state,
        "address": unit.network.map(|network| network.address),
    })
}

fn relation(relation: &Relation) -> Value {
    let mut endpoints: Vec<String> = relation
        .sides
        .iter()
        .map(|side| format!("{}:{}", side.app, side.endpoint))
        .collect();
    endpoints.sort();
    let content = |bag: &Bag| json!(bag.settings);
    let bags: Map<String, Value> = relation
        .sides
        .iter()
        .flat_map(|side| {
            let app = (side.app.to_string(), content(&side.bag));
            let units = side
                .units
                .iter()
                .map(|(unit, bag)| (unit.to_string(), content(bag)));
            std::iter::once(app).chain(units)
        })
        .collect();
    json!({"id": relation.id.0, "life": life(relation.life), "endpoints": endpoints, "bags": bags})
}

fn status(status: &Status) -> Value {
    json!({"status": status.status.to_string(), "message": status.message})
}

fn life(life: Life) -> &'static str {
    match life {
        Life::Alive => "alive",
        Life::Dying => "dying",
    }
}
