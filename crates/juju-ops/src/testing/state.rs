//! What Juju knows of one unit, before and after a dispatch: plain data with plain texts, so that tests are short.
//! Whether the texts can be is checked when a dispatch is run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::databag::Settings;
use crate::hookcmds::{BindAddresses, InterfaceAddress, Network, ReportedStatus, SecretOwner};
use crate::port::Port;

/// What Juju knows of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The unit, `radarr/0`.
    pub unit: String,
    /// The model.
    pub model: String,
    /// The version of the unit agent.
    pub juju_version: String,
    /// Whether the unit leads its application.
    pub leader: bool,
    /// The options an operator set. Others have their declared default.
    pub config: BTreeMap<String, Value>,
    /// The relations of the application.
    pub relations: Vec<RelationState>,
    /// The unit's workload status.
    pub status: ReportedStatus,
    /// The version of the workload.
    pub version: Option<String>,
    /// The open ports, as Juju writes them.
    pub opened_ports: BTreeSet<String>,
    /// The charm state.
    pub stored: BTreeMap<String, String>,
    /// The secrets of the application and its unit, and those of others that were granted.
    pub secrets: Vec<SecretState>,
    /// The addresses of the unit, the same at all endpoints.
    pub network: Network,
    /// Where resources are that Juju has downloaded, by name.
    pub resources: BTreeMap<String, String>,
}

impl State {
    /// A unit as it is at first: no leader, nothing set, status unknown.
    pub fn new(unit: impl Into<String>) -> Self {
        Self {
            unit: unit.into(),
            model: "cinema".to_owned(),
            juju_version: "3.6.8".to_owned(),
            leader: false,
            config: BTreeMap::new(),
            relations: Vec::new(),
            status: ReportedStatus {
                status: "unknown".to_owned(),
                message: String::new(),
            },
            version: None,
            opened_ports: BTreeSet::new(),
            stored: BTreeMap::new(),
            secrets: Vec::new(),
            network: kubernetes_network(),
            resources: BTreeMap::new(),
        }
    }

    /// The same as leader.
    #[must_use]
    pub fn leading(mut self) -> Self {
        self.leader = true;
        self
    }

    /// The same with an option set.
    #[must_use]
    pub fn with_config(mut self, option: impl Into<String>, value: impl Into<Value>) -> Self {
        self.config.insert(option.into(), value.into());
        self
    }

    /// The same with one more relation.
    #[must_use]
    pub fn with_relation(mut self, relation: RelationState) -> Self {
        self.relations.push(relation);
        self
    }

    /// The same with an open port.
    #[must_use]
    pub fn with_port(mut self, port: Port) -> Self {
        self.opened_ports.insert(port.to_string());
        self
    }

    /// The same with one more secret.
    #[must_use]
    pub fn with_secret(mut self, secret: SecretState) -> Self {
        self.secrets.push(secret);
        self
    }

    /// The same with a resource at a path.
    #[must_use]
    pub fn with_resource(mut self, name: impl Into<String>, path: impl Into<String>) -> Self {
        self.resources.insert(name.into(), path.into());
        self
    }

    /// The secret of this URI.
    pub fn secret(&self, id: &str) -> Option<&SecretState> {
        self.secrets.iter().find(|secret| secret.id == id)
    }

    /// The relation of this number.
    pub fn relation(&self, id: u32) -> Option<&RelationState> {
        self.relations.iter().find(|relation| relation.id == id)
    }

    pub(super) fn app(&self) -> &str {
        self.unit
            .split_once('/')
            .map_or(self.unit.as_str(), |(app, _)| app)
    }
}

/// Addresses as a pod has them.
fn kubernetes_network() -> Network {
    let address = InterfaceAddress {
        value: "10.1.0.10".to_owned(),
        ..InterfaceAddress::default()
    };
    Network {
        bind_addresses: vec![BindAddresses {
            addresses: vec![address],
            ..BindAddresses::default()
        }],
        egress_subnets: vec!["10.152.183.20/32".to_owned()],
        ingress_addresses: vec!["10.152.183.20".to_owned()],
    }
}

