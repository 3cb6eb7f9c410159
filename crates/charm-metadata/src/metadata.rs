//! `metadata.yaml`: what a charm is called, whom it can be related to, and what it needs.
//!
//! What enters: text. What leaves: [`Metadata`], and what a controller would refuse about it, all at once. Keys Juju does
//! not know are ignored, as Juju does.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    assumes::Assumption,
    container::{Container, Resource, ResourceType},
    endpoint::{Endpoint, Scope},
    names,
    problems::Problem,
    storage::{Storage, StorageType},
    yaml::{self, is_default},
};

pub(crate) const FILE: &str = "metadata.yaml";

/// The metadata of a charm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Metadata {
    /// The charm's name.
    pub name: String,
    /// The name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// One line.
    pub summary: String,
    /// Some paragraphs.
    pub description: String,
    /// Who to ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub maintainers: Vec<String>,
    /// Address of the documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// Where to report problems: one address or several.
    #[serde(skip_serializing_if = "is_default")]
    pub issues: Value,
    /// Where the source is: one address or several.
    #[serde(skip_serializing_if = "is_default")]
    pub source: Value,
    /// Home page: one address or several.
    #[serde(skip_serializing_if = "is_default")]
    pub website: Value,
    /// What the controller and cloud must have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumes: Vec<Assumption>,
    /// Who the charm runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charm_user: Option<CharmUser>,
    /// Workload containers.
    #[serde(
        skip_serializing_if = "is_default",
        deserialize_with = "yaml::map_with_defaults"
    )]
    pub containers: BTreeMap<String, Container>,
    /// Images and files given at deploy time.
    #[serde(
        skip_serializing_if = "is_default",
        deserialize_with = "yaml::map_with_defaults"
    )]
    pub resources: BTreeMap<String, Resource>,
    /// Storage per unit.
    #[serde(skip_serializing_if = "is_default")]
    pub storage: BTreeMap<String, Storage>,
    /// Hardware devices, unchecked.
    #[serde(skip_serializing_if = "is_default")]
    pub devices: BTreeMap<String, Value>,
    /// Endpoints that offer something.
    #[serde(skip_serializing_if = "is_default")]
    pub provides: BTreeMap<String, Endpoint>,
    /// Endpoints that need something.
    #[serde(skip_serializing_if = "is_default")]
    pub requires: BTreeMap<String, Endpoint>,
    /// Endpoints between the units of one application.
    #[serde(skip_serializing_if = "is_default")]
    pub peers: BTreeMap<String, Endpoint>,
    /// Names of network bindings that are not endpoints.
    #[serde(skip_serializing_if = "is_default")]
    pub extra_bindings: BTreeMap<String, Value>,
    /// Whether its units live with the units of another application.
    #[serde(skip_serializing_if = "is_default")]
    pub subordinate: bool,
    /// Terms the user must agree to.
    #[serde(skip_serializing_if = "is_default")]
    pub terms: Vec<String>,
}

/// The user in the charm container (Juju 3.6 and later).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CharmUser {
    /// Root, also if the key is absent.
    Root,
    /// A user that may become root.
    Sudoer,
    /// A user that may not.
    NonRoot,
    /// A value no Juju knows; kept so that all problems of a charm can be told at once.
    #[serde(untagged)]
    Unknown(String),
}

