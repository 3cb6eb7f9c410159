//! The data that crosses. Texts of these comments are the descriptions in the JSON Schemas.

use juju_ops::{Interface, JsonDatabag};
use serde::{Deserialize, Serialize};

use crate::types::{Gid, InstanceName, MountPath, PvcName, Uid};

/// The interface between the storage charm and the applications.
#[derive(Debug, Clone, Copy)]
pub struct MediaStorage;

impl Interface for MediaStorage {
    const NAME: &'static str = "media-storage";
    type Provider = MediaStorageProviderData;
    type Requirer = MediaStorageRequirerData;
}

/// Data published by charmarr-storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MediaStorageProviderData {
    /// Name of the shared PVC to mount
    pub pvc_name: PvcName,
    /// Mount path for the shared storage (e.g., /data)
    #[serde(default = "MountPath::usual")]
    pub mount_path: MountPath,
    /// User ID that workloads run as, owner of the files
    #[serde(default = "Uid::usual")]
    pub puid: Uid,
    /// Group ID that workloads run as, group of the files
    #[serde(default = "Gid::usual")]
    pub pgid: Gid,
}

impl JsonDatabag for MediaStorageProviderData {
    const KEY: &'static str = "config";
}

/// Data published by apps mounting storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MediaStorageRequirerData {
    /// App instance name (for metrics/logging)
    pub instance_name: InstanceName,
}

impl JsonDatabag for MediaStorageRequirerData {
    const KEY: &'static str = "config";
}
