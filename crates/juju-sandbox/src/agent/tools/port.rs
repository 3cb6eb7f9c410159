//! `open-port`, `close-port`, `opened-ports`.

use super::flags::{Args, Flag, switch, text};
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool};
use juju_model::Port;
use std::collections::BTreeSet;

/// Taken and not looked at: on Kubernetes a port is open for all endpoints.
const ENDPOINTS: Flag = text(&["endpoints"]);

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "open-port",
        summary: "Open a port.",
        flags: &[ENDPOINTS],
        formats: SILENT,
        run: |context, args| edit(context, args, BTreeSet::insert),
    },
    Tool {
        name: "close-port",
        summary: "Close a port.",
        flags: &[ENDPOINTS],
        formats: SILENT,
        run: |context, args| edit(context, args, |ports, port| ports.remove(&port)),
    },
    Tool {
        name: "opened-ports",
        summary: "List the opened ports.",
        flags: &[switch(&["endpoints"])],
        formats: SMART,
        run: list,
    },
];

fn current<'a>(context: &'a HookContext<'_>) -> &'a BTreeSet<Port> {
    context.changes.ports.as_ref().unwrap_or(&context.run().ports)
}

fn edit(
    context: &mut HookContext<'_>,
    args: &Args,
    edit: fn(&mut BTreeSet<Port>, Port) -> bool,
) -> Result<Output, Stop> {
    let text = args
        .at_most(1)?
        .first()
        .ok_or_else(|| Stop::usage("no port or range specified"))?;
    let port = parse(text)?;
    let mut ports = current(context).clone();
    if edit(&mut ports, port) {
        context.changes.ports = Some(ports);
    }
    Ok(Output::Nothing)
}

/// `80`, `80/udp`, `icmp`. A range is understood, and refused: Kubernetes has none.
fn parse(text: &str) -> Result<Port, Stop> {
    if text.eq_ignore_ascii_case("icmp") {
        return Ok(Port::Icmp);
    }
    let (range, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (from, to) = match range.split_once('-') {
        Some((from, to)) => (number(from)?, number(to)?),
        None => (number(range)?, number(range)?),
    };
    let make = match protocol.to_ascii_lowercase().as_str() {
        "tcp" => Port::Tcp,
        "udp" => Port::Udp,
        _ => {
            let expected = "expected \"tcp\", \"udp\", or \"icmp\"";
            return Err(Stop::usage(format!("invalid protocol {protocol:?}, {expected}")));
        }
    };
    let (Ok(port), Ok(_)) = (u16::try_from(from), u16::try_from(to)) else {
        return Err(Stop::usage(format!(
            "port range bounds must be between 0 and 65535, got {from}-{to}"
        )));
    };
    match from.cmp(&to) {
        std::cmp::Ordering::Equal => Ok(make(port)),
        std::cmp::Ordering::Less => Err(Stop::failed(
            "port ranges are not supported for k8s applications, please specify a single port",
        )),
        std::cmp::Ordering::Greater => Err(Stop::usage(format!("invalid port range {from}-{to}"))),
    }
}

fn number(text: &str) -> Result<i64, Stop> {
    let why = format!("strconv.Atoi: parsing {text:?}: invalid syntax");
    text.parse()
        .map_err(|_| Stop::usage(format!("invalid port {text:?}: {why}")))
}

fn list(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    let suffix = if args.is_on("endpoints") { " (*)" } else { "" };
    let mut ports: Vec<_> = current(context)
        .iter()
        .map(|port| (sort_key(port), format!("{port}{suffix}")))
        .collect();
    ports.sort();
    Ok(Value::texts(ports.into_iter().map(|(_, text)| text)).into())
}

/// Juju sorts by protocol, then by number.
fn sort_key(port: &Port) -> (u8, u16) {
    match port {
        Port::Icmp => (0, 0),
        Port::Tcp(port) => (1, *port),
        Port::Udp(port) => (2, *port),
    }
}