impl Metadata {
    /// Reads a `metadata.yaml`.
    ///
    /// # Errors
    /// The text is not YAML or not of this form, a required key is missing, or keys of the old and the new form are mixed.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let written: BTreeMap<String, Value> = yaml::parse::<Option<_>>(FILE, text)?.unwrap_or_default();
        if let Some(problem) = mixed_formats(&written).or_else(|| missing_key(&written)) {
            return Err(Problem::new(FILE, problem));
        }
        yaml::parse(FILE, text)
    }

    /// All endpoints: provided, required, peers. A name can occur twice in metadata that has problems.
    pub fn endpoints(&self) -> impl Iterator<Item = (&String, &Endpoint)> {
        self.provides.iter().chain(&self.requires).chain(&self.peers)
    }

    /// What a controller would refuse, in its words; and what it takes but can never run.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !names::is_charm_or_storage(&self.name) {
            problems.push(format!("charm name \"{}\" not valid", self.name));
        }
        if let Some(CharmUser::Unknown(user)) = &self.charm_user {
            problems.push(format!(
                "parsing charm-user: invalid charm-user \"{user}\" expected one of root, sudoer or non-root"
            ));
        }
        self.endpoint_problems(&mut problems);
        self.storage_problems(&mut problems);
        self.resource_problems(&mut problems);
        self.container_problems(&mut problems);
        problems
    }

    /// Whether it has keys of the newer form, which needs bases in the manifest.
    pub(crate) fn is_v2(&self) -> bool {
        !self.containers.is_empty() || !self.assumes.is_empty() || self.charm_user.is_some()
    }

    fn endpoint_problems(&self, problems: &mut Vec<String>) {
        let charm = &self.name;
        let mut seen = BTreeSet::new();
        for (name, endpoint) in self.endpoints() {
            let required = self
                .requires
                .get(name)
                .is_some_and(|required| std::ptr::eq(required, endpoint));
            let beside_principal = self.subordinate && required && endpoint.scope == Scope::Container;
            if !names::is_endpoint(name) {
                problems.push(format!("relation name \"{name}\" not valid"));
            }
            if !beside_principal && names::reserved(charm, name).is_some() {
                problems.push(format!(
                    "charm \"{charm}\" using a reserved relation name: \"{name}\""
                ));
            }
            if !required && names::reserved(charm, &endpoint.interface).is_some() {
                let interface = &endpoint.interface;
                problems.push(format!(
                    "charm \"{charm}\" relation \"{name}\" using a reserved interface: \"{interface}\""
                ));
            }
            if !seen.insert(name) {
                problems.push(format!(
                    "charm \"{charm}\" using a duplicated relation name: \"{name}\""
                ));
            }
        }
        if self.subordinate
            && !self
                .requires
                .values()
                .any(|endpoint| endpoint.scope == Scope::Container)
        {
            problems.push(format!(
                "subordinate charm \"{charm}\" lacks \"requires\" relation with container scope"
            ));
        }
    }

    fn storage_problems(&self, problems: &mut Vec<String>) {
        for (name, storage) in &self.storage {
            let mut problem =
                |why: &str| problems.push(format!("charm \"{}\" storage \"{name}\": {why}", self.name));
            if !names::is_charm_or_storage(name) {
                problem("name not valid");
            }
            if storage.location.is_some() && storage.kind == StorageType::Block {
                problem("location may not be specified for \"type: block\"");
            }
            if storage.count().max == Some(0) {
                problem("invalid maximum count 0");
            }
            if storage.properties.iter().any(|property| property != "transient") {
                problem("the only property is \"transient\"");
            }
        }
    }

    fn resource_problems(&self, problems: &mut Vec<String>) {
        for (name, resource) in &self.resources {
            let filename = resource.filename.as_deref().unwrap_or_default();
            if resource.kind == ResourceType::File && filename.is_empty() {
                problems.push(format!("resource \"{name}\" missing filename"));
            }
            if filename.contains('/') {
                problems.push(format!("filename cannot contain \"/\" (got \"{filename}\")"));
            }
        }
    }

    fn container_problems(&self, problems: &mut Vec<String>) {
        for (name, container) in &self.containers {
            if !names::is_container(name) {
                problems.push(format!("parsing containers: container name \"{name}\" not valid"));
            }
            let resource = container.resource.as_deref().unwrap_or_default();
            match self.resources.get(resource) {
                _ if resource.is_empty() => {
                    problems.push(format!(
                        "container \"{name}\": empty container resource reference"
                    ));
                }
                None => {
                    problems.push(format!(
                        "parsing containers: referenced resource \"{resource}\" not found"
                    ));
                }
                Some(found) if found.kind != ResourceType::OciImage => {
                    problems.push(format!(
                        "parsing containers: referenced resource \"{resource}\" is not a oci-image"
                    ));
                }
                Some(_) => {}
            }
            for why in container
                .mounts
                .iter()
                .filter_map(|mount| self.mount_problem(&mount.storage, &mount.location))
            {
                problems.push(format!("parsing containers: container \"{name}\": {why}"));
            }
            for (what, id) in [("uid", container.uid), ("gid", container.gid)] {
                if let Some(id) = id.filter(|id| (1000..10_000).contains(id)) {
                    problems.push(format!(
                        "parsing containers: container \"{name}\" has invalid {what} {id}: {what} cannot be in \
                         reserved range 1000-9999"
                    ));
                }
            }
        }
    }

    fn mount_problem(&self, storage: &str, location: &str) -> Option<String> {
        if storage.is_empty() {
            Some("storage must be specified on mount".to_owned())
        } else if location.is_empty() {
            Some("location must be specified on mount".to_owned())
        } else if self.storage.contains_key(storage) {
            None
        } else {
            Some(format!("storage \"{storage}\" not valid"))
        }
    }
}

fn missing_key(written: &BTreeMap<String, Value>) -> Option<String> {
    let missing = ["name", "summary", "description"]
        .into_iter()
        .find(|&key| !written.contains_key(key))?;
    Some(format!("metadata: {missing}: expected string, got nothing"))
}

/// Metadata is of the old or of the new form; the first telling key, in alphabetical order, says which.
fn mixed_formats(written: &BTreeMap<String, Value>) -> Option<String> {
    const NEW: [&str; 3] = ["assumes", "charm-user", "containers"];
    const OLD: [&str; 3] = ["deployment", "min-juju-version", "series"];
    let of = |form: [&'static str; 3]| {
        form.into_iter()
            .filter(|&key| written.contains_key(key))
            .collect::<Vec<_>>()
    };
    let (new, old) = (of(NEW), of(OLD));
    let (matched, mismatched) = if new.first() <= old.first() {
        (new, old)
    } else {
        (old, new)
    };
    let list = |keys: &[&str]| format!("\"{}\"", keys.join("\", \""));
    (!matched.is_empty() && !mismatched.is_empty()).then(|| {
        format!(
            "ambiguous metadata: keys {} cannot be used with {}",
            list(&mismatched),
            list(&matched)
        )
    })
}
