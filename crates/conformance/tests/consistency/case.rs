//! A case as its file has it: a charm, a state, an event, and who refuses them together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Case {
    /// What is tried.
    #[serde(rename = "case")]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) charm: Charm,
    #[serde(default)]
    pub(crate) state: State,
    #[serde(default)]
    pub(crate) event: Event,
    pub(crate) refused_by: BTreeSet<Subject>,
    /// To whom it cannot be put, and why.
    #[serde(default)]
    pub(crate) cannot: BTreeMap<Subject, String>,
    /// Why some refuse it and others do not.
    pub(crate) because: Option<String>,
}

/// Who judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Subject {
    /// The consistency checker of `ops-scenario`.
    Checker,
    /// The testing kit of `juju-ops`.
    Kit,
    /// The sandbox: reading the charm, deploying, integrating, running an action.
    Sandbox,
}

impl Subject {
    pub(crate) const ALL: [Self; 3] = [Self::Checker, Self::Kit, Self::Sandbox];
}

/// What `charmcraft.yaml` declares.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Charm {
    /// The keys of `metadata.yaml`.
    #[serde(default)]
    pub(crate) meta: Map<String, Value>,
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
    #[serde(default)]
    pub(crate) actions: Map<String, Value>,
}

impl Charm {
    /// The entries of a key of `metadata.yaml`.
    pub(crate) fn declared(&self, key: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.meta
            .get(key)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct State {
    pub(crate) juju: Option<String>,
    #[serde(default)]
    pub(crate) leader: bool,
    #[serde(default)]
    pub(crate) config: Map<String, Value>,
    #[serde(default)]
    pub(crate) relations: Vec<Relation>,
    #[serde(default)]
    pub(crate) ports: Vec<Port>,
    #[serde(default)]
    pub(crate) resources: Vec<String>,
    // What only the checker has.
    #[serde(default, rename = "containers")]
    _containers: Value,
    #[serde(default, rename = "storages")]
    _storages: Value,
    #[serde(default, rename = "secrets")]
    _secrets: Value,
    #[serde(default, rename = "networks")]
    _networks: Value,
    #[serde(default, rename = "cloud-spec")]
    _cloud_spec: Value,
    #[serde(default, rename = "stored-states")]
    _stored_states: Value,
}

/// A relation of the state, or that of an event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Relation {
    pub(crate) endpoint: String,
    pub(crate) id: u32,
    /// The application at the other side; none where it is a relation of peers.
    pub(crate) app: Option<String>,
    #[serde(default = "one_unit")]
    pub(crate) units: Vec<u32>,
    pub(crate) peers: Option<Vec<u32>>,
    /// The unit that an event is about.
    pub(crate) unit: Option<u32>,
    /// What the own application published.
    #[serde(default)]
    pub(crate) said: BTreeMap<String, Value>,
    /// What the other application published.
    #[serde(default)]
    pub(crate) heard: BTreeMap<String, Value>,
    #[serde(default, rename = "subordinate")]
    _subordinate: bool,
}

fn one_unit() -> Vec<u32> {
    vec![0]
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Port {
    pub(crate) port: u32,
    pub(crate) protocol: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Event {
    /// A hook that is about the unit.
    Unit(String),
    About(About),
}

impl Default for Event {
    fn default() -> Self {
        Self::Unit("start".to_owned())
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum About {
    RelationCreated(Relation),
    RelationJoined(Relation),
    RelationChanged(Relation),
    PebbleReady(String),
    PebbleCustomNotice {
        container: String,
        notice: String,
    },
    PebbleCheckFailed {
        container: String,
        check: String,
    },
    StorageAttached(String),
    SecretChanged(String),
    Action {
        name: String,
        #[serde(default)]
        params: Map<String, Value>,
    },
    /// An event that only the checker's own types can express.
    Raw(Value),
}

/// The case files.
pub(crate) fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/consistency");
    let entries = fs_err::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

pub(crate) fn all() -> Vec<Case> {
    let read = |file: PathBuf| -> Vec<Case> {
        let text = fs_err::read_to_string(&file).unwrap();
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    files().into_iter().flat_map(read).collect()
}
