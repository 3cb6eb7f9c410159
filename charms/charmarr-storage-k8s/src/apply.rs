//! One step, carried out.

use std::collections::BTreeMap;

use juju_ops::Unit;
use serde::Serialize;

use crate::{
    Error, StorageCharm,
    observe::{NOTED, REMEMBERED},
    stage::{Step, claim, publish},
};

pub(crate) fn apply(charm: &mut StorageCharm, unit: &Unit, step: &Step) -> Result<(), Error> {
    match step {
        Step::Claim(step) => apply_claim(charm, unit, step),
        Step::Publish(step) => apply_publish(charm, unit, step),
        Step::CleanUp { claim, volume } => {
            tracing::info!(?claim, ?volume, "deleting the claim, as cleanup-on-remove asks");
            Ok(charm.storage.delete(claim.as_ref(), volume.as_ref())?)
        }
    }
}

fn apply_claim(charm: &mut StorageCharm, unit: &Unit, step: &claim::Step) -> Result<(), Error> {
    match step {
        claim::Step::ApplyVolume(wanted) => Ok(charm.storage.apply_volume(wanted)?),
        claim::Step::ApplyClaim(wanted) => Ok(charm.storage.apply_claim(wanted)?),
        claim::Step::Remember(remembered) => remember(unit, REMEMBERED, remembered),
    }
}

fn apply_publish(charm: &mut StorageCharm, unit: &Unit, step: &publish::Step) -> Result<(), Error> {
    let Some(leader) = unit.leader()? else {
        return Ok(());
    };
    match step {
        publish::Step::Publish(data) => Ok(charm.provider.publish_data(unit, leader, data).map(drop)?),
        publish::Step::Withdraw => Ok(charm.provider.withdraw_data(unit, leader).map(drop)?),
        publish::Step::Note { before, now } => {
            log_changes(before, now);
            remember(unit, NOTED, now)
        }
    }
}

/// One line for each application that came or went.
fn log_changes(before: &BTreeMap<u32, String>, now: &BTreeMap<u32, String>) {
    for (relation, name) in now {
        match before.get(relation) {
            None => tracing::info!("{name} came to the shared volume"),
            Some(old) if old != name => tracing::info!("{old} is called {name} now"),
            Some(_) => {}
        }
    }
    for name in before
        .iter()
        .filter(|(relation, _)| !now.contains_key(relation))
        .map(|(_, name)| name)
    {
        tracing::info!("{name} left the shared volume");
    }
}

fn remember(unit: &Unit, key: &'static str, value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string(value).map_err(|source| Error::Remember { what: key, source })?;
    Ok(unit.set_state(key, text)?)
}
