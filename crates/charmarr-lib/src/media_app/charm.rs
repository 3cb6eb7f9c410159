//! The shell of a media application: what is observed, gate by gate, and the step that is carried out.

use std::marker::PhantomData;

use charm_kube::ClusterError;
use juju_ops::hookcmds;
use juju_ops::{Charm, Decision, Port, Unit};

use super::MediaApp;
use super::container::WorkloadContainer;
use super::desired::Desired;
use super::facts::{Container, Done, Facts, Observed, RelationFacts, Standby};
use super::kubernetes::OwnStatefulSet;
use super::options::Options;
use super::stage::{self, Gate, Step, mount, ready, relation, standby, workload};
use crate::interfaces::media_storage::{ENDPOINT, MediaStorageRequirer, MediaStorageRequirerData, Offer};
use crate::types::{Gid, Uid};

/// What the charm state remembers of this unit, each for a reason:
mod memory {
    /// The last good data, as JSON: what the workload runs with while nothing usable is offered.
    pub(super) const KEPT: &str = "shared-storage";
    /// The layer that Pebble acted on, as JSON: killed between writing it and acting on it, we must act again.
    pub(super) const LAYER: &str = "layer";
    /// To whom all settings were given: a `chown` that was killed half-way leaves a folder that looks as if it were done.
    pub(super) const CONFIG_OWNER: &str = "config-owner";
    /// The port that was opened: asking Juju would cost a command in every dispatch.
    pub(super) const PORT: &str = "port";
}

/// The charm of application `A`.
pub(super) struct MediaCharm<A> {
    app: PhantomData<A>,
    storage: MediaStorageRequirer,
    stateful_set: OwnStatefulSet,
    container: WorkloadContainer,
    /// This dispatch told all relations that can still be told which application this is.
    told: bool,
}

