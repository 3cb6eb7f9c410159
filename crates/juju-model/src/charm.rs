//! What a model knows of a charm. Enters: facts that somebody read from its metadata. Leaves: the same, as plain data. They are
//! believed: what Juju refuses in a charm's files is refused by whoever reads them (`charm-metadata`), in its words.

use crate::config::{ConfigValue, OptionType};
use crate::names::{ActionName, ContainerName, EndpointName, StorageName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A charm as its `metadata.yaml`, `config.yaml` and `actions.yaml` describe it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CharmFacts {
    /// The charm's name, `radarr-k8s`.
    pub name: String,
    /// Endpoints of all three roles.
    pub endpoints: BTreeMap<EndpointName, Endpoint>,
    /// Workload containers.
    pub containers: BTreeSet<ContainerName>,
    /// Options of `juju config`.
    pub options: BTreeMap<String, OptionFacts>,
    /// Actions of `juju run`.
    pub actions: BTreeMap<ActionName, ActionFacts>,
    /// Storages; each unit gets one instance of each.
    pub storage: BTreeMap<StorageName, StorageFacts>,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// On which side of a relation it stands.
    pub role: Role,
    /// Only endpoints of the same interface can be related.
    pub interface: String,
    /// How many relations it may have at most; `None`: any number.
    pub limit: Option<u32>,
}

/// The side of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Offers the interface.
    Provides,
    /// Uses it.
    Requires,
    /// Relates the units of one application with each other.
    Peer,
}

/// One option of `juju config`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionFacts {
    /// The type of its values.
    pub kind: OptionType,
    /// Its value while nobody sets it. `None`: it has none and `config-get` leaves it out.
    pub default: Option<ConfigValue>,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionFacts {
    /// The parameters, name by name: each a JSON schema of draft 4.
    pub params: Map<String, Value>,
    /// Those that must be given.
    pub required: BTreeSet<String>,
    /// Whether others may be given too. Juju 3 says yes unless the charm says no.
    pub additional_properties: bool,
}

/// One storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageFacts {
    /// Where it is mounted in the charm's container; `None`: below `/var/lib/juju/storage`.
    pub location: Option<String>,
}
