//! `network-get`, `unit-get`.

use super::flags::{Args, switch};
use super::relation::{RELATION, given};
use super::value::Value;
use super::{HookContext, Output, SMART, Stop, Tool};
use juju_model::Network;

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "network-get",
        summary: "Say the addresses of a binding.",
        flags: &[
            RELATION,
            switch(&["bind-address"]),
            switch(&["ingress-address"]),
            switch(&["egress-subnets"]),
        ],
        formats: SMART,
        run: network,
    },
    Tool {
        name: "unit-get",
        summary: "Say an address of the unit.",
        flags: &[],
        formats: SMART,
        run: unit,
    },
];

fn known(context: &HookContext<'_>) -> Result<Network, Stop> {
    context
        .run()
        .network
        .ok_or_else(|| Stop::failed("no network config available"))
}

/// On Kubernetes all bindings are the same, and any name is one: the pod's address, and that of the Service.
fn network(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    given(context, args)?;
    if args.at_most(1)?.is_empty() {
        return Err(Stop::usage("no arguments specified"));
    }
    let Network {
        address,
        service_address,
    } = known(context)?;
    let bits = if service_address.is_ipv4() { 32 } else { 128 };
    let subnets = Value::texts([format!("{service_address}/{bits}")]);
    let asked = |name| args.is_on(name);
    let some = [
        ("bind-address", Value::text(address)),
        ("egress-subnets", subnets.clone()),
        ("ingress-address", Value::text(service_address)),
    ];
    let mut some: Vec<_> = some.into_iter().filter(|(name, _)| asked(name)).collect();
    let value = match some.len() {
        0 => {
            let hosts = [("hostname", ""), ("value", &address.to_string()), ("cidr", "")];
            let hosts = Value::map(hosts.map(|(key, value)| (key, Value::text(value))));
            let interface = Value::map([
                ("mac-address", Value::text("")),
                ("interface-name", Value::text("")),
                ("addresses", Value::List(vec![hosts])),
            ]);
            Value::map([
                ("bind-addresses", Value::List(vec![interface])),
                ("egress-subnets", subnets),
                ("ingress-addresses", Value::texts([service_address])),
            ])
        }
        1 => some.pop().map_or(Value::Null, |(_, value)| value),
        _ => Value::map(some),
    };
    Ok(value.into())
}

fn unit(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let Some(setting) = args.at_most(1)?.first() else {
        return Err(Stop::usage("no setting specified"));
    };
    let network = known(context)?;
    match setting.as_str() {
        "private-address" => Ok(Value::text(network.address).into()),
        "public-address" => Ok(Value::text(network.service_address).into()),
        _ => Err(Stop::usage(format!("unknown setting {setting:?}"))),
    }
}
