//! Where the data lies, in the words of the option `backend-type`.

use std::{fmt, str::FromStr};

/// Where the data lies, with what is needed to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// A storage class provisions the volume.
    StorageClass {
        /// The name of the class.
        class: String,
    },
    /// An NFS export, mounted by the kubelet.
    NativeNfs {
        /// Host name or address.
        server: String,
        /// The exported path.
        path: String,
    },
    /// A folder on the node; it must exist.
    HostPath {
        /// Its path.
        path: String,
    },
}

/// The three values of `backend-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendKind {
    /// `storage-class`
    StorageClass,
    /// `native-nfs`
    NativeNfs,
    /// `hostpath`
    HostPath,
}

/// A value of `backend-type` that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use backend `{0}`")]
pub struct UnknownBackend(pub String);

impl Backend {
    /// Which of the three it is.
    pub fn kind(&self) -> BackendKind {
        match self {
            Self::StorageClass { .. } => BackendKind::StorageClass,
            Self::NativeNfs { .. } => BackendKind::NativeNfs,
            Self::HostPath { .. } => BackendKind::HostPath,
        }
    }
}

impl BackendKind {
    /// The value of the option.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StorageClass => "storage-class",
            Self::NativeNfs => "native-nfs",
            Self::HostPath => "hostpath",
        }
    }

    /// What a status calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::StorageClass => "storage",
            Self::NativeNfs => "NFS",
            Self::HostPath => "hostPath",
        }
    }
}

impl FromStr for BackendKind {
    type Err = UnknownBackend;

    fn from_str(text: &str) -> Result<Self, UnknownBackend> {
        [Self::StorageClass, Self::NativeNfs, Self::HostPath]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownBackend(text.to_owned()))
    }
}

impl fmt::Display for BackendKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many nodes may mount the volume at once (Kubernetes: "Persistent Volumes", access modes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMode {
    /// Any number of nodes.
    ReadWriteMany,
    /// One node; any number of pods on it.
    ReadWriteOnce,
}

/// A value of `access-mode` that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use access mode `{0}`: it is ReadWriteMany or ReadWriteOnce")]
pub struct UnknownAccessMode(pub String);

impl AccessMode {
    /// The word of the Kubernetes API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadWriteMany => "ReadWriteMany",
            Self::ReadWriteOnce => "ReadWriteOnce",
        }
    }
}

impl FromStr for AccessMode {
    type Err = UnknownAccessMode;

    fn from_str(text: &str) -> Result<Self, UnknownAccessMode> {
        [Self::ReadWriteMany, Self::ReadWriteOnce]
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| UnknownAccessMode(text.to_owned()))
    }
}

impl fmt::Display for AccessMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
