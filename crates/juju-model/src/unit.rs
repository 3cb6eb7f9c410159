//! A unit: what the controller keeps of it, and what its agent remembers. Plain data; the transitions are elsewhere.

use crate::config::ConfigValue;
use crate::hook::Hook;
use crate::names::{ContainerName, RelationId, StorageId, UnitName};
use crate::notice::Notice;
use crate::relation::Life;
use crate::secret::SecretId;
use crate::status::{AgentStatus, Seconds, Status, StatusKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

/// A unit of an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Whether it is being removed.
    pub life: Life,
    /// What the charm says of its workload.
    pub workload: Status,
    /// What the agent does.
    pub agent_status: AgentStatus,
    /// Of the agent's status.
    pub agent_since: Seconds,
    /// The version of the workload, when the charm said one.
    pub workload_version: Option<String>,
    /// What the charm keeps with the controller (`state-set`); it outlives the pod.
    pub state: BTreeMap<String, String>,
    /// The ports the charm opened.
    pub ports: BTreeSet<Port>,
    /// Its storages and where they are mounted in the charm's container.
    pub storage: BTreeMap<StorageId, Storage>,
    /// Where it can be reached.
    pub network: Option<Network>,
    /// The configuration that its pod still sees, where the charm was refreshed and the pod is not replaced yet.
    pub before_refresh: Option<BeforeRefresh>,
    /// What its agent remembers.
    pub agent: Agent,
}

/// The addresses of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Of the pod.
    pub address: IpAddr,
    /// Of the application's Service; what other applications are told.
    pub service_address: IpAddr,
}

/// The options of a charm that was refreshed, and their values then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BeforeRefresh {
    /// All of them.
    pub settings: BTreeMap<String, Option<ConfigValue>>,
    /// Those that somebody set.
    pub given: BTreeMap<String, ConfigValue>,
}

/// An attached storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// The path in the charm's container.
    pub location: String,
    /// Whether `storage-attached` ran.
    pub attached: bool,
}

/// An opened port. Its order is that of its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Port {
    /// All of ICMP.
    Icmp,
    /// A TCP port.
    Tcp(u16),
    /// A UDP port.
    Udp(u16),
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Icmp => f.write_str("icmp"),
            Self::Tcp(port) => write!(f, "{port}/tcp"),
            Self::Udp(port) => write!(f, "{port}/udp"),
        }
    }
}

impl From<Port> for String {
    fn from(port: Port) -> Self {
        port.to_string()
    }
}

impl TryFrom<String> for Port {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let invalid = || format!("cannot read port `{text}`");
        if text == "icmp" {
            return Ok(Self::Icmp);
        }
        let (number, protocol) = text.split_once('/').ok_or_else(invalid)?;
        match (number.parse(), protocol) {
            (Ok(port), "tcp") => Ok(Self::Tcp(port)),
            (Ok(port), "udp") => Ok(Self::Udp(port)),
            _ => Err(invalid()),
        }
    }
}

/// What the unit's agent remembers (Juju: the uniter's state). What is owed is never stored where it follows from
/// facts: the next hook is read off this, the relations and the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// Its process.
    pub process: Process,
    /// How far it brought the charm.
    pub stage: Stage,
    /// Whether the charm ever said a status.
    pub status_set: bool,
    /// Hooks that follow one another with nothing between.
    pub queue: VecDeque<Hook>,
    /// The configuration of which the last `config-changed` told.
    pub config: Option<ConfigSeen>,
    /// What the charm was last told of leadership.
    pub leadership: LeadershipTold,
    /// What it saw of each relation it entered.
    pub relations: BTreeMap<RelationId, RelationSeen>,
    /// The boot of each container's Pebble, as last polled.
    pub boots: BTreeMap<ContainerName, String>,
    /// The boot of which the last `pebble-ready` told.
    pub boots_seen: BTreeMap<ContainerName, String>,
    /// The revision of each secret that it reads of which the last `secret-changed` told.
    pub secrets_told: BTreeMap<SecretId, u32>,
    /// The revisions of its own secrets of which `secret-remove` told.
    pub obsolete_told: BTreeSet<(SecretId, u32)>,
    /// When `secret-expired` was last told of each revision of its own secrets.
    pub expired_told: BTreeMap<SecretId, BTreeMap<u32, Seconds>>,
    /// The secrets whose `secret-rotate` succeeded only when it was tried again: it is run once more (seen in Juju 3.5).
    pub rotate_again: BTreeSet<SecretId>,
    /// Whether the timer of `update-status` went off.
    pub update_status: bool,
    /// The hook that runs.
    pub running: Option<Running>,
    /// The hook that failed.
    pub failed: Option<Failed>,
    /// The `pebble-ready` hooks that failed. They hold nothing up: the agent asks that Pebble again a little later (seen in
    /// Juju 3.5).
    pub unready: BTreeMap<ContainerName, Failed>,
    /// The notices of each container's Pebble, as last heard, the last repeated last.
    pub notices: BTreeMap<ContainerName, Vec<Notice>>,
    /// When the notice was repeated of which the charm was last told.
    pub notices_told: BTreeMap<ContainerName, Timestamp>,
    /// The hooks about notices that failed. Juju's agent ends at that and starts again, and hears of all notices anew (seen in
    /// Juju 3.5).
    pub unnoticed: BTreeMap<ContainerName, Failed>,
}

