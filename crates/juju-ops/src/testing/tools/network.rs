//! Addresses and resources.

use serde_json::json;

use super::relation::relation;
use super::{asked, told};
use crate::error::Refusal;
use crate::testing::args::misuse;
use crate::testing::juju::{Answer, World};

pub(super) fn get(world: &World, args: &[&str]) -> Answer {
    let args = asked(
        args,
        &["--format", "-r", "--relation"],
        &["--bind-address", "--ingress-address", "--egress-subnets"],
    )?;
    args.at_most(1)?;
    let binding = args.first().ok_or_else(|| misuse("no arguments specified"))?;
    if binding != "juju-info" && world.declaration.roles(binding).is_empty() {
        return Err(failure(format!(
            "no network config found for binding {binding:?}"
        )));
    }
    if args.value("-r").or(args.value("--relation")).is_some() {
        relation(world, &args)?;
    }
    let network = &world.state.network;
    let wanted = [
        ("--bind-address", json!(network.bind_address())),
        ("--ingress-address", json!(network.ingress_address())),
        ("--egress-subnets", json!(network.egress_subnets.first())),
    ];
    let mut asked_for = wanted.into_iter().filter(|(flag, _)| args.has(flag));
    match (asked_for.next(), asked_for.next()) {
        (None, _) => Ok(Some(json!(network))),
        (Some((_, value)), None) => Ok(Some(value)),
        (Some(_), Some(_)) => Err(misuse("the testing kit answers one of the addresses at a time")),
    }
}

/// The path of a resource, without a line end.
pub(super) fn resource(world: &World, args: &[&str]) -> Answer {
    let args = told(args, &[], &[])?;
    let name = args
        .first()
        .ok_or_else(|| misuse("missing required resource name"))?;
    args.at_most(1)?;
    match world.state.resources.get(name) {
        Some(path) => Ok(Some(json!(path))),
        None => Err(failure(format!(
            "could not download resource: resource {name:?} not found"
        ))),
    }
}

fn failure(message: String) -> Refusal {
    Refusal { code: 1, message }
}
