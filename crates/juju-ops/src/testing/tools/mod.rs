//! The hook commands, one file per family, answering as Juju's own do: texts and exit codes are those that a unit
//! agent of Juju 3.5 and 3.6 gives.

mod action;
mod network;
mod relation;
mod secret;
mod unit;

use super::args::{Args, Flags, misuse};
use super::juju::{Answer, World};
use crate::error::Refusal;

/// Runs a hook command; none where Juju has no such command (or this kit does not know it).
pub(super) fn run(world: &mut World, command: &str, args: &[&str], stdin: Option<&[u8]>) -> Option<Answer> {
    Some(match command {
        "relation-ids" => relation::ids(world, args),
        "relation-list" => relation::list(world, args),
        "relation-get" => relation::get(world, args),
        "relation-set" => relation::set(world, args, stdin),
        "relation-model-get" => relation::model_get(world, args)?,
        "secret-add" => secret::add(world, args),
        "secret-set" => secret::set(world, args),
        "secret-get" => secret::get(world, args),
        "secret-info-get" => secret::info(world, args),
        "secret-ids" => secret::ids(world, args),
        "secret-grant" => secret::grant(world, args),
        "secret-revoke" => secret::revoke(world, args),
        "secret-remove" => secret::remove(world, args),
        "network-get" => network::get(world, args),
        "resource-get" => network::resource(world, args),
        "config-get" => unit::config_get(world, args),
        "is-leader" => unit::is_leader(world, args),
        "status-get" => unit::status_get(world, args),
        "status-set" => unit::status_set(world, args),
        "state-get" => unit::state_get(world, args),
        "state-set" => unit::state_set(world, args, stdin),
        "state-delete" => unit::state_delete(world, args),
        "opened-ports" => unit::opened_ports(world, args),
        "open-port" => unit::open_port(world, args),
        "close-port" => unit::close_port(world, args),
        "application-version-set" => unit::version_set(world, args),
        "juju-log" => unit::log(world, args),
        "action-get" => action::get(world, args),
        "action-set" => action::set(world, args),
        "action-fail" => action::fail(world, args),
        "action-log" => action::log(world, args),
        _ => return None,
    })
}

/// Arguments of a command that answers: it must be asked for JSON, the only form this kit prints.
fn asked(
    args: &[&str],
    valued: &'static [&'static str],
    switches: &'static [&'static str],
) -> Result<Args, Refusal> {
    let args = Args::parse(args, &Flags { valued, switches })?;
    match args.value("--format") {
        Some("json") => Ok(args),
        Some(other) => Err(misuse(format!(
            "invalid value {other:?} for option --format: unknown format {other:?}"
        ))),
        None => Err(misuse("the testing kit answers with --format=json only")),
    }
}

/// Arguments of a command that only acts.
fn told(
    args: &[&str],
    valued: &'static [&'static str],
    switches: &'static [&'static str],
) -> Result<Args, Refusal> {
    Args::parse(args, &Flags { valued, switches })
}

/// Pairs from `--file -` and from `key=value` arguments; the arguments win.
fn pairs(args: &Args, stdin: Option<&[u8]>) -> Result<Vec<(String, String)>, Refusal> {
    let mut given: Vec<(String, String)> = Vec::new();
    for arg in &args.positional {
        let (key, value) = arg
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| misuse(format!("expected \"key=value\", got {arg:?}")))?;
        if given.iter().any(|(earlier, _)| earlier == key) {
            return Err(misuse(format!("key {key:?} specified more than once")));
        }
        given.push((key.to_owned(), value.to_owned()));
    }
    let mut pairs = match args.value("--file") {
        None => Vec::new(),
        Some("-") => document(stdin.unwrap_or(b"{}"))?,
        Some(path) => {
            return Err(Refusal {
                code: 1,
                message: format!("open {path}: no such file or directory"),
            });
        }
    };
    pairs.extend(given);
    Ok(pairs)
}

/// The keys and texts of a document as the framework writes it.
fn document(text: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let map: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(text).map_err(|error| Refusal {
            code: 1,
            message: format!("yaml: {error}"),
        })?;
    map.into_iter()
        .map(|(key, value)| match value.as_str() {
            Some(text) => Ok((key, text.to_owned())),
            None => Err(Refusal {
                code: 1,
                message: format!("yaml: cannot unmarshal {value} into string"),
            }),
        })
        .collect()
}
