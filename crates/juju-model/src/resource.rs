//! Resources: what a person gives beside the charm, and the controller keeps. Plain data.

use serde::{Deserialize, Serialize};

/// A resource of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// The name of the file in which `resource-get` leaves it. Two resources with one name of a file overwrite each other (seen in
    /// Juju 3.5).
    pub file: String,
    /// What is in it. `None`: the charm declares it, and nobody gave it yet.
    pub content: Option<Vec<u8>>,
}
