//! The action family: refused outside an action.

use serde_json::{Value, json};

use super::{asked, told};
use crate::error::Refusal;
use crate::testing::args::misuse;
use crate::testing::juju::{Answer, World};
use crate::testing::on::About;

pub(super) fn get(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format"], &[])?;
    args.at_most(1)?;
    let About::Action { parameters } = &world.trigger.about else {
        return Err(no_action());
    };
    let Some(path) = args.first() else {
        return Ok(Some(json!(parameters)));
    };
    let mut keys = path.split('.');
    let first = keys.next().and_then(|key| parameters.get(key));
    let found = keys.fold(first, |value, key| value.and_then(|value| value.get(key)));
    Ok(Some(found.cloned().unwrap_or(Value::Null)))
}

pub(super) fn set(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &[], &[])?;
    let mut results = Vec::new();
    for arg in &args.positional {
        let (key, value) = arg
            .split_once('=')
            .ok_or_else(|| misuse(format!("argument {arg:?} must be of the form key...=value")))?;
        check_key(key)?;
        results.push((key.to_owned(), value.to_owned()));
    }
    in_action(world)?;
    world.action.results.extend(results);
    Ok(None)
}

pub(super) fn fail(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &[], &[])?;
    args.at_most(1)?;
    in_action(world)?;
    let message = args
        .first()
        .unwrap_or("action failed without reason given, check action for errors");
    world.action.failure = Some(message.to_owned());
    Ok(None)
}

pub(super) fn log(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &[], &[])?;
    if args.positional.is_empty() {
        return Err(misuse("no message specified"));
    }
    in_action(world)?;
    world.action.progress.push(args.positional.join(" "));
    Ok(None)
}

fn check_key(key: &str) -> Result<(), Refusal> {
    if ["stdout", "stdout-encoding", "stderr", "stderr-encoding"].contains(&key) {
        return Err(misuse(format!("cannot set reserved action key {key:?}")));
    }
    let bad = key.split('.').find(|part| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        part.is_empty() || part.starts_with('-') || part.ends_with('-') || !part.chars().all(inner)
    });
    match bad {
        None => Ok(()),
        Some(part) => Err(misuse(format!(
            "key {part:?} must start and end with lowercase alphanumeric, \
             and contain only lowercase alphanumeric, hyphens and periods"
        ))),
    }
}

fn in_action(world: &World) -> Result<(), Refusal> {
    if matches!(world.trigger.about, About::Action { .. }) {
        Ok(())
    } else {
        Err(no_action())
    }
}

fn no_action() -> Refusal {
    Refusal {
        code: 1,
        message: "not running an action".to_owned(),
    }
}