impl Agent {
    /// All hooks that failed and are tried again.
    pub fn failures(&self) -> impl Iterator<Item = &Failed> {
        let of_pebbles = self.unready.values().chain(self.unnoticed.values());
        self.failed.iter().chain(of_pebbles)
    }
}

/// The agent's process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Process {
    /// There is none.
    #[default]
    Down,
    /// It runs.
    Up,
    /// It was told to end (SIGTERM).
    Stopping,
}

/// How far an agent brought its charm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nothing ran.
    #[default]
    New,
    /// `install` ran, or `stop` did.
    Installed,
    /// `start` ran.
    Started,
}

/// What a charm was told of leadership.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeadershipTold {
    /// Nothing yet, or the agent forgot it when it was restarted.
    #[default]
    Nothing,
    /// It is the leader: `leader-elected`.
    Leader,
    /// It is not: `leader-settings-changed`.
    Follower,
}

/// What `config-changed` tells of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigSeen {
    /// The options.
    pub settings: BTreeMap<String, Option<ConfigValue>>,
    /// Those of them that somebody set. One that is set to its default is a change all the same.
    pub given: BTreeMap<String, ConfigValue>,
    /// Whether the application is trusted.
    pub trust: bool,
    /// The unit's addresses.
    pub network: Option<Network>,
}

/// What an agent saw of a relation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationSeen {
    /// Whether `created` ran.
    pub created: bool,
    /// The remote units of which `joined` ran, and the version of the bag last told of.
    pub members: BTreeMap<UnitName, u64>,
    /// The version of the remote application's bag last told of.
    pub app_version: u64,
    /// The unit whose `joined` just ran: its `changed` comes next.
    pub changed_owed: Option<UnitName>,
    /// Whether the agent was restarted since. Juju then knows neither the other application nor that it is a peer
    /// relation (seen in Juju 3.5).
    pub restarted: bool,
}

/// A hook that runs, with the facts it was begun on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// Which.
    pub hook: Hook,
    /// The configuration it sees.
    pub config: ConfigSeen,
    /// The version of the bag it tells of, in a relation hook.
    pub version: u64,
    /// The revision of the secret that it finds, in `secret-rotate`.
    pub revision: Option<u32>,
    /// The boot it tells of, in `pebble-ready`.
    pub boot: Option<String>,
    /// Whether the timer of `update-status` had gone off.
    pub update_status: bool,
}

/// A hook that failed and is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Which.
    pub hook: Hook,
    /// How often it failed.
    pub attempts: u32,
    /// When the agent tries again.
    pub retry_at: Seconds,
    /// How the last attempt ended.
    pub why: String,
}

impl Unit {
    pub(crate) fn new(now: Seconds, storage: BTreeMap<StorageId, Storage>) -> Self {
        Self {
            life: Life::Alive,
            workload: Status::new(StatusKind::Waiting, "installing agent", now),
            agent_status: AgentStatus::Allocating,
            agent_since: now,
            workload_version: None,
            state: BTreeMap::new(),
            ports: BTreeSet::new(),
            storage,
            network: None,
            before_refresh: None,
            agent: Agent::default(),
        }
    }

    pub(crate) fn set_agent_status(&mut self, status: AgentStatus, now: Seconds) {
        self.agent_status = status;
        self.agent_since = now;
    }
}

impl Network {
    /// What Juju itself writes into the bag of a unit.
    pub(crate) fn settings(self) -> [(String, String); 3] {
        let host = if self.service_address.is_ipv4() { 32 } else { 128 };
        [
            (
                "egress-subnets".to_owned(),
                format!("{}/{host}", self.service_address),
            ),
            ("ingress-address".to_owned(), self.service_address.to_string()),
            ("private-address".to_owned(), self.service_address.to_string()),
        ]
    }
}
