//! The shape of a case file: YAML enters, checked cases leave. It runs nothing.
//!
//! A file is a list of cases. A case has a name, a sentence that says what holds, and steps. A step may hold:
//!
//! | member | meaning |
//! |---|---|
//! | `does` | from now on charms do this: `unit hook` or `unit hook remote` to a text of [`super::script`] |
//! | an operation, `deploy: {…}` | it is carried out, then all hooks run that are owed |
//! | `hooks` | the hooks that ran since, by unit, in order; of units that are not named none ran |
//! | `action` | the action that was run, in the end |
//! | `refused` | the operation is refused with this text, a pattern; Juju may say more before it |
//! | `show` | what `juju status` and the databags hold now, a pattern of [`crate::pattern`] |
//!
//! Every text of `does` must be run. `versions` tells where Juju's release that runs as the real agent differs, and why;
//! `embedded_only` of a case says why that release cannot play it at all.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{operation::Operation, script::Script};

/// One thing that holds of Juju, and the steps that show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A sentence.
    pub name: String,
    /// Charms beside, or instead of, those of `charms.yaml`.
    #[serde(default)]
    pub(super) charms: BTreeMap<String, Charm>,
    /// Files that resources are given as, with their content.
    #[serde(default)]
    pub(super) files: BTreeMap<String, String>,
    /// Where the real agent's release deliberately is not followed.
    #[serde(default)]
    pub(super) versions: Vec<VersionDifference>,
    /// Why the release that runs as the real agent cannot play it.
    #[serde(default)]
    pub embedded_only: Option<String>,
    pub(super) steps: Vec<Step>,
}

/// A difference between the release that is played and the one whose code runs as the real agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionDifference {
    /// Why it is kept.
    pub why: String,
    /// A text in what the real agent's charm saw.
    pub(super) real: String,
    /// What stands there instead.
    pub(super) ours: String,
}

/// The files of a charm.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Charm {
    pub(super) metadata: Map<String, Value>,
    #[serde(default)]
    pub(super) config: Map<String, Value>,
    #[serde(default)]
    pub(super) actions: Map<String, Value>,
}

/// One step.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    pub(super) does: BTreeMap<When, Script>,
    pub(super) operation: Option<Operation>,
    pub(super) hooks: Option<BTreeMap<String, Vec<String>>>,
    pub(super) action: Option<Value>,
    pub(super) refused: Option<String>,
    pub(super) show: Option<Value>,
}

/// In which hook of which unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When {
    pub(super) unit: String,
    pub(super) hook: String,
    /// The remote unit, or the remote application where there is no unit.
    pub(super) remote: Option<String>,
}

/// Why the cases cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A folder or file is not readable.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// Of the file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file does not hold cases or charms.
    #[error("cannot read the cases of `{}`: {message}", path.display())]
    Malformed {
        /// Of the file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
}

/// The folder of the case files.
#[must_use]
pub fn case_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/juju")
}

/// The file of the charms that any case may deploy, in [`case_files`].
const CHARMS: &str = "charms.yaml";

impl Case {
    /// All cases of the `.yaml` files in `folder`, by file name.
    ///
    /// # Errors
    /// When a file cannot be read or is not a list of cases, or two cases have one name.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, CaseError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| CaseError::Unreadable { path, source }
        };
        let entries = std::fs::read_dir(folder).map_err(unreadable(folder))?;
        let mut files = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(unreadable(folder))?;
        files.retain(|path| {
            path.extension().is_some_and(|extension| extension == "yaml")
                && path.file_name().is_none_or(|name| name != CHARMS)
        });
        files.sort();
        let charms: BTreeMap<String, Charm> = parse(&case_files().join(CHARMS))?;
        let mut cases = Vec::<Self>::new();
        for path in files {
            for mut case in parse::<Vec<Self>>(&path)? {
                if cases.iter().any(|other| other.name == case.name) {
                    return Err(CaseError::Malformed {
                        path,
                        message: format!("two cases are named `{}`", case.name),
                    });
                }
                for (name, charm) in &charms {
                    case.charms.entry(name.clone()).or_insert_with(|| charm.clone());
                }
                cases.push(case);
            }
        }
        Ok(cases)
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, CaseError> {
    let text = std::fs::read_to_string(path).map_err(|source| CaseError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    serde_saphyr::from_str(&text).map_err(|error| CaseError::Malformed {
        path: path.to_owned(),
        message: error.to_string(),
    })
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::<String, Value>::deserialize(deserializer)?;
        Self::of(members).map_err(serde::de::Error::custom)
    }
}

impl Step {
    fn of(members: Map<String, Value>) -> Result<Self, String> {
        let mut step = Self::default();
        for (name, value) in members {
            let text = |error: serde_json::Error| format!("`{name}`: {error}");
            match name.as_str() {
                "does" => step.does = scripts(serde_json::from_value(value).map_err(text)?)?,
                "hooks" => step.hooks = Some(serde_json::from_value(value).map_err(text)?),
                "action" => step.action = Some(value),
                "refused" => step.refused = Some(serde_json::from_value(value).map_err(text)?),
                "show" => step.show = Some(value),
                _ if step.operation.is_some() => return Err(format!("`{name}`: a step has one operation")),
                _ => {
                    let operation = Value::Object([(name.clone(), value)].into_iter().collect());
                    step.operation = Some(serde_json::from_value(operation).map_err(text)?);
                }
            }
        }
        Ok(step)
    }
}

fn scripts(texts: BTreeMap<String, String>) -> Result<BTreeMap<When, Script>, String> {
    let script = |(when, text): (String, String)| {
        let script = Script::parse(&text).map_err(|why| format!("`{when}`: {why}"))?;
        Ok((when.parse()?, script))
    };
    texts.into_iter().map(script).collect()
}

impl std::str::FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        match words.as_slice() {
            [unit, hook] => Ok(Self {
                unit: (*unit).to_owned(),
                hook: (*hook).to_owned(),
                remote: None,
            }),
            [unit, hook, remote] => Ok(Self {
                unit: (*unit).to_owned(),
                hook: (*hook).to_owned(),
                remote: Some((*remote).to_owned()),
            }),
            _ => Err(format!("`{text}` is not `unit hook` or `unit hook remote`")),
        }
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.unit, self.hook)?;
        self.remote.iter().try_for_each(|remote| write!(f, " {remote}"))
    }
}
