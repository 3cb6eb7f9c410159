//! The application's own `StatefulSet`: looking at it and changing it. The server is asked again only after a change.

use charm_kube::{Cluster, ClusterError, Conflict, Remedy};
use juju_ops::{AppName, UnitName};

use super::charm::Error;
use super::facts::{Kubernetes, Refusal};
use crate::FIELD_MANAGER;
use crate::mount::{self, Mounted, Pod, SharedMount, StatefulSet};

/// How the API server is reached, when it is first needed.
pub(super) type Connect = Box<dyn Fn() -> Result<Cluster, ClusterError>>;

pub(super) struct OwnStatefulSet {
    /// The workload container.
    container: &'static str,
    connect: Connect,
    cluster: Option<Cluster>,
    /// What the server said last.
    seen: Option<Kubernetes<Option<Found>>>,
    refusal: Option<Refusal>,
}

struct Found {
    object: StatefulSet,
    mounted: Mounted,
    pod_is_current: Option<bool>,
}

impl OwnStatefulSet {
    /// As reached from the pod that this runs in.
    pub(super) fn in_pod(container: &'static str) -> Self {
        Self::with(container, Box::new(|| Cluster::in_cluster(FIELD_MANAGER)))
    }

    pub(super) fn with(container: &'static str, connect: Connect) -> Self {
        Self {
            container,
            connect,
            cluster: None,
            seen: None,
            refusal: None,
        }
    }

    /// What is mounted in it.
    pub(super) fn look(&mut self, app: &AppName) -> Result<Kubernetes<Option<Mounted>>, ClusterError> {
        let seen = match self.seen.take() {
            Some(seen) => seen,
            None => self.ask(app)?,
        };
        let facts = match &seen {
            Kubernetes::Untrusted => Kubernetes::Untrusted,
            Kubernetes::Unreachable => Kubernetes::Unreachable,
            Kubernetes::Said(found) => Kubernetes::Said(found.as_ref().map(|found| found.mounted.clone())),
        };
        self.seen = Some(seen);
        Ok(facts)
    }

    fn ask(&mut self, app: &AppName) -> Result<Kubernetes<Option<Found>>, ClusterError> {
        let container = self.container;
        let answer = self.cluster()?.get::<StatefulSet>(app.as_str());
        let found = |object| Found {
            mounted: Mounted::read(&object, container),
            object,
            pod_is_current: None,
        };
        said(answer.map(|object| object.map(found)))
    }

    /// Why the last change did not come about.
    pub(super) fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// Whether the unit's pod is of the newest template and stays. Juju names the pod of unit `radarr/0` `radarr-0`.
    pub(super) fn pod_is_current(&mut self, unit: &UnitName) -> Result<Kubernetes<bool>, Error> {
        let mut found = self.found()?;
        let answer = if let Some(known) = found.pod_is_current {
            Kubernetes::Said(known)
        } else {
            let pod = self.cluster()?.get::<Pod>(&unit.as_str().replace('/', "-"));
            said(pod.map(|pod| mount::is_current(&found.object, pod.as_ref())))?
        };
        if let Kubernetes::Said(current) = answer {
            found.pod_is_current = Some(current);
        }
        self.seen = Some(Kubernetes::Said(Some(found)));
        Ok(answer)
    }

    /// Mounts the volume.
    pub(super) fn mount(&mut self, app: &AppName, wanted: &SharedMount) -> Result<(), Error> {
        tracing::info!("mounting claim `{}` at `{}`", wanted.claim, wanted.path);
        let container = self.container;
        self.change(|cluster, found| {
            mount::act::mount(cluster, app.as_str(), container, &found.mounted, wanted)
        })
    }

    /// Makes us the only owner of what is mounted.
    pub(super) fn adopt(&mut self, app: &AppName) -> Result<(), Error> {
        self.change(|cluster, found| {
            let owners = found.mounted.co_owners.join(", ");
            tracing::info!("taking over the mounted volume from {owners}");
            mount::act::adopt(cluster, app.as_str(), &found.object)
        })
    }

    /// Unmounts the volume.
    pub(super) fn unmount(&mut self, app: &AppName) -> Result<(), Error> {
        tracing::info!("unmounting the shared storage");
        let container = self.container;
        self.change(|cluster, found| mount::act::unmount(cluster, app.as_str(), container, &found.mounted))
    }

    /// Changes what was seen, so that it is looked at again; or keeps why a person must act first.
    fn change(
        &mut self,
        act: impl FnOnce(&Cluster, &Found) -> Result<(), ClusterError>,
    ) -> Result<(), Error> {
        let found = self.found()?;
        if let Err(error) = act(self.cluster()?, &found) {
            self.refusal = Some(refusal(error)?);
            self.seen = Some(Kubernetes::Said(Some(found)));
        }
        Ok(())
    }

    /// Takes the object that was seen.
    fn found(&mut self) -> Result<Found, Error> {
        match self.seen.take() {
            Some(Kubernetes::Said(Some(found))) => Ok(found),
            Some(Kubernetes::Untrusted | Kubernetes::Unreachable | Kubernetes::Said(None)) | None => {
                Err(Error::Unseen)
            }
        }
    }

    fn cluster(&mut self) -> Result<&Cluster, ClusterError> {
        let cluster = match self.cluster.take() {
            Some(cluster) => cluster,
            None => (self.connect)()?,
        };
        Ok(self.cluster.insert(cluster))
    }
}

/// What was read. What the server could not say heals by itself or by a person, and is a fact; the rest is an error.
fn said<T>(answer: Result<T, ClusterError>) -> Result<Kubernetes<T>, ClusterError> {
    let error = match answer {
        Ok(answer) => return Ok(Kubernetes::Said(answer)),
        Err(error) => error,
    };
    match error.remedy() {
        Remedy::Trust { .. } => Ok(Kubernetes::Untrusted),
        Remedy::Later => {
            tracing::warn!("{error}");
            Ok(Kubernetes::Unreachable)
        }
        Remedy::Person | Remedy::Again => Err(error),
    }
}

/// Why a change was refused, where a person must act. The rest is an error: the hook fails and is run again.
fn refusal(error: ClusterError) -> Result<Refusal, ClusterError> {
    match error.remedy() {
        Remedy::Trust { .. } => Ok(Refusal::Untrusted),
        Remedy::Person => Ok(in_the_way(&error)),
        Remedy::Later | Remedy::Again => Err(error),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever is added says itself what it is"
)]
fn in_the_way(error: &ClusterError) -> Refusal {
    let (owner, what) = match error {
        ClusterError::Conflict(Conflict::Owner { manager, fields }) => {
            let field = fields.first().and_then(|field| field.rsplit('.').next());
            let what = format!("another {} is set", field.unwrap_or_default());
            (Some(manager.clone()), what)
        }
        ClusterError::Refused { message } | ClusterError::Invalid { message } => (None, message.clone()),
        other => (None, other.to_string()),
    };
    Refusal::InTheWay { owner, what }
}
