//! What Juju knows of one unit, before and after a dispatch: plain data with plain texts, so that tests are short.
//! Whether the texts can be is checked when a dispatch is run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::databag::Settings;
use crate::hookcmds::ReportedStatus;
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
