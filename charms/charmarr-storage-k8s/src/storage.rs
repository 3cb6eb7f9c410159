//! The room of Kubernetes: the only place of this charm that talks to the API server.
//!
//! What was read is kept until something is written. What the API server refuses for good becomes a fact ([`Seen`]) that the
//! next decision is taken on; only what heals by itself is an error.

use charm_kube::k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use charm_kube::{Cluster, ClusterError, Preconditions, Remedy};
use charmarr_lib::{
    FIELD_MANAGER, PvcName,
    claim::{LiveClaim, LiveVolume, ORIGINAL_CLAIM_NAME, Wanted},
    cluster_field_manager,
};

use crate::{
    facts::{Read, Seen},
    stage::Target,
};

/// The API server, once it was needed.
#[derive(Default)]
pub(crate) struct Storage {
    cluster: Option<Cluster>,
    seen: Option<Seen>,
}

impl Storage {
    /// What is there of `wanted`; `remembered` is the claim that this application had before.
    pub(crate) fn seen(
        &mut self,
        wanted: &Wanted,
        remembered: Option<&PvcName>,
    ) -> Result<Seen, ClusterError> {
        if let Some(seen) = &self.seen {
            return Ok(seen.clone());
        }
        let seen = match self.read(wanted, remembered) {
            Ok(read) => Seen::Read(Box::new(read)),
            Err(error) => said(error)?,
        };
        Ok(self.seen.insert(seen).clone())
    }

    fn read(&mut self, wanted: &Wanted, remembered: Option<&PvcName>) -> Result<Read, ClusterError> {
        let cluster = self.cluster()?;
        let get = |name: &str| cluster.get::<PersistentVolumeClaim>(name);
        let mut read = Read::default();
        let mut claim = None;
        if let Some(before) = remembered.filter(|before| **before != wanted.name) {
            claim = get(before.as_str())?;
            read.renamed_to = claim.is_some().then(|| wanted.name.clone());
        }
        if claim.is_none() {
            claim = get(wanted.name.as_str())?;
        }
        read.original = claim.is_none() && get(ORIGINAL_CLAIM_NAME)?.is_some();
        let labels = wanted.labels();
        read.claim = claim.map(|claim| LiveClaim::read(claim, &labels));
        read.volume_name = match &read.claim {
            Some(claim) if claim.is_static() => claim.volume.clone().or_else(|| Some(wanted.volume_name())),
            None if wanted.backend.kind().is_static() => Some(wanted.volume_name()),
            Some(_) | None => None,
        };
        if let Some(name) = &read.volume_name {
            read.volume = cluster
                .get::<PersistentVolume>(name)?
                .map(|volume| LiveVolume::read(volume, &labels));
        }
        Ok(read)
    }

    pub(crate) fn apply_claim(&mut self, wanted: &Wanted) -> Result<(), ClusterError> {
        let outcome = self.cluster()?.apply(&wanted.claim()).map(drop);
        self.wrote(outcome)
    }

    /// Volumes belong to the cluster. With the model in the manager's name, two models that want a volume of the same name
    /// meet a conflict, instead of the second taking it over.
    pub(crate) fn apply_volume(&mut self, wanted: &Wanted) -> Result<(), ClusterError> {
        let Some(volume) = wanted.volume() else {
            return Ok(());
        };
        let outcome = Cluster::in_cluster(&cluster_field_manager(&wanted.model))?
            .apply(&volume)
            .map(drop);
        self.wrote(outcome)
    }

    /// Deletes exactly the objects that were looked at.
    pub(crate) fn delete(
        &mut self,
        claim: Option<&Target>,
        volume: Option<&Target>,
    ) -> Result<(), ClusterError> {
        let mut outcome = Ok(());
        if let Some(Target { name, uid }) = claim {
            outcome = self
                .cluster()?
                .delete::<PersistentVolumeClaim>(name, &Preconditions::uid(uid))
                .map(drop);
        }
        if let (Ok(()), Some(Target { name, uid })) = (&outcome, volume) {
            outcome = self
                .cluster()?
                .delete::<PersistentVolume>(name, &Preconditions::uid(uid))
                .map(drop);
        }
        self.wrote(outcome)
    }

    fn cluster(&mut self) -> Result<&Cluster, ClusterError> {
        Ok(match &mut self.cluster {
            Some(cluster) => cluster,
            none => none.insert(Cluster::in_cluster(FIELD_MANAGER)?),
        })
    }

    /// After a write everything is read again, unless the write was refused: then that is what is known.
    fn wrote(&mut self, outcome: Result<(), ClusterError>) -> Result<(), ClusterError> {
        self.seen = match outcome {
            Ok(()) => None,
            // A write that did not go through must be tried again; waiting would forget it.
            Err(error) if error.remedy() == Remedy::Later => return Err(error),
            Err(error) => Some(said(error)?),
        };
        Ok(())
    }
}

/// What a person or time must change, as a fact; what Juju's retry may change, as an error.
fn said(error: ClusterError) -> Result<Seen, ClusterError> {
    match error.remedy() {
        Remedy::Trust { verb, resource } => Ok(Seen::Forbidden {
            verb: verb.to_owned(),
            resource: resource.to_owned(),
        }),
        Remedy::Person => Ok(Seen::Refused(error.to_string())),
        Remedy::Later => Ok(Seen::Unavailable),
        Remedy::Again => Err(error),
    }
}
