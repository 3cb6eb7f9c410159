//! The unit's own commands: options, leadership, status, state, ports, version, log.

use serde_json::{Map, Value, json};

use super::{asked, pairs, told};
use crate::error::Refusal;
use crate::hookcmds::{Level, ReportedStatus};
use crate::testing::args::misuse;
use crate::testing::juju::{Answer, World};

/// The statuses a charm can set, in the order of Juju's own message.
const SETTABLE: [&str; 4] = ["maintenance", "blocked", "waiting", "active"];

pub(super) fn config_get(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format"], &["--all", "-a"])?;
    let all = args.has("--all") || args.has("-a");
    args.at_most(1)?;
    let value = |name: &String, default: &Option<Value>| {
        world
            .state
            .config
            .get(name)
            .or(default.as_ref())
            .cloned()
            .unwrap_or(Value::Null)
    };
    let options: Map<String, Value> = world
        .declaration
        .options
        .iter()
        .map(|(name, (_, default))| (name.clone(), value(name, default)))
        .filter(|(_, value)| all || !value.is_null())
        .collect();
    match args.first() {
        Some(key) if all => Err(misuse(format!(
            "cannot use argument --all together with key {key:?}"
        ))),
        Some(key) => Ok(Some(options.get(key).cloned().unwrap_or(Value::Null))),
        None => Ok(Some(Value::Object(options))),
    }
}

pub(super) fn is_leader(world: &World, args: &[&str]) -> Answer {
    asked(args, &["--format"], &[])?.at_most(0)?;
    Ok(Some(json!(world.state.leader)))
}

pub(super) fn status_get(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format"], &["--include-data"])?;
    args.at_most(0)?;
    let ReportedStatus { status, message } = &world.state.status;
    Ok(Some(if args.has("--include-data") {
        json!({"message": message, "status": status, "status-data": {}})
    } else {
        json!({"status": status})
    }))
}

pub(super) fn status_set(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &[], &[])?;
    args.at_most(2)?;
    let status = args
        .first()
        .ok_or_else(|| misuse("invalid args, require <status> [message]"))?;
    if !SETTABLE.contains(&status) {
        let expected = SETTABLE.join(" ");
        return Err(misuse(format!(
            "invalid status {status:?}, expected one of [{expected}]"
        )));
    }
    let message = args.positional.get(1).cloned().unwrap_or_default();
    world.state.status = ReportedStatus {
        status: status.to_owned(),
        message,
    };
    Ok(None)
}

pub(super) fn state_get(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format"], &["--strict"])?;
    args.at_most(1)?;
    let stored = &world.state.stored;
    match args.first() {
        None | Some("-") if stored.is_empty() => Ok(Some(Value::Null)),
        None | Some("-") => Ok(Some(json!(stored))),
        Some(key) => match stored.get(key) {
            Some(value) => Ok(Some(json!(value))),
            None if args.has("--strict") => Err(Refusal {
                code: 1,
                message: format!("{key:?} not found"),
            }),
            None => Ok(Some(json!(""))),
        },
    }
}

pub(super) fn state_set(world: &mut World, args: &[&str], stdin: Option<&[u8]>) -> Answer {
    let args = told(args, &["--file"], &[])?;
    world.state.stored.extend(pairs(&args, stdin)?);
    Ok(None)
}

pub(super) fn state_delete(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &[], &[])?;
    args.at_most(1)?;
    let key = args.first().ok_or_else(|| misuse("no key specified"))?;
    world.state.stored.remove(key);
    Ok(None)
}

pub(super) fn opened_ports(world: &World, args: &[&str]) -> Answer {
    asked(args, &["--format"], &[])?.at_most(0)?;
    Ok(Some(json!(world.state.opened_ports)))
}

pub(super) fn open_port(world: &mut World, args: &[&str]) -> Answer {
    let port = port(args)?;
    world.state.opened_ports.insert(port);
    Ok(None)
}

pub(super) fn close_port(world: &mut World, args: &[&str]) -> Answer {
    let port = port(args)?;
    world.state.opened_ports.remove(&port);
    Ok(None)
}

fn port(args: &[&str]) -> Result<String, Refusal> {
    let args = told(args, &[], &[])?;
    args.at_most(1)?;
    let text = args.first().ok_or_else(|| misuse("no port or range specified"))?;
    if text == "icmp" {
        return Ok(text.to_owned());
    }
    let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if number.contains('-') {
        let message =
            "port ranges are not supported for k8s applications, please specify a single port".to_owned();
        return Err(Refusal { code: 1, message });
    }
    if !["tcp", "udp"].contains(&protocol) {
        return Err(misuse(format!(
            "invalid protocol {protocol:?}, expected \"tcp\", \"udp\", or \"icmp\""
        )));
    }
    let Ok(port) = number.parse::<u64>() else {
        let why = format!("strconv.Atoi: parsing {number:?}: invalid syntax");
        return Err(misuse(format!("invalid port {number:?}: {why}")));
    };
    if port > 65535 {
        return Err(misuse(format!(
            "port range bounds must be between 0 and 65535, got {port}-{port}"
        )));
    }
    Ok(format!("{port}/{protocol}"))
}

pub(super) fn version_set(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &[], &[])?;
    args.at_most(1)?;
    let version = args.first().ok_or_else(|| misuse("no version specified"))?;
    world.state.version = Some(version.to_owned());
    Ok(None)
}

pub(super) fn log(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &["-l", "--log-level"], &["--debug"])?;
    if args.positional.is_empty() {
        return Err(misuse("no message specified"));
    }
    let level = match args.value("--log-level").or_else(|| args.value("-l")) {
        Some("TRACE") => Level::Trace,
        _ if args.has("--debug") => Level::Debug,
        Some("DEBUG") => Level::Debug,
        Some("WARNING") => Level::Warning,
        Some("ERROR" | "CRITICAL") => Level::Error,
        Some(_) | None => Level::Info,
    };
    world.log.push((level, args.positional.join(" ")));
    Ok(None)
}
