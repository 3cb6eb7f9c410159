//! How the claim that is there differs from the one that is wanted, in a way that cannot be applied.
//!
//! Kubernetes refuses to change nearly everything of a bound claim or volume, with a text of many lines. So the difference is
//! found before anything is sent.

use super::{Backend, BackendKind, ClaimSpec, SeenClaim, SeenVolume, Size, VolumeSource};

/// One option that no longer says what the claim was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Another backend: the data lies elsewhere.
    Backend {
        /// The backend that the claim was made with.
        made: BackendKind,
        /// The backend that is configured.
        wanted: BackendKind,
    },
    /// Another value of one option.
    Option {
        /// The option's name.
        option: &'static str,
        /// What the claim was made with.
        made: String,
        /// What is configured.
        wanted: String,
    },
}

impl Difference {
    /// The first difference, in the order of what it would do to the data. `volume` is the volume that a static claim
    /// names, where it is there.
    pub fn find(wanted: &ClaimSpec, claim: &SeenClaim, volume: Option<&SeenVolume>) -> Option<Self> {
        backend(wanted, claim, volume)
            .or_else(|| source(wanted, claim, volume))
            .or_else(|| size(wanted, claim))
            .or_else(|| access_mode(wanted, claim))
    }
}

fn backend(wanted: &ClaimSpec, claim: &SeenClaim, volume: Option<&SeenVolume>) -> Option<Difference> {
    let wanted = wanted.backend.kind();
    let made = if claim.is_static() {
        // A static claim whose volume is not to be seen could be either: it says nothing against the configured one,
        // unless that is a class.
        volume.and_then(SeenVolume::backend).or_else(|| {
            (wanted == BackendKind::StorageClass).then_some(BackendKind::NativeNfs)
        })?
    } else {
        BackendKind::StorageClass
    };
    (made != wanted).then_some(Difference::Backend { made, wanted })
}

fn source(wanted: &ClaimSpec, claim: &SeenClaim, volume: Option<&SeenVolume>) -> Option<Difference> {
    let made = volume.map(|volume| &volume.source);
    match (&wanted.backend, made) {
        (Backend::StorageClass { class }, _) => option("storage-class", &claim.storage_class, class),
        (Backend::NativeNfs { server, path }, Some(VolumeSource::Nfs { server: made_server, path: made_path })) => {
            option("nfs-server", made_server, server).or_else(|| option("nfs-path", made_path, path))
        }
        (Backend::HostPath { path }, Some(VolumeSource::HostPath { path: made })) => option("hostpath", made, path),
        (Backend::NativeNfs { .. } | Backend::HostPath { .. }, _) => None,
    }
}

fn size(wanted: &ClaimSpec, claim: &SeenClaim) -> Option<Difference> {
    let same = claim.size.parse::<Size>().is_ok_and(|made| made == wanted.size);
    if same { None } else { option("size", &claim.size, wanted.size.as_str()) }
}

fn access_mode(wanted: &ClaimSpec, claim: &SeenClaim) -> Option<Difference> {
    option("access-mode", &claim.access_modes.join(","), wanted.access_mode.as_str())
}

fn option(option: &'static str, made: &str, wanted: &str) -> Option<Difference> {
    (made != wanted).then(|| Difference::Option { option, made: made.to_owned(), wanted: wanted.to_owned() })
}
