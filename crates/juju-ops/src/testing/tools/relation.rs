//! The relation family, with Juju's permissions: who may read and write which bag.

use serde_json::{Value, json};

use super::{asked, pairs, told};
use crate::databag::Settings;
use crate::error::Refusal;
use crate::name::{AppName, UnitName};
use crate::testing::args::{Args, misuse};
use crate::testing::environment::MODEL_UUID;
use crate::testing::juju::{Answer, World};
use crate::testing::rules::is_at_least;
use crate::testing::{RelationState, State};

pub(super) fn ids(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format"], &[])?;
    args.at_most(1)?;
    let of_hook = world.trigger.relation().map(|about| about.endpoint.as_str());
    let endpoint = args
        .first()
        .or(of_hook)
        .ok_or_else(|| misuse("no relation name specified"))?;
    let mut ids: Vec<String> = world
        .state
        .relations
        .iter()
        .filter(|relation| relation.endpoint == *endpoint)
        .map(|relation| format!("{}:{}", relation.endpoint, relation.id))
        .collect();
    ids.sort();
    Ok(Some(json!(ids)))
}

pub(super) fn list(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format", "-r", "--relation"], &["--app"])?;
    args.at_most(0)?;
    let relation = relation(world, &args)?;
    if args.has("--app") {
        return Ok(Some(json!(relation.remote_app)));
    }
    let broken = world.trigger.name.ends_with("-relation-broken")
        && world
            .trigger
            .relation()
            .is_some_and(|about| about.id == relation.id);
    let units: Vec<&String> = relation.remote_units.keys().filter(|_| !broken).collect();
    Ok(Some(json!(units)))
}

pub(super) fn get(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format", "-r", "--relation"], &["--app"])?;
    args.at_most(2)?;
    let relation = relation(world, &args)?;
    let bag = match args.positional.get(1) {
        Some(target) => bag(&world.state, relation, target, args.has("--app"))?,
        None => bag_of_event(world, relation, args.has("--app"))?,
    };
    Ok(Some(match args.first() {
        None | Some("-") => json!(bag),
        Some(key) => bag.get(key).map_or(Value::Null, |value| json!(value)),
    }))
}

pub(super) fn set(world: &mut World, args: &[&str], stdin: Option<&[u8]>) -> Answer {
    let args = told(args, &["-r", "--relation", "--file"], &["--app"])?;
    let pairs = pairs(&args, stdin)?;
    let id = relation(world, &args)?.id;
    if args.has("--app") && !world.state.leader {
        return Err(Refusal {
            code: 1,
            message: "cannot write relation settings".to_owned(),
        });
    }
    for relation in world
        .state
        .relations
        .iter_mut()
        .filter(|relation| relation.id == id)
    {
        let bag = if args.has("--app") {
            &mut relation.local_app_data
        } else {
            &mut relation.local_unit_data
        };
        write(bag, &pairs);
    }
    Ok(None)
}

/// Juju has this command since 3.6.2.
pub(super) fn model_get(world: &World, args: &[&str]) -> Option<Answer> {
    is_at_least(&world.state.juju_version, &[3, 6, 2]).then(|| {
        let args = asked(args, &["--format", "-r", "--relation"], &[])?;
        args.at_most(0)?;
        let uuid = relation(world, &args)?.remote_model_uuid.as_deref();
        Ok(Some(json!({"uuid": uuid.unwrap_or(MODEL_UUID)})))
    })
}

fn write(bag: &mut Settings, pairs: &[(String, String)]) {
    for (key, value) in pairs {
        if value.is_empty() {
            bag.remove(key);
        } else {
            bag.insert(key.clone(), value.clone());
        }
    }
}

/// The relation that `-r` names, of which Juju reads only the number, or that the hook is about.
pub(super) fn relation<'w>(world: &'w World, args: &Args) -> Result<&'w RelationState, Refusal> {
    let state = &world.state;
    if let Some(text) = args.value("-r").or_else(|| args.value("--relation")) {
        let invalid = |why| misuse(format!("invalid value {text:?} for option -r: {why}"));
        let digits = text.rsplit_once(':').map_or(text, |(_, digits)| digits);
        let number: u32 = digits.parse().map_err(|_| invalid("invalid relation id"))?;
        return state
            .relation(number)
            .ok_or_else(|| invalid("relation not found"));
    }
    let of_hook = world
        .trigger
        .relation()
        .and_then(|about| state.relation(about.id));
    of_hook.ok_or_else(|| misuse("no relation id specified"))
}

fn bag_of_event<'w>(
    world: &'w World,
    relation: &'w RelationState,
    app: bool,
) -> Result<&'w Settings, Refusal> {
    let about = world.trigger.relation();
    if let Some(unit) = about.and_then(|about| about.remote_unit.as_ref()) {
        return bag(&world.state, relation, unit, app);
    }
    match about
        .map(|about| &about.remote_app)
        .filter(|remote_app| !remote_app.is_empty())
    {
        Some(remote_app) => bag(&world.state, relation, remote_app, true),
        None => Err(misuse("no unit or application specified")),
    }
}

/// A bag, if this unit may read it.
fn bag<'w>(
    state: &State,
    relation: &'w RelationState,
    target: &str,
    app: bool,
) -> Result<&'w Settings, Refusal> {
    let denied = || Refusal {
        code: 1,
        message: "permission denied".to_owned(),
    };
    let unit = target.parse::<UnitName>().ok();
    if !app && unit.is_none() {
        return Err(match target.parse::<AppName>() {
            Ok(app) => misuse(format!("expected unit name, got application name \"{app}\"")),
            Err(_) => misuse(format!("invalid unit name {target:?}")),
        });
    }
    if !app {
        return if target == state.unit {
            Ok(&relation.local_unit_data)
        } else {
            relation.remote_units.get(target).ok_or_else(denied)
        };
    }
    let app = unit.map_or_else(|| target.to_owned(), |unit| unit.app().to_string());
    let is_peer = relation.remote_app == state.app();
    if app == state.app() {
        return if is_peer || state.leader {
            Ok(&relation.local_app_data)
        } else {
            Err(denied())
        };
    }
    if app == relation.remote_app {
        Ok(&relation.remote_app_data)
    } else {
        Err(denied())
    }
}