/// One secret as seen from the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretState {
    /// Its URI, `secret:9m4e2mr0ui3e8a215n4g`.
    pub id: String,
    /// Whether it is ours: of the application or of the unit. None: of someone else, who granted it.
    pub owner: Option<SecretOwner>,
    /// The label this charm gave it.
    pub label: Option<String>,
    /// What it is, for a person.
    pub description: Option<String>,
    /// Juju's word for how often there is to be a new revision.
    pub rotation: Option<String>,
    /// When the latest revision expires.
    pub expiry: Option<String>,
    /// What the revisions hold; the last is the latest.
    pub revisions: BTreeMap<u64, BTreeMap<String, String>>,
    /// The revision this charm tracks, once it has read the secret.
    pub tracked: Option<u64>,
    /// The relations whose other side may read it; a unit where only that one may.
    pub grants: BTreeMap<u32, Option<String>>,
}

impl SecretState {
    /// A secret of someone else with one revision that was granted to us.
    pub fn granted<const N: usize>(id: impl Into<String>, content: [(&str, &str); N]) -> Self {
        let content = content.map(|(key, text)| (key.to_owned(), text.to_owned()));
        Self {
            id: id.into(),
            owner: None,
            label: None,
            description: None,
            rotation: None,
            expiry: None,
            revisions: BTreeMap::from([(1, BTreeMap::from(content))]),
            tracked: None,
            grants: BTreeMap::new(),
        }
    }

    /// A secret of ours with one revision.
    pub fn owned<const N: usize>(
        owner: SecretOwner,
        id: impl Into<String>,
        content: [(&str, &str); N],
    ) -> Self {
        Self {
            owner: Some(owner),
            ..Self::granted(id, content)
        }
    }

    /// The same with a label of this charm.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The same with one more revision.
    #[must_use]
    pub fn with_revision<const N: usize>(mut self, content: [(&str, &str); N]) -> Self {
        let content = content.map(|(key, text)| (key.to_owned(), text.to_owned()));
        self.revisions.insert(self.latest() + 1, BTreeMap::from(content));
        self
    }

    pub(super) fn latest(&self) -> u64 {
        self.revisions.keys().next_back().copied().unwrap_or_default()
    }
}

/// One relation as seen from the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationState {
    /// Juju's number.
    pub id: u32,
    /// The local endpoint.
    pub endpoint: String,
    /// The application at the other side; at a peer endpoint the own one.
    pub remote_app: String,
    /// The units at the other side with their bags; at a peer endpoint the siblings.
    pub remote_units: BTreeMap<String, Settings>,
    /// The bag of the other application; unused at a peer endpoint.
    pub remote_app_data: Settings,
    /// The bag of the own application.
    pub local_app_data: Settings,
    /// The bag of the own unit.
    pub local_unit_data: Settings,
    /// The UUID of the model at the other side; none: the own one.
    pub remote_model_uuid: Option<String>,
}

impl RelationState {
    /// A relation with one unit at the other side and nothing said.
    pub fn new(id: u32, endpoint: impl Into<String>, remote_app: impl Into<String>) -> Self {
        let remote_app = remote_app.into();
        Self {
            id,
            endpoint: endpoint.into(),
            remote_units: BTreeMap::from([(format!("{remote_app}/0"), Settings::new())]),
            remote_app,
            remote_app_data: Settings::new(),
            local_app_data: Settings::new(),
            local_unit_data: Settings::new(),
            remote_model_uuid: None,
        }
    }

    /// The same with a key in the bag of the other application.
    #[must_use]
    pub fn with_remote(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.remote_app_data.insert(key.into(), value.into());
        self
    }

    /// The same with a key in the bag of the own application.
    #[must_use]
    pub fn with_local(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.local_app_data.insert(key.into(), value.into());
        self
    }
}
