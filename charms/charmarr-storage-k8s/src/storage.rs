//! The room of Kubernetes: the only place of this charm that talks to the API server.
//!
//! What was read is kept until something is written. What the API server refuses for good becomes a fact ([`Seen`]) that the
//! next decision is taken on; only what heals by itself is an error.

use charm_kube::k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use charm_kube::{Cluster, ClusterError, Remedy, Select};
use charmarr_lib::{
    FIELD_MANAGER,
    claim::{self, Labels, LiveClaim, LiveVolume, ORIGINAL_CLAIM_NAME},
    cluster_field_manager,
};
use serde_json::json;

use crate::{
    application::{self, Application},
    facts::{Estate, Read, Seen},
    memory::{InUse, Memory, Remembered, named},
    options::Wanted,
    stage::Target,
};

/// The API server, once it was needed.
#[derive(Default)]
pub(crate) struct Storage {
    cluster: Option<Cluster>,
    seen: Option<Seen>,
}

impl Storage {
    /// What is there of `wanted`; `unit` is the claim that this unit remembers.
    pub(crate) fn seen(&mut self, wanted: &Wanted, unit: Option<&Remembered>) -> Result<Seen, ClusterError> {
        if let Some(seen) = &self.seen {
            return Ok(seen.clone());
        }
        let seen = match self.read(wanted, unit) {
            Ok(read) => Seen::Read(Box::new(read)),
            Err(error) => said(error)?,
        };
        Ok(self.seen.insert(seen).clone())
    }

    fn read(&mut self, wanted: &Wanted, unit: Option<&Remembered>) -> Result<Read, ClusterError> {
        let labels = wanted.claim.labels();
        let claims = self.claims(&labels)?;
        let memory = self.memory(&wanted.claim.app, unit, &claims)?;
        let in_use = InUse::of(memory, &claims, wanted.named.then_some(&wanted.claim.name));
        let before = in_use
            .claim()
            .filter(|before| before.name != wanted.claim.name)
            .and_then(|before| named(&before.name, &claims));
        let claim = before.or_else(|| named(&wanted.claim.name, &claims)).cloned();
        let volume_name = match &claim {
            Some(claim) if claim.is_static() => {
                claim.volume.clone().or_else(|| Some(wanted.claim.volume_name()))
            }
            None if wanted.claim.backend.kind().is_static() => Some(wanted.claim.volume_name()),
            Some(_) | None => None,
        };
        let volume = match &volume_name {
            Some(name) => self.cluster()?.get::<PersistentVolume>(name)?,
            None => None,
        };
        Ok(Read {
            renamed_to: before.is_some().then(|| wanted.claim.name.clone()),
            original: claim.is_none() && claims.iter().any(|claim| claim.name == ORIGINAL_CLAIM_NAME),
            volume: volume.map(|volume| LiveVolume::read(volume, &labels)),
            volume_name,
            claim,
            in_use,
        })
    }

    /// What the last unit of `app` leaves behind, or why that cannot be told or changed. An API server that does not answer is an
    /// error: no later event asks again.
    pub(crate) fn estate(
        &mut self,
        app: &str,
        model: &str,
        unit: Option<&Remembered>,
    ) -> Result<Result<Estate, String>, ClusterError> {
        let refused = match self.seen.take() {
            Some(refused) => refused,
            None => match self.read_estate(app, model, unit) {
                Ok(estate) => return Ok(Ok(estate)),
                Err(error) if error.remedy() == Remedy::Later => return Err(error),
                Err(error) => said(error)?,
            },
        };
        Ok(Err(match refused {
            Seen::Forbidden { verb, resource } => format!("not allowed to {verb} {resource}"),
            Seen::Refused(why) => why,
            Seen::Read(_) | Seen::Unavailable => "Kubernetes does not answer".to_owned(),
        }))
    }

    fn read_estate(
        &mut self,
        app: &str,
        model: &str,
        unit: Option<&Remembered>,
    ) -> Result<Estate, ClusterError> {
        let claims = self.claims(&Labels::new(app, model))?;
        let application = application::read(self.cluster()?, app)?;
        let uid = application.as_ref().map(|application| application.uid.clone());
        Ok(Estate {
            memory: Memory::of(noted(application), unit),
            claims,
            application: uid,
        })
    }

