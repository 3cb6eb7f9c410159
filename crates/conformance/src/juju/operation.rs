//! Operations on a model: the words of Juju's command line, and what happens to pods. They enter from case files and
//! leave as the lines that the real agent's harness reads.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One operation.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Operation {
    Deploy(Deploy),
    Refresh {
        app: String,
        charm: String,
        #[serde(default)]
        resources: BTreeMap<String, String>,
    },
    AttachResource {
        app: String,
        name: String,
        given: String,
    },
    Integrate {
        a: String,
        b: String,
    },
    RemoveRelation {
        a: String,
        b: String,
    },
    Config {
        app: String,
        #[serde(default)]
        values: BTreeMap<String, String>,
        #[serde(default)]
        reset: Vec<String>,
    },
    Trust {
        app: String,
        #[serde(default)]
        remove: bool,
    },
    ScaleApplication {
        app: String,
        units: u32,
    },
    RemoveApplication {
        app: String,
    },
    Run {
        unit: String,
        action: String,
        #[serde(default)]
        params: Map<String, Value>,
    },
    Resolve {
        unit: String,
        #[serde(default = "yes")]
        retry: bool,
    },
    /// The timer of `update-status` goes off.
    UpdateStatus {
        unit: String,
    },
    MoveLeadership {
        to: String,
    },
    /// The agent is told to end, runs `stop`, and a new pod with empty folders starts.
    PodReplaced {
        unit: String,
    },
    /// The agent dies at once and starts again on the same folders.
    CharmContainerRestarted {
        unit: String,
    },
    /// The Pebble of a container (re)starts.
    PebbleUp {
        unit: String,
        container: String,
    },
    /// Somebody in the workload tells its Pebble of something.
    PebbleNotice {
        unit: String,
        container: String,
        key: String,
    },
    /// A check of a Pebble fails as often as its threshold, or passes again.
    PebbleCheck {
        unit: String,
        container: String,
        check: String,
        fails: bool,
    },
    /// The timer goes off after which a failed hook is run again, or a Pebble is asked again.
    Retry {
        unit: String,
    },
    /// The timers go off of secrets that expire or are to rotate.
    SecretsDue {
        unit: String,
    },
    /// Several at once: agents see none before all are done.
    Together(Vec<Operation>),
}

/// What `juju deploy` is given.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Deploy {
    pub(super) app: String,
    /// In a case file the name of a charm, on the wire its folder. The application's name by default.
    #[serde(default)]
    pub(super) charm: String,
    #[serde(default = "one")]
    pub(super) units: u32,
    #[serde(default)]
    pub(super) trust: bool,
    #[serde(default)]
    pub(super) config: BTreeMap<String, String>,
    /// What is given of each: in a case file the name of a file or of an image, on the wire the path of the file or the same.
    #[serde(default)]
    pub(super) resources: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}

impl Operation {
    /// The same with each charm's name replaced by its folder, and each file's by its path.
    pub(super) fn with_paths(
        &self,
        folder: &impl Fn(&str) -> String,
        file: &impl Fn(&str) -> String,
    ) -> Self {
        let files = |resources: &BTreeMap<String, String>| {
            let path = |(name, given): (&String, &String)| (name.clone(), file(given));
            resources.iter().map(path).collect()
        };
        match self {
            Self::Deploy(deploy) => {
                let name = if deploy.charm.is_empty() {
                    &deploy.app
                } else {
                    &deploy.charm
                };
                Self::Deploy(Deploy {
                    charm: folder(name),
                    resources: files(&deploy.resources),
                    ..deploy.clone()
                })
            }
            Self::Refresh {
                app,
                charm,
                resources,
            } => Self::Refresh {
                app: app.clone(),
                charm: folder(charm),
                resources: files(resources),
            },
            Self::AttachResource { app, name, given } => Self::AttachResource {
                app: app.clone(),
                name: name.clone(),
                given: file(given),
            },
            Self::Together(all) => {
                Self::Together(all.iter().map(|one| one.with_paths(folder, file)).collect())
            }
            Self::Integrate { .. }
            | Self::RemoveRelation { .. }
            | Self::Config { .. }
            | Self::Trust { .. }
            | Self::ScaleApplication { .. }
            | Self::RemoveApplication { .. }
            | Self::Run { .. }
            | Self::Resolve { .. }
            | Self::UpdateStatus { .. }
            | Self::MoveLeadership { .. }
            | Self::PodReplaced { .. }
            | Self::CharmContainerRestarted { .. }
            | Self::PebbleUp { .. }
            | Self::PebbleNotice { .. }
            | Self::PebbleCheck { .. }
            | Self::Retry { .. }
            | Self::SecretsDue { .. } => self.clone(),
        }
    }
}

/// As it stands on the wire.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}