/// What ends a dispatch with exit code 1: Juju tries again.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Juju(#[from] juju_ops::Error),
    #[error(transparent)]
    Kubernetes(#[from] ClusterError),
    #[error(transparent)]
    Pebble(#[from] pebble_client::Error),
    #[error("cannot change the StatefulSet: it was not seen")]
    Unseen,
}

impl<A: MediaApp> MediaCharm<A> {
    /// In the pod that Juju made for the unit.
    pub(super) fn in_pod() -> Self {
        Self::with(
            OwnStatefulSet::in_pod(A::NAME),
            WorkloadContainer::in_pod(A::NAME),
        )
    }

    pub(super) fn with(stateful_set: OwnStatefulSet, container: WorkloadContainer) -> Self {
        Self {
            app: PhantomData,
            storage: MediaStorageRequirer::new(ENDPOINT),
            stateful_set,
            container,
            told: false,
        }
    }

    fn standby(&self, unit: &Unit) -> Result<Standby, Error> {
        let beside = hookcmds::goal_state(unit.transport())?.staying_beside(unit.name());
        let running = beside > 0 && self.container.runs()?;
        Ok(Standby { beside, running })
    }

    fn relation(&self, unit: &Unit) -> Result<RelationFacts, Error> {
        let relations = self.storage.relations(unit)?;
        let told = Some(introduction(unit));
        Ok(RelationFacts {
            offer: Offer::of(&relations),
            untold: !self.told && relations.iter().any(|relation| relation.published != told),
            kept: unit.remembered(memory::KEPT)?,
        })
    }

    fn port_is_open(unit: &Unit) -> Result<bool, Error> {
        Ok(unit.state(memory::PORT)? == Some(Port::Tcp(A::PORT).to_string()))
    }

    /// Looks at one thing after the other, as long as the stages ask for more.
    fn leader(&mut self, unit: &Unit) -> Result<Facts, Error> {
        let mut facts = Facts {
            app: unit.app(),
            container: A::NAME,
            port: A::PORT,
            relation: self.relation(unit)?,
            stateful_set: None,
            refusal: self.stateful_set.refusal().cloned(),
            pod_is_current: None,
            desired: None,
            workload: None,
            port_is_open: Self::port_is_open(unit)?,
            ready: None,
        };
        while let Some(gate) = stage::gate(&facts) {
            self.look(unit, &gate, &mut facts)?;
        }
        Ok(facts)
    }

    /// Looks through one gate. Each brings its fact, so that it is not asked for again.
    fn look(&mut self, unit: &Unit, gate: &Gate, facts: &mut Facts) -> Result<(), Error> {
        match gate {
            Gate::StatefulSet => facts.stateful_set = Some(self.stateful_set.look(&facts.app)?),
            Gate::Pod => facts.pod_is_current = Some(self.stateful_set.pod_is_current(unit.name())?),
            Gate::Desired(data) => {
                let options = unit.config::<Options>()?;
                facts.desired = Some(options.map(|options| Desired::of::<A>(&options, data)));
            }
            Gate::Container(desired) => {
                facts.workload = Some(self.container.look(desired, done(unit, desired)?)?);
            }
            Gate::Application => match self.container.ready(A::READY_TIMEOUT)? {
                Some(ready) => facts.ready = Some(ready),
                None => facts.workload = Some(Container::Unreachable),
            },
        }
        Ok(())
    }

    fn mount(&mut self, unit: &Unit, step: &mount::Step) -> Result<(), Error> {
        let app = unit.app();
        match step {
            mount::Step::Mount(wanted) => self.stateful_set.mount(&app, wanted)?,
            mount::Step::Adopt => self.stateful_set.adopt(&app)?,
            mount::Step::Keep(data) => unit.remember(memory::KEPT, data)?,
            mount::Step::Unmount => {
                self.container.stop()?;
                self.stateful_set.unmount(&app)?;
            }
            mount::Step::Forget => {
                unit.remove_state(memory::KEPT)?;
                unit.remove_state(memory::LAYER)?;
            }
        }
        Ok(())
    }

    fn workload(&mut self, unit: &Unit, step: &workload::Step) -> Result<(), Error> {
        match step {
            workload::Step::MakeFolders { paths, uid, gid } => {
                self.container.make_folders(paths, *uid, *gid)?;
            }
            workload::Step::GiveConfig { uid, gid } => {
                if self.container.give_config(*uid, *gid)? {
                    unit.set_state(memory::CONFIG_OWNER, owner(*uid, *gid))?;
                }
            }
            workload::Step::Configure(layer) => {
                self.container.configure(layer)?;
                unit.remember(memory::LAYER, layer)?;
            }
            workload::Step::OpenPort(port) => {
                let port = Port::Tcp(*port);
                unit.open_port(port)?;
                unit.set_state(memory::PORT, port.to_string())?;
            }
            workload::Step::Start => self.container.start()?,
        }
        Ok(())
    }
}

impl<A: MediaApp> Charm for MediaCharm<A> {
    type Observed = Observed;
    type Step = Step;
    type Error = Error;

    fn observe(&mut self, unit: &Unit) -> Result<Observed, Error> {
        if unit.leader()?.is_none() {
            return Ok(Observed::Standby(self.standby(unit)?));
        }
        Ok(Observed::Leader(Box::new(self.leader(unit)?)))
    }

    fn decide(observed: &Observed) -> Decision<Step> {
        stage::decide(observed)
    }

    fn apply(&mut self, unit: &Unit, step: &Step) -> Result<(), Error> {
        match step {
            Step::Standby(standby::Step::Stop) => self.container.stop(),
            Step::Relation(relation::Step::Publish) => {
                if let Some(leader) = unit.leader()? {
                    self.storage.publish_data(unit, leader, &introduction(unit))?;
                }
                self.told = true;
                Ok(())
            }
            Step::Mount(step) => self.mount(unit, step),
            Step::Workload(step) => self.workload(unit, step),
            Step::Ready(ready::Step::Watch) => Ok(self.container.watch()?),
            Step::Ready(ready::Step::Unwatch) => Ok(self.container.unwatch()?),
        }
    }
}

/// What this application says of itself.
fn introduction(unit: &Unit) -> MediaStorageRequirerData {
    MediaStorageRequirerData {
        instance_name: unit.app().into(),
    }
}

fn done(unit: &Unit, desired: &Desired) -> Result<Done, Error> {
    Ok(Done {
        layer: unit.remembered(memory::LAYER)?.as_ref() == Some(&desired.layer),
        config: unit.state(memory::CONFIG_OWNER)? == Some(owner(desired.uid, desired.gid)),
    })
}

fn owner(uid: Uid, gid: Gid) -> String {
    format!("{uid}:{gid}")
}