    /// All claims of the namespace: one question tells the one in use, the configured one, ours and the original's.
    fn claims(&mut self, labels: &Labels) -> Result<Vec<LiveClaim>, ClusterError> {
        let claims = self.cluster()?.list::<PersistentVolumeClaim>(Select::All)?;
        Ok(claims
            .into_iter()
            .map(|claim| LiveClaim::read(claim, labels))
            .collect())
    }

    /// A unit is believed as long as the very claim it remembers is there; otherwise the application is asked.
    fn memory(
        &mut self,
        app: &str,
        unit: Option<&Remembered>,
        claims: &[LiveClaim],
    ) -> Result<Memory, ClusterError> {
        if let Some(unit) = unit.filter(|unit| unit.find(claims).is_some()) {
            return Ok(Memory::Claim(unit.clone()));
        }
        Ok(Memory::of(noted(application::read(self.cluster()?, app)?), unit))
    }

    pub(crate) fn apply_claim(&mut self, wanted: &claim::Wanted) -> Result<(), ClusterError> {
        let outcome = self.cluster()?.apply(&wanted.claim()).map(drop);
        self.wrote(outcome).map(drop)
    }

    /// Volumes belong to the cluster. With the model in the manager's name, two models that want a volume of the same name
    /// meet a conflict, instead of the second taking it over.
    pub(crate) fn apply_volume(&mut self, wanted: &claim::Wanted) -> Result<(), ClusterError> {
        let Some(volume) = wanted.volume() else {
            return Ok(());
        };
        let outcome = Cluster::in_cluster(&cluster_field_manager(&wanted.model))?
            .apply(&volume)
            .map(drop);
        self.wrote(outcome).map(drop)
    }

    /// Frees a volume for the next claim of the name it is for, and for no other: the uid of the claim it had goes, if it is
    /// still that one.
    pub(crate) fn reclaim(&mut self, volume: &str, uid: &str) -> Result<(), ClusterError> {
        let operations = json!([
            {"op": "test", "path": "/spec/claimRef/uid", "value": uid},
            {"op": "remove", "path": "/spec/claimRef/uid"},
        ]);
        let outcome = match self
            .cluster()?
            .json_patch::<PersistentVolume>(volume, &operations)
        {
            // The test failed: whoever was faster is seen in the next look.
            Ok(_) | Err(ClusterError::Invalid { .. }) => Ok(()),
            Err(error) => Err(error),
        };
        self.wrote(outcome).map(drop)
    }

    /// Notes the claim in use on the application; whether that went through.
    pub(crate) fn note(&mut self, app: &str, claim: &str) -> Result<bool, ClusterError> {
        let outcome = application::note(self.cluster()?, app, claim);
        self.wrote(outcome)
    }

    /// Lets the claim go with the application.
    pub(crate) fn hand_over(&mut self, claim: &Target, app: &str, uid: &str) -> Result<(), ClusterError> {
        let outcome = application::hand_over(self.cluster()?, claim, app, uid);
        self.wrote(outcome).map(drop)
    }

    /// The claim goes with nobody any more.
    pub(crate) fn take_back(&mut self, claim: &Target, uid: &str) -> Result<(), ClusterError> {
        let outcome = application::take_back(self.cluster()?, claim, uid);
        self.wrote(outcome).map(drop)
    }

    fn cluster(&mut self) -> Result<&Cluster, ClusterError> {
        Ok(match &mut self.cluster {
            Some(cluster) => cluster,
            none => none.insert(Cluster::in_cluster(FIELD_MANAGER)?),
        })
    }

    /// Whether a write went through. After one everything is read again; what was refused is what is known.
    fn wrote(&mut self, outcome: Result<(), ClusterError>) -> Result<bool, ClusterError> {
        self.seen = match outcome {
            Ok(()) => None,
            // A write that did not go through must be tried again; waiting would forget it.
            Err(error) if error.remedy() == Remedy::Later => return Err(error),
            Err(error) => Some(said(error)?),
        };
        Ok(self.seen.is_none())
    }
}

fn noted(application: Option<Application>) -> Memory {
    application.map_or(Memory::Nothing, |application| application.noted)
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
