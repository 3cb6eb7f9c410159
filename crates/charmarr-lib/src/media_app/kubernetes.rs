//! The application's own `StatefulSet`: looking at it and changing it. The server is asked again only after a change.

use charm_kube::{Cluster, ClusterError};
use juju_ops::{AppName, Status, UnitName};

use super::facts::Kubernetes;
use super::words;
use crate::FIELD_MANAGER;
use crate::mount::{self, Mounted, Pod, SharedMount, StatefulSet};

/// How the API server is reached, when it is first needed.
pub(super) type Connect = Box<dyn Fn() -> Result<Cluster, ClusterError>>;

pub(super) struct OwnStatefulSet {
    /// The workload container.
    container: &'static str,
    connect: Connect,
    cluster: Option<Cluster>,
    seen: Option<Seen>,
}

/// What the server said last.
enum Seen {
    Untrusted,
    Unreachable,
    Absent,
    Found {
        object: Box<StatefulSet>,
        mounted: Mounted,
        pod_is_current: Option<bool>,
    },
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
        }
    }

    /// What is mounted in it.
    pub(super) fn look(&mut self, app: &AppName) -> Result<Kubernetes, ClusterError> {
        let seen = match self.seen.take() {
            Some(seen) => seen,
            None => self.ask(app)?,
        };
        let facts = match &seen {
            Seen::Untrusted => Kubernetes::Untrusted,
            Seen::Unreachable => Kubernetes::Unreachable,
            Seen::Absent => Kubernetes::Absent,
            Seen::Found { mounted, .. } => Kubernetes::Found(mounted.clone()),
        };
        self.seen = Some(seen);
        Ok(facts)
    }

    fn ask(&mut self, app: &AppName) -> Result<Seen, ClusterError> {
        let answer = self.cluster()?.get::<StatefulSet>(app.as_str());
        match answer {
            Ok(Some(object)) => Ok(Seen::Found {
                mounted: Mounted::read(&object, self.container),
                object: Box::new(object),
                pod_is_current: None,
            }),
            Ok(None) => Ok(Seen::Absent),
            Err(ClusterError::Forbidden { .. }) => Ok(Seen::Untrusted),
            Err(error @ (ClusterError::Unavailable { .. } | ClusterError::Unauthorized { .. })) => {
                tracing::warn!("{error}");
                Ok(Seen::Unreachable)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the unit's pod is of the newest template and stays. Juju names the pod of unit `radarr/0` `radarr-0`.
    pub(super) fn pod_is_current(&mut self, unit: &UnitName) -> Result<bool, ClusterError> {
        let name = unit.as_str().replace('/', "-");
        if let Some(Seen::Found {
            pod_is_current: Some(known),
            ..
        }) = &self.seen
        {
            return Ok(*known);
        }
        let pod = self.cluster()?.get::<Pod>(&name)?;
        let Some(Seen::Found {
            object,
            pod_is_current,
            ..
        }) = &mut self.seen
        else {
            return Ok(false);
        };
        let current = mount::is_current(object, pod.as_ref());
        *pod_is_current = Some(current);
        Ok(current)
    }

    /// Mounts the volume. Leaves what a person must know if the server refuses.
    pub(super) fn mount(
        &mut self,
        app: &AppName,
        wanted: &SharedMount,
    ) -> Result<Option<Status>, ClusterError> {
        tracing::info!("mounting claim `{}` at `{}`", wanted.claim, wanted.path);
        let container = self.container;
        self.change(app, |cluster, mounted| {
            mount::act::mount(cluster, app.as_str(), container, mounted, wanted)
        })
    }

    /// Makes us the only owner of what is mounted.
    pub(super) fn adopt(&mut self, app: &AppName) -> Result<Option<Status>, ClusterError> {
        self.change(app, |cluster, mounted| {
            tracing::info!(
                "taking over the mounted volume from {}",
                mounted.co_owners.join(", ")
            );
            mount::act::adopt(cluster, app.as_str())
        })
    }

    /// Unmounts the volume. Leaves what a person must know if the server refuses.
    pub(super) fn unmount(&mut self, app: &AppName) -> Result<Option<Status>, ClusterError> {
        tracing::info!("unmounting the shared storage");
        let container = self.container;
        self.change(app, |cluster, mounted| {
            mount::act::unmount(cluster, app.as_str(), container, mounted)
        })
    }

    fn change(
        &mut self,
        app: &AppName,
        act: impl FnOnce(&Cluster, &Mounted) -> Result<(), ClusterError>,
    ) -> Result<Option<Status>, ClusterError> {
        let Some(Seen::Found { mounted, .. }) = self.seen.take() else {
            return Ok(None);
        };
        match act(self.cluster()?, &mounted) {
            Ok(()) => Ok(None),
            Err(error) => words::refused(app, error).map(Some),
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
