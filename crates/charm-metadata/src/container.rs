//! Workload containers and the resources that hold their images.

use serde::{Deserialize, Serialize};

/// A container that Juju runs beside the charm, with Pebble as its first process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The `oci-image` resource it is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Which storage is mounted where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    /// The user Pebble runs as; root if none. 1000 to 9999 are Juju's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The group Pebble runs as; root if none. 1000 to 9999 are Juju's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
}

/// A storage mounted into a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The storage's name.
    #[serde(default)]
    pub storage: String,
    /// Absolute path in the container.
    #[serde(default)]
    pub location: String,
}

/// Something given at deploy time beside the charm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resource {
    /// What it is.
    #[serde(rename = "type", default)]
    pub kind: ResourceType,
    /// The name of the file on the unit; files only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the image usually comes from; Juju ignores it, build and test tools read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_source: Option<String>,
}

/// The kinds of resources that Juju knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceType {
    /// A file for the charm.
    #[default]
    File,
    /// An image for a container.
    OciImage,
}
