//! Where the data lies and who may mount it.

use std::fmt;
use std::str::FromStr;

/// How the volume is provisioned. It never crosses the relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// A provisioner makes the volume.
    StorageClass {
        /// The class that names it.
        class: String,
    },
    /// An NFS export.
    NativeNfs {
        /// The host name or address of the server.
        server: String,
        /// The absolute path of the export.
        path: String,
    },
    /// A folder that exists on the node.
    HostPath {
        /// Its absolute path.
        path: String,
    },
}

impl Backend {
    /// Which kind it is.
    pub fn kind(&self) -> BackendKind {
        match self {
            Self::StorageClass { .. } => BackendKind::StorageClass,
            Self::NativeNfs { .. } => BackendKind::NativeNfs,
            Self::HostPath { .. } => BackendKind::HostPath,
        }
    }
}

/// The values of the option `backend-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendKind {
    /// `storage-class`
    StorageClass,
    /// `native-nfs`
    NativeNfs,
    /// `hostpath`
    HostPath,
}

/// A text that is no backend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid backend-type: {0}. Use 'storage-class', 'native-nfs', or 'hostpath'")]
pub struct InvalidBackend(String);

impl BackendKind {
    /// Whether the volume is made beforehand instead of by a provisioner.
    pub fn is_static(self) -> bool {
        match self {
            Self::StorageClass => false,
            Self::NativeNfs | Self::HostPath => true,
        }
    }

    /// The word of the option.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StorageClass => "storage-class",
            Self::NativeNfs => "native-nfs",
            Self::HostPath => "hostpath",
        }
    }
}

impl FromStr for BackendKind {
    type Err = InvalidBackend;

    fn from_str(text: &str) -> Result<Self, InvalidBackend> {
        [Self::StorageClass, Self::NativeNfs, Self::HostPath]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| InvalidBackend(text.to_owned()))
    }
}

impl fmt::Display for BackendKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The values of the option `access-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMode {
    /// Every node may mount it.
    ReadWriteMany,
    /// One node may mount it, with any number of pods.
    ReadWriteOnce,
}

/// A text that is no access mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid access-mode: {0}. Use 'ReadWriteMany' or 'ReadWriteOnce'")]
pub struct InvalidAccessMode(String);

impl AccessMode {
    /// Kubernetes' word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadWriteMany => "ReadWriteMany",
            Self::ReadWriteOnce => "ReadWriteOnce",
        }
    }
}

impl FromStr for AccessMode {
    type Err = InvalidAccessMode;

    fn from_str(text: &str) -> Result<Self, InvalidAccessMode> {
        [Self::ReadWriteMany, Self::ReadWriteOnce]
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| InvalidAccessMode(text.to_owned()))
    }
}

impl fmt::Display for AccessMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
