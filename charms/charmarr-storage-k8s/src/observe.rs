//! From the world to facts, gate by gate.

use charmarr_lib::interfaces::media_storage::{MediaStorage, MediaStorageProvider};
use juju_ops::{Event, Provides, Relation, Remote, Unit};

use crate::{
    Error, StorageCharm,
    facts::{Consumer, Facts, Leaving, Observed, Seen},
    memory::Remembered,
    options::{Options, Wanted},
};

/// The key of the charm state that holds [`Remembered`]: of this unit.
pub(crate) const REMEMBERED: &str = "claim";
/// The key of the charm state that holds the consumers known so far.
pub(crate) const NOTED: &str = "apps";

pub(crate) fn observe(charm: &mut StorageCharm, unit: &Unit) -> Result<Observed, Error> {
    if *unit.event() == Event::Stop {
        return Ok(Observed::Leaving(Leaving::Stopping));
    }
    let options = unit.config::<Options>()?;
    if *unit.event() == Event::Remove {
        let asked = options.is_ok_and(|options| options.cleanup_on_remove());
        return leaving(charm, unit, asked).map(Observed::Leaving);
    }
    let wanted = match options {
        Ok(options) => options.wanted(unit.model().as_str(), unit.app().as_str()),
        Err(invalid) => Err(juju_ops::Status::blocked(invalid.to_string())),
    };
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
    let remembered: Option<Remembered> = unit.remembered(REMEMBERED)?;
    let cluster = charm.storage.seen(&wanted, remembered.as_ref())?;
    if let Seen::Read(read) = &cluster
        && let (Some(_), Some(in_use)) = (&read.renamed_to, read.in_use.claim())
    {
        wanted.claim.name = in_use.name.clone();
    }
    Ok(Facts {
        wanted,
        remembered,
        cluster,
        consumers: consumers(&charm.provider, unit)?,
        noted: unit.remembered(NOTED)?.unwrap_or_default(),
        idle: *unit.event() == Event::UpdateStatus,
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

/// The claim goes with the application only where a person asked for it, and only with the last unit. What is kept although it was
/// to go is told in the log, for no status outlives the unit.
fn leaving(charm: &mut StorageCharm, unit: &Unit, asked: bool) -> Result<Leaving, Error> {
    if !asked || juju_ops::hookcmds::goal_state(unit.transport())?.staying_beside(unit.name()) > 0 {
        tracing::info!("the claim and its data are kept");
        return Ok(Leaving::Keeping);
    }
    if unit.leader()?.is_none() {
        return Ok(keeping(unit, "another unit leads"));
    }
    let remembered: Option<Remembered> = unit.remembered(REMEMBERED)?;
    let (app, model) = (unit.app(), unit.model());
    let estate = match charm
        .storage
        .estate(app.as_str(), model.as_str(), remembered.as_ref())?
    {
        Ok(estate) => estate,
        Err(why) => return Ok(keeping(unit, &why)),
    };
    if let Err(why) = estate.going() {
        return Ok(keeping(unit, &why));
    }
    Ok(Leaving::Last(Box::new(estate)))
}

fn keeping(unit: &Unit, why: &str) -> Leaving {
    let model = unit.model();
    tracing::warn!(
        "the claim is kept, though cleanup-on-remove is set: {why}. To delete it: `kubectl -n {model} get pvc`, then `kubectl -n {model} delete pvc <name>`"
    );
    Leaving::Keeping
}
