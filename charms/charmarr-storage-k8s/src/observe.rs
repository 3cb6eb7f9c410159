//! From the world to facts, gate by gate.

use charmarr_lib::interfaces::media_storage::{MediaStorage, MediaStorageProvider};
use juju_ops::{Event, Provides, Relation, Remote, Unit};

use crate::{
    Error, StorageCharm,
    facts::{Consumer, Facts, Leaving, Observed, Read, Remembered, Seen},
    options::{Options, Wanted},
};

/// The key of the charm state that holds [`Remembered`].
pub(crate) const REMEMBERED: &str = "claim";
/// The key of the charm state that holds the consumers known so far.
pub(crate) const NOTED: &str = "apps";

pub(crate) fn observe(charm: &mut StorageCharm, unit: &Unit) -> Result<Observed, Error> {
    if *unit.event() == Event::Stop {
        return Ok(Observed::Leaving(Leaving::Stopping));
    }
    let wanted = match unit.config::<Options>()? {
        Ok(options) => options.wanted(unit.model().as_str(), unit.app().as_str()),
        Err(invalid) => Err(juju_ops::Status::blocked(invalid.to_string())),
    };
    if *unit.event() == Event::Remove {
        return leaving(charm, unit, wanted.ok()).map(Observed::Leaving);
    }
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(status) => return Ok(Observed::Invalid(status)),
    };
    if unit.leader()?.is_none() {
        return Ok(Observed::Standby);
    }
    Ok(Observed::Leader(Box::new(facts(charm, unit, wanted)?)))
}

fn facts(charm: &mut StorageCharm, unit: &Unit, mut wanted: Wanted) -> Result<Facts, Error> {
    let remembered: Option<Remembered> = state(unit, REMEMBERED)?;
    let cluster = charm
        .storage
        .seen(&wanted.claim, remembered.as_ref().map(|claim| &claim.name))?;
    if let (Seen::Read(read), Some(remembered)) = (&cluster, &remembered)
        && read.renamed_to.is_some()
    {
        wanted.claim.name = remembered.name.clone();
    }
    Ok(Facts {
        wanted,
        remembered,
        cluster,
        consumers: consumers(&charm.provider, unit)?,
        noted: state(unit, NOTED)?.unwrap_or_default(),
    })
}

fn consumers(provider: &MediaStorageProvider, unit: &Unit) -> Result<Vec<Consumer>, Error> {
    let consumer = |relation: Relation<Provides<MediaStorage>>| {
        let Relation {
            id,
            app,
            remote,
            published,
        } = relation;
        let name = match remote {
            Remote::Ready(data) => data.instance_name.to_string(),
            // A charm on the Python library may never say its name, and another may say what is none.
            Remote::NotYet | Remote::Invalid(_) | Remote::Unreadable => app.to_string(),
        };
        Consumer { id, name, published }
    };
    Ok(provider.relations(unit)?.into_iter().map(consumer).collect())
}

/// The claim goes with the application only where a person asked for it, and only with the last unit.
fn leaving(charm: &mut StorageCharm, unit: &Unit, wanted: Option<Wanted>) -> Result<Leaving, Error> {
    let Some(wanted) = wanted.filter(|wanted| wanted.cleanup_on_remove) else {
        return Ok(Leaving::Keeping);
    };
    let leads = unit.leader()?.is_some();
    if !leads || juju_ops::hookcmds::goal_state(unit.transport())?.staying_beside(unit.name()) > 0 {
        return Ok(Leaving::Keeping);
    }
    let claim: Box<Read> = match charm.storage.seen(&wanted.claim, None)? {
        Seen::Read(read) => read,
        Seen::Forbidden { .. } | Seen::Unavailable | Seen::Refused(_) => return Ok(Leaving::Keeping),
    };
    Ok(Leaving::CleaningUp {
        claim,
        name: wanted.claim.name,
    })
}

/// A value of the charm state; one that cannot be read counts as none, and is written anew.
fn state<T: serde::de::DeserializeOwned>(unit: &Unit, key: &'static str) -> Result<Option<T>, Error> {
    let text = unit.state(key)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}
