//! One step, carried out.

use std::collections::BTreeMap;

use juju_ops::Unit;

use crate::{
    Error, StorageCharm,
    observe::{NOTED, REMEMBERED},
    stage::{Step, claim, publish},
};

pub(crate) fn apply(charm: &mut StorageCharm, unit: &Unit, step: &Step) -> Result<(), Error> {
    match step {
        Step::Claim(step) => apply_claim(charm, unit, step),
        Step::Publish(step) => apply_publish(charm, unit, step),
        Step::HandOver { claim, application } => {
            let (name, app) = (&claim.name, unit.app());
            tracing::warn!(
                "claim `{name}` is deleted when application `{app}` is removed, as cleanup-on-remove asks; if it is only scaled to 0, its next unit keeps the claim"
            );
            Ok(charm.storage.hand_over(claim, app.as_str(), application)?)
        }
    }
}

fn apply_claim(charm: &mut StorageCharm, unit: &Unit, step: &claim::Step) -> Result<(), Error> {
    match step {
        claim::Step::ApplyVolume(wanted) => Ok(charm.storage.apply_volume(wanted)?),
        claim::Step::ApplyClaim(wanted) => Ok(charm.storage.apply_claim(wanted)?),
        claim::Step::Reclaim { volume, uid } => {
            tracing::info!("volume `{volume}` is reclaimed with its data");
            Ok(charm.storage.reclaim(volume, uid)?)
        }
        claim::Step::TakeBack { claim, application } => Ok(charm.storage.take_back(claim, application)?),
        claim::Step::Remember(remembered) => {
            let note = serde_json::to_string(remembered).map_err(Error::Note)?;
            // The unit remembers what the application does, and never more.
            if charm.storage.note(unit.app().as_str(), &note)? {
                unit.remember(REMEMBERED, remembered)?;
            }
            Ok(())
        }
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
            Ok(unit.remember(NOTED, now)?)
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
