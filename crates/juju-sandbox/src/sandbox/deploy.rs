//! From a charm's folder to an application: the facts the model needs, and what Juju wants in Kubernetes for it.

use super::Error;
use crate::caas;
use charm_metadata::{CharmDir, ConfigValue as Written, OptionType as WrittenType};
use juju_model::{
    ActionFacts, AppName, CharmFacts, ConfigValue, Endpoint, InvalidName, OptionFacts, OptionType, Role,
    StorageFacts, World,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What `juju deploy ./charm app --resource … --trust --config … -n …` is given.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The application's name.
    pub app: AppName,
    /// The folder of the unpacked charm.
    pub charm: PathBuf,
    /// Of each `oci-image` resource its reference ([`super::Options::images`] says what is behind it), of each `file` its path.
    pub resources: BTreeMap<String, String>,
    /// `--trust`.
    pub trust: bool,
    /// `--config`, as text.
    pub config: BTreeMap<String, String>,
    /// `-n`.
    pub units: u32,
    /// `--storage name=size`, Juju's size syntax; where none is given, the charm's minimum, or 1 GiB.
    pub storage: BTreeMap<String, String>,
}

impl Deployment {
    /// One trusted unit, without resources and options.
    pub fn new(app: AppName, charm: impl Into<PathBuf>) -> Self {
        Self {
            app,
            charm: charm.into(),
            resources: BTreeMap::new(),
            trust: true,
            config: BTreeMap::new(),
            units: 1,
            storage: BTreeMap::new(),
        }
    }
}

/// What is remembered of an application beside the model.
#[derive(Clone, Debug)]
pub(super) struct Deployed {
    pub(super) charm: CharmDir,
    pub(super) resources: BTreeMap<String, String>,
    pub(super) storage: BTreeMap<String, String>,
    /// What was last written to Kubernetes.
    pub(super) applied: Option<caas::Application>,
}

/// Reads the charm in a folder.
pub(super) fn read(path: &Path) -> Result<(CharmDir, CharmFacts), Error> {
    let charm = CharmDir::read(path).map_err(|source| Error::Charm {
        path: path.to_owned(),
        source,
    })?;
    let facts = charm_facts(&charm).map_err(|source| Error::Name {
        path: path.to_owned(),
        source,
    })?;
    Ok((charm, facts))
}

/// The facts of a charm that the model wants to know.
///
/// # Errors
/// When a name in the charm is none that Juju takes.
pub fn charm_facts(charm: &CharmDir) -> Result<CharmFacts, InvalidName> {
    let metadata = &charm.metadata;
    let mut endpoints = BTreeMap::new();
    for (role, declared) in [
        (Role::Provides, &metadata.provides),
        (Role::Requires, &metadata.requires),
        (Role::Peer, &metadata.peers),
    ] {
        for (name, endpoint) in declared {
            let facts = Endpoint {
                role,
                interface: endpoint.interface.clone(),
                limit: endpoint.limit,
            };
            endpoints.insert(name.parse()?, facts);
        }
    }
    let actions = charm.actions.by_name.iter().map(|(name, action)| {
        let facts = ActionFacts {
            params: action.params.clone().into_iter().collect(),
            required: action.required.iter().cloned().collect(),
            additional_properties: action.additional_properties.unwrap_or(true),
        };
        Ok((name.parse()?, facts))
    });
    let options = charm.config.options.iter().map(|(name, option)| {
        let default = option.default.as_ref().map(value);
        (
            name.clone(),
            OptionFacts {
                kind: kind(&option.kind),
                default,
            },
        )
    });
    let storage = metadata.storage.iter().map(|(name, storage)| {
        Ok((
            name.parse()?,
            StorageFacts {
                location: storage.location.clone(),
            },
        ))
    });
    Ok(CharmFacts {
        name: metadata.name.clone(),
        endpoints,
        containers: metadata
            .containers
            .keys()
            .map(|name| name.parse())
            .collect::<Result<BTreeSet<_>, _>>()?,
        options: options.collect(),
        actions: actions.collect::<Result<_, InvalidName>>()?,
        storage: storage.collect::<Result<_, InvalidName>>()?,
    })
}

/// What Juju wants in Kubernetes for `app` now; nothing when the model has no such application.
pub(super) fn wanted(world: &World, app: &AppName, deployed: &Deployed) -> Option<caas::Application> {
    let application = world.application(app)?;
    let mut wanted = caas::Application::of_charm(app.as_str(), &deployed.charm.metadata, &deployed.resources);
    for storage in &mut wanted.storages {
        if let Some(size) = deployed
            .storage
            .get(&storage.name)
            .and_then(|text| text.parse().ok())
        {
            storage.size = caas::quantity(size);
        }
        if let Some(location) = location(world, app, &storage.name) {
            storage.location = location;
        }
    }
    wanted.trust = application.trust;
    // Pods have the numbers from 0 on: a unit that still has hooks to run keeps those below it.
    wanted.units = application
        .units
        .last_key_value()
        .map_or(0, |(number, _)| number + 1);
    wanted.charm_modified_version = application.charm_modified_version;
    wanted.ports = application.ports().iter().filter_map(port).collect();
    Some(wanted)
}

/// Where the units of `app` see a storage: what the model told the charm (`storage-get location`).
fn location(world: &World, app: &AppName, storage: &str) -> Option<String> {
    let units = world
        .application(app)
        .into_iter()
        .flat_map(|application| application.units.values());
    let mut known = units
        .flat_map(|unit| &unit.storage)
        .filter(|(id, _)| id.name.as_str() == storage);
    known.next().map(|(_, found)| found.location.clone())
}

fn port(port: &juju_model::Port) -> Option<caas::Port> {
    match port {
        juju_model::Port::Tcp(number) => Some(caas::Port {
            number: *number,
            protocol: "tcp".to_owned(),
        }),
        juju_model::Port::Udp(number) => Some(caas::Port {
            number: *number,
            protocol: "udp".to_owned(),
        }),
        juju_model::Port::Icmp => None,
    }
}

fn kind(written: &WrittenType) -> OptionType {
    match written {
        WrittenType::Int => OptionType::Int,
        WrittenType::Float => OptionType::Float,
        WrittenType::Boolean => OptionType::Boolean,
        WrittenType::Secret => OptionType::Secret,
        // Reading the charm refused every other word.
        WrittenType::String | WrittenType::Unknown(_) => OptionType::String,
    }
}

fn value(written: &Written) -> ConfigValue {
    match written {
        Written::Boolean(value) => ConfigValue::Boolean(*value),
        Written::Int(value) => ConfigValue::Int(*value),
        Written::Float(value) => ConfigValue::Float(*value),
        Written::String(value) => ConfigValue::String(value.clone()),
    }
}
