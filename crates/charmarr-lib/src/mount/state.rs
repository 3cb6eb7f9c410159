//! What is mounted, and how far that is what is wanted. Pure.

use super::objects::StatefulSet;
use super::ownership::{is_ours, mount_path, others, volume_path};
use super::{SharedMount, VOLUME_NAME};

/// The shared volume in a `StatefulSet`, as far as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mounted {
    /// The object's uid.
    pub(crate) uid: String,
    /// The volume of our name.
    pub(crate) volume: Option<Volume>,
    /// Every mount of that volume, in any container.
    pub(crate) points: Vec<MountPoint>,
    /// The paths of the other mounts of the workload container.
    pub(crate) beside: Vec<String>,
    /// Whether our apply owns the volume.
    pub(crate) volume_is_ours: bool,
    /// Who else owns the volume or one of its mounts.
    pub(crate) co_owners: Vec<String>,
}

/// What the volume of our name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Volume {
    /// A claim, to be read and written.
    Claim(String),
    /// Anything else: an empty folder that a forced apply left, a claim that may only be read.
    Other,
}

/// One mount of the volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MountPoint {
    /// The container it is in.
    pub(crate) container: String,
    /// Where.
    pub(crate) path: String,
    /// Whether it is the whole volume, to be read and written.
    pub(crate) plain: bool,
    /// Whether our apply owns it.
    pub(crate) ours: bool,
}

/// How far what is mounted is what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// The template must change, or is as wanted without being ours: apply.
    Apply,
    /// As wanted, but another manager owns it too: what is shared is not gone when we give it up.
    Adopt {
        /// Who.
        co_owners: Vec<String>,
    },
    /// Something of another manager is in the way that an apply would not put right.
    Blocked {
        /// Who, where it is known.
        owner: Option<String>,
        /// What.
        what: String,
    },
    /// As wanted, and ours alone.
    Settled,
}

impl Mounted {
    /// Reads a `StatefulSet`. `container` is the workload's.
    pub(crate) fn read(object: &StatefulSet, container: &str) -> Self {
        let meta = &object.metadata;
        let pod = &object.spec.template.spec;
        let volume = pod.volumes.iter().find(|volume| volume.name == VOLUME_NAME);
        let volume = volume.map(|volume| match &volume.persistent_volume_claim {
            Some(claim) if !claim.read_only => Volume::Claim(claim.claim_name.clone()),
            Some(_) | None => Volume::Other,
        });
        let points: Vec<MountPoint> = points(object).collect();
        let beside = pod
            .containers
            .iter()
            .filter(|seen| seen.name == container)
            .flat_map(|seen| &seen.volume_mounts)
            .filter(|mount| mount.name != VOLUME_NAME)
            .map(|mount| mount.mount_path.clone())
            .collect();
        let mut co_owners = others(meta, &volume_path());
        for point in &points {
            co_owners.extend(others(meta, &mount_path(&point.container, &point.path)));
        }
        co_owners.sort();
        co_owners.dedup();
        Self {
            uid: meta.uid.clone().unwrap_or_default(),
            volume_is_ours: is_ours(meta, &volume_path()),
            volume,
            points,
            beside,
            co_owners,
        }
    }

    /// Whether there is anything of the shared volume at all.
    pub(crate) fn is_there(&self) -> bool {
        self.volume.is_some() || !self.points.is_empty()
    }

    /// Whether the template mounts this, whoever owns it.
    pub(crate) fn holds(&self, container: &str, wanted: &SharedMount) -> bool {
        self.volume == Some(Volume::Claim(wanted.claim.to_string()))
            && self.point(container, wanted).is_some_and(|point| point.plain)
    }

    /// The path of another mount of the workload container that one at the wanted path would hide, or be hidden by.
    pub(crate) fn hidden(&self, wanted: &SharedMount) -> Option<&str> {
        self.beside
            .iter()
            .map(String::as_str)
            .find(|other| wanted.path.overlaps(other))
    }

    /// How far this is what is wanted in the workload container.
    pub(crate) fn agreement(&self, container: &str, wanted: &SharedMount) -> Agreement {
        if let Some(blocked) = self.obstacle(container, wanted) {
            return blocked;
        }
        let ours = self.volume_is_ours && self.point(container, wanted).is_some_and(|point| point.ours);
        if !ours || !self.holds(container, wanted) || self.points.len() > 1 {
            return Agreement::Apply;
        }
        if self.co_owners.is_empty() {
            Agreement::Settled
        } else {
            Agreement::Adopt {
                co_owners: self.co_owners.clone(),
            }
        }
    }

    /// What an apply would leave as it is.
    fn obstacle(&self, container: &str, wanted: &SharedMount) -> Option<Agreement> {
        let blocked = |what: String| Agreement::Blocked {
            owner: self.co_owners.first().cloned(),
            what,
        };
        if self.volume == Some(Volume::Other) {
            return Some(blocked(format!("volume {VOLUME_NAME} is no writable claim")));
        }
        if self.point(container, wanted).is_some_and(|point| !point.plain) {
            return Some(blocked(format!(
                "`{}` is a part of the volume or read-only",
                wanted.path
            )));
        }
        let elsewhere = self.points.iter().find(|point| {
            let at_wanted = point.container == container && point.path == wanted.path.as_str();
            !at_wanted && !point.ours
        })?;
        Some(blocked(format!(
            "the volume is mounted at `{}` too",
            elsewhere.path
        )))
    }

    fn point(&self, container: &str, wanted: &SharedMount) -> Option<&MountPoint> {
        self.points
            .iter()
            .find(|point| point.container == container && point.path == wanted.path.as_str())
    }
}

/// Every mount of the volume of our name.
pub(super) fn points(object: &StatefulSet) -> impl Iterator<Item = MountPoint> + '_ {
    object.spec.template.spec.containers.iter().flat_map(|container| {
        let ours = |path: &str| is_ours(&object.metadata, &mount_path(&container.name, path));
        let mounts = container
            .volume_mounts
            .iter()
            .filter(|mount| mount.name == VOLUME_NAME);
        mounts.map(move |mount| MountPoint {
            container: container.name.clone(),
            path: mount.mount_path.clone(),
            plain: mount.sub_path.as_deref().unwrap_or_default().is_empty()
                && mount.sub_path_expr.as_deref().unwrap_or_default().is_empty()
                && !mount.read_only.unwrap_or(false),
            ours: ours(&mount.mount_path),
        })
    })
}
