//! `charmarr-storage-k8s`: makes the shared claim, looks after it, and publishes it to every related application.
//!
//! One dispatch: [`observe`] reads the world into [`facts::Observed`], [`decide`] takes it through the stages `claim`,
//! `publish` and `settle`, [`apply`] carries out one step; then again, until nothing is left to do.
//!
//! The charm is passive towards its relations, as the interface asks: it reacts to none of their events in particular. It
//! reconciles on every event, so an application that joins gets its data in the hook that tells of it.

mod application;
mod apply;
mod decide;
mod facts;
mod memory;
mod observe;
mod options;
mod stage;
mod storage;

use std::process::ExitCode;

use charmarr_lib::interfaces::media_storage::MediaStorageProvider;
use juju_ops::{Charm, Decision, Unit};

use crate::{facts::Observed, stage::Step, storage::Storage};

/// The endpoint in `charmcraft.yaml`.
const ENDPOINT: &str = "media-storage";

/// The charm: what it keeps between two looks at the world, within one dispatch.
struct StorageCharm {
    provider: MediaStorageProvider,
    storage: Storage,
}

/// What ends a dispatch with exit code 1: Juju tries again.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// A hook command failed.
    #[error(transparent)]
    Juju(#[from] juju_ops::Error),
    /// Kubernetes did not carry out what it should have.
    #[error(transparent)]
    Kubernetes(#[from] charm_kube::ClusterError),
    /// The claim in use has no form in JSON.
    #[error("cannot note the claim in use")]
    Note(#[source] serde_json::Error),
}

impl Charm for StorageCharm {
    type Observed = Observed;
    type Step = Step;
    type Error = Error;

    fn observe(&mut self, unit: &Unit) -> Result<Observed, Error> {
        observe::observe(self, unit)
    }

    fn decide(observed: &Observed) -> Decision<Step> {
        decide::decide(observed)
    }

    fn apply(&mut self, unit: &Unit, step: &Step) -> Result<(), Error> {
        apply::apply(self, unit, step)
    }
}

fn main() -> ExitCode {
    juju_ops::main(StorageCharm {
        provider: MediaStorageProvider::new(ENDPOINT),
        storage: Storage::default(),
    })
}
