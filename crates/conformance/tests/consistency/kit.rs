//! The testing kit of `juju-ops`: a declaration, a state and a trigger are made from the case.

use juju_ops::testing::{Context, Declaration, OptionType, ParameterType, RelationState, State, Trigger, on};
use serde_json::Value;

use super::case::{About, Case, Event, Relation};

/// Why it refuses the case; nothing where it accepts.
pub(crate) fn refusals(case: &Case) -> Vec<String> {
    let context = Context::new(declaration(case));
    match context.with_unit(&trigger(case), &state(case), |_| ()) {
        Ok(_) => Vec::new(),
        Err(inconsistent) => inconsistent.reasons,
    }
}

fn declaration(case: &Case) -> Declaration {
    let charm = &case.charm;
    let mut declared = Declaration::new("cinema");
    for (name, _) in charm.declared("provides") {
        declared = declared.provides(name);
    }
    for (name, _) in charm.declared("requires") {
        declared = declared.requires(name);
    }
    for (name, _) in charm.declared("peers") {
        declared = declared.peers(name);
    }
    for (name, _) in charm.declared("containers") {
        declared = declared.container(name);
    }
    for (name, _) in charm.declared("storage") {
        declared = declared.storage(name);
    }
    for (name, option) in &charm.options {
        let kind = option_type(&option["type"]);
        declared = match option.get("default") {
            Some(default) => declared.option_with_default(name, kind, default.clone()),
            None => declared.option(name, kind),
        };
    }
    for (name, action) in &charm.actions {
        let params = action.get("params").and_then(Value::as_object);
        let params = params.into_iter().flatten();
        declared = declared.action_with(
            name,
            params.map(|(name, schema)| (name.clone(), parameter_type(&schema["type"]))),
        );
    }
    declared
}

fn option_type(text: &Value) -> OptionType {
    match text.as_str().unwrap() {
        "string" => OptionType::String,
        "int" => OptionType::Int,
        "float" => OptionType::Float,
        "boolean" => OptionType::Boolean,
        "secret" => OptionType::Secret,
        other => panic!("the kit has no option type {other}"),
    }
}

fn parameter_type(text: &Value) -> ParameterType {
    match text.as_str().unwrap() {
        "string" => ParameterType::String,
        "boolean" => ParameterType::Boolean,
        "integer" => ParameterType::Integer,
        "number" => ParameterType::Number,
        "array" => ParameterType::Array,
        "object" => ParameterType::Object,
        other => panic!("the kit has no parameter type {other}"),
    }
}

fn state(case: &Case) -> State {
    let mut state = State::new("cinema/0");
    state.leader = case.state.leader;
    if let Some(version) = &case.state.juju {
        state.juju_version.clone_from(version);
    }
    state.config = case.state.config.clone().into_iter().collect();
    state.relations = case.state.relations.iter().map(relation).collect();
    let ports = case.state.ports.iter();
    state.opened_ports = ports
        .map(|port| format!("{}/{}", port.port, port.protocol))
        .collect();
    state
}

fn relation(told: &Relation) -> RelationState {
    let app = told.app.as_deref().unwrap_or("cinema");
    let mut relation = RelationState::new(told.id, &told.endpoint, app);
    let numbers = told.peers.as_ref().unwrap_or(&told.units);
    relation.remote_units = numbers
        .iter()
        .map(|number| (format!("{app}/{number}"), [].into()))
        .collect();
    let texts = |bag: &std::collections::BTreeMap<String, Value>| {
        bag.iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
            .collect()
    };
    relation.local_app_data = texts(&told.said);
    relation.remote_app_data = texts(&told.heard);
    relation
}

fn trigger(case: &Case) -> Trigger {
    let about = match &case.event {
        Event::Unit(hook) => return on::hook(hook),
        Event::About(about) => about,
    };
    match about {
        About::RelationCreated(of) => on::relation_created(&relation(of)),
        About::RelationJoined(of) => on::relation_joined(&relation(of), &unit(of).unwrap()),
        About::RelationChanged(of) => match unit(of) {
            Some(unit) => on::relation_unit_changed(&relation(of), &unit),
            None => on::relation_changed(&relation(of)),
        },
        About::PebbleReady(container) => on::pebble_ready(container),
        About::PebbleCustomNotice { container, notice } => on::pebble_custom_notice(container, notice),
        About::PebbleCheckFailed { container, check } => on::pebble_check_failed(container, check),
        About::StorageAttached(id) => on::storage_attached(id),
        About::SecretChanged(id) => on::secret_changed(id),
        About::Action { name, params } => on::action_with(name, params.clone()),
        About::Raw(event) => panic!("the kit cannot make the trigger {event}"),
    }
}

/// The unit at the other side that an event is about.
fn unit(of: &Relation) -> Option<String> {
    let app = of.app.as_deref().unwrap_or("cinema");
    Some(format!("{app}/{}", of.unit?))
}
