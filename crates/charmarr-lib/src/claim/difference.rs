//! Where a claim that exists differs from the configuration. None of it can be changed by applying again.

use super::backend::{Backend, BackendKind};
use super::live::{LiveClaim, LiveVolume, Source};
use super::{Size, Wanted};

/// One option whose value came too late: the claim was made with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The whole backend.
    Backend {
        /// What the claim was made with.
        live: BackendKind,
        /// What is configured.
        wanted: BackendKind,
    },
    /// More is configured than is asked for.
    Larger {
        /// What the claim asks for.
        live: Size,
        /// What is configured.
        wanted: Size,
    },
    /// Less is configured than is asked for.
    Smaller {
        /// What the claim asks for.
        live: Size,
        /// What is configured.
        wanted: Size,
    },
    /// Another option.
    Option {
        /// Its name in `charmcraft.yaml`.
        option: &'static str,
        /// What the claim was made with.
        live: String,
        /// What is configured.
        wanted: String,
    },
}

impl Wanted {
    /// The first difference between what is wanted and what is there: the backend, then the options in the order of
    /// `charmcraft.yaml`. `volume` is the claim's volume, if it could be read.
    pub fn difference(&self, claim: &LiveClaim, volume: Option<&LiveVolume>) -> Option<Difference> {
        self.backend_difference(claim, volume)
            .or_else(|| self.size_difference(claim))
            .or_else(|| self.source_difference(claim, volume))
            .or_else(|| self.access_difference(claim))
    }

    fn backend_difference(&self, claim: &LiveClaim, volume: Option<&LiveVolume>) -> Option<Difference> {
        let wanted = self.backend.kind();
        let live = match volume.map(|volume| &volume.source) {
            Some(Source::Nfs { .. }) if claim.is_static() => BackendKind::NativeNfs,
            Some(Source::HostPath { .. }) if claim.is_static() => BackendKind::HostPath,
            // A static claim whose volume is not there could be of either static backend.
            Some(_) | None if claim.is_static() && wanted.is_static() => return None,
            Some(_) | None if claim.is_static() => BackendKind::NativeNfs,
            Some(_) | None => BackendKind::StorageClass,
        };
        (live != wanted).then_some(Difference::Backend { live, wanted })
    }

    fn size_difference(&self, claim: &LiveClaim) -> Option<Difference> {
        let (live, wanted) = (claim.size.clone()?, self.size.clone());
        match wanted.cmp(&live) {
            std::cmp::Ordering::Less => Some(Difference::Smaller { live, wanted }),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Difference::Larger { live, wanted }),
        }
    }

    fn source_difference(&self, claim: &LiveClaim, volume: Option<&LiveVolume>) -> Option<Difference> {
        match (&self.backend, volume.map(|volume| &volume.source)) {
            (Backend::StorageClass { class }, _) => {
                // A claim that waits for its default class has none yet.
                let live = claim.class.as_deref()?;
                option("storage-class", live, class)
            }
            (
                Backend::NativeNfs { server, path },
                Some(Source::Nfs {
                    server: live,
                    path: live_path,
                }),
            ) => option("nfs-server", live, server).or_else(|| option("nfs-path", live_path, path)),
            (Backend::HostPath { path }, Some(Source::HostPath { path: live })) => {
                option("hostpath", live, path)
            }
            (Backend::NativeNfs { .. } | Backend::HostPath { .. }, _) => None,
        }
    }

    fn access_difference(&self, claim: &LiveClaim) -> Option<Difference> {
        let wanted = self.effective_access_mode().as_str();
        let live = claim.access_modes.join(",");
        option("access-mode", &live, wanted)
    }
}

impl LiveClaim {
    /// Whether the claim is of a static backend: those name their volume and no class.
    pub fn is_static(&self) -> bool {
        self.class.as_deref() == Some("")
    }
}

fn option(option: &'static str, live: &str, wanted: &str) -> Option<Difference> {
    (live != wanted).then(|| Difference::Option {
        option,
        live: live.to_owned(),
        wanted: wanted.to_owned(),
    })
}
