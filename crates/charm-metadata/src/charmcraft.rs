//! `charmcraft.yaml`: what a charm's author writes, and how the four files Juju reads are made from it.
//!
//! What enters: text. What leaves: [`Metadata`], [`Config`], [`Actions`], [`Manifest`]. The keys are those of Charmcraft's
//! reference; a key Charmcraft does not know is refused, as Charmcraft does. `parts` (how the charm is built) is carried
//! but has no meaning here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    actions::Actions,
    assumes::Assumption,
    config::Config,
    container::{Container, Resource},
    endpoint::Endpoint,
    manifest::{Architecture, Base, Manifest},
    metadata::{CharmUser, Metadata},
    problems::{Problem, Problems},
    storage::Storage,
    yaml,
};

pub(crate) const FILE: &str = "charmcraft.yaml";

/// A charm project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Charmcraft {
    /// Always `charm`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The charm's name.
    pub name: String,
    /// The name for people, at most 40 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// One line, at most 78 characters.
    pub summary: String,
    /// Some paragraphs.
    pub description: String,
    /// The system it runs on, such as `ubuntu@24.04`. Absent when each platform names its own.
    #[serde(default)]
    pub base: Option<String>,
    /// The system it is built on, if another.
    #[serde(default)]
    pub build_base: Option<String>,
    /// The architectures it is built for, by name.
    #[serde(default)]
    pub platforms: BTreeMap<String, Option<Platform>>,
    /// How it is built.
    #[serde(default)]
    pub parts: BTreeMap<String, Value>,
    /// Addresses for people.
    #[serde(default)]
    pub links: Option<Links>,
    /// What the controller and cloud must have.
    #[serde(default)]
    pub assumes: Vec<Assumption>,
    /// Who the charm runs as.
    #[serde(default)]
    pub charm_user: Option<CharmUser>,
    /// Workload containers.
    #[serde(default)]
    pub containers: BTreeMap<String, Container>,
    /// Images and files given at deploy time.
    #[serde(default)]
    pub resources: BTreeMap<String, Resource>,
    /// Storage per unit.
    #[serde(default)]
    pub storage: BTreeMap<String, Storage>,
    /// Hardware devices.
    #[serde(default)]
    pub devices: BTreeMap<String, Value>,
    /// Endpoints that offer something.
    #[serde(default)]
    pub provides: BTreeMap<String, Endpoint>,
    /// Endpoints that need something.
    #[serde(default)]
    pub requires: BTreeMap<String, Endpoint>,
    /// Endpoints between the units of one application.
    #[serde(default)]
    pub peers: BTreeMap<String, Endpoint>,
    /// Names of network bindings that are not endpoints.
    #[serde(default)]
    pub extra_bindings: BTreeMap<String, Value>,
    /// Whether its units live with the units of another application.
    #[serde(default)]
    pub subordinate: bool,
    /// Terms the user must agree to.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Options a user can set.
    #[serde(default)]
    pub config: Option<Config>,
    /// Actions a user can run.
    #[serde(default)]
    pub actions: Option<Actions>,
    /// Settings of Charmcraft's own linters.
    #[serde(default)]
    pub analysis: Option<Value>,
    /// Python libraries Charmcraft fetches.
    #[serde(default)]
    pub charm_libs: Vec<Value>,
}

/// Where a platform is built and for which architecture; both default to the platform's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Platform {
    /// Architectures it can be built on.
    #[serde(default)]
    pub build_on: Option<OneOrMany>,
    /// The architecture it is for.
    #[serde(default)]
    pub build_for: Option<OneOrMany>,
}

/// Addresses for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Who to ask.
    #[serde(default)]
    pub contact: Option<OneOrMany>,
    /// The documentation.
    #[serde(default)]
    pub documentation: Option<String>,
    /// Where to report problems.
    #[serde(default)]
    pub issues: Option<OneOrMany>,
    /// Where the source is.
    #[serde(default)]
    pub source: Option<OneOrMany>,
    /// Home page.
    #[serde(default)]
    pub website: Option<OneOrMany>,
}

/// A text, or a list of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Charmcraft {
    /// Reads a `charmcraft.yaml`.
    ///
    /// # Errors
    /// The text is not YAML, not of this form, or breaks one of Charmcraft's own rules. What Juju would refuse is found
    /// in the files made from it.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let charmcraft: Self = yaml::parse(FILE, text)?;
        let problems = charmcraft
            .problems()
            .into_iter()
            .map(|why| Problem::new(FILE, why))
            .collect();
        Problems::none_or(problems, charmcraft)
    }

    /// The `metadata.yaml` made from it.
    pub fn metadata(&self) -> Metadata {
        let links = self.links.clone().unwrap_or_default();
        Metadata {
            name: self.name.clone(),
            display_name: self.title.clone(),
            summary: self.summary.clone(),
            description: self.description.clone(),
            maintainers: links.contact.map(OneOrMany::into_vec).unwrap_or_default(),
            docs: links.documentation,
            issues: addresses(links.issues),
            source: addresses(links.source),
            website: addresses(links.website),
            assumes: self.assumes.clone(),
            charm_user: self.charm_user.clone(),
            containers: self.containers.clone(),
            resources: self.resources.clone(),
            storage: self.storage.clone(),
            devices: self.devices.clone(),
            provides: self.provides.clone(),
            requires: self.requires.clone(),
            peers: self.peers.clone(),
            extra_bindings: self.extra_bindings.clone(),
            subordinate: self.subordinate,
            terms: self.terms.clone(),
        }
    }

    /// The `manifest.yaml` of a charm packed for `architecture`; for all platforms if none (a charm that is a script).
    ///
    /// # Errors
    /// A platform that cannot be read, or no platform for this architecture.
    pub fn manifest(&self, architecture: Option<Architecture>) -> Result<Manifest, Problem> {
        let refused = |why: String| Problem::new(FILE, why);
        let mut bases: Vec<Base> = Vec::new();
        for (name, platform) in &self.platforms {
            let (system, target) = self.target(name, platform.as_ref()).map_err(refused)?;
            if architecture.is_some_and(|wanted| wanted != target) {
                continue;
            }
            let (os, channel) = system
                .split_once('@')
                .ok_or_else(|| refused(format!("base `{system}` is not of the form `ubuntu@24.04`")))?;
            match bases
                .iter_mut()
                .find(|base| base.name == os && base.channel == channel)
            {
                Some(base) => base.architectures.push(target),
                None => bases.push(Base {
                    name: os.to_owned(),
                    channel: channel.to_owned(),
                    architectures: vec![target],
                }),
            }
        }
        match architecture {
            Some(wanted) if bases.is_empty() => Err(refused(format!("no platform is for {wanted}"))),
            _ => Ok(Manifest { bases }),
        }
    }

    /// The base and architecture of one platform. A platform's name or its `build-for` can carry a base of its own, as
    /// in `ubuntu@24.04:amd64`.
    fn target<'a>(
        &'a self,
        name: &'a str,
        platform: Option<&'a Platform>,
    ) -> Result<(&'a str, Architecture), String> {
        let written = match platform.and_then(|platform| platform.build_for.as_ref()) {
            None => name,
            Some(OneOrMany::One(one)) => one,
            Some(OneOrMany::Many(many)) => match many.as_slice() {
                [one] => one,
                _ => return Err(format!("platform `{name}` must be for exactly one architecture")),
            },
        };
        let (own_base, architecture) = match written.split_once(':') {
            Some((base, architecture)) => (Some(base), architecture),
            None => (name.split_once(':').map(|(base, _)| base), written),
        };
        let system = own_base.or(self.base.as_deref());
        Ok((
            system.ok_or("base is missing")?,
            architecture.parse::<Architecture>()?,
        ))
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.kind != "charm" {
            problems.push(format!("type must be `charm`, not `{}`", self.kind));
        }
        if self
            .title
            .as_ref()
            .is_some_and(|title| title.chars().count() > 40)
        {
            problems.push("title is longer than 40 characters".to_owned());
        }
        if self.summary.chars().count() > 78 || self.summary.contains('\n') {
            problems.push("summary is not one line of at most 78 characters".to_owned());
        }
        if self.platforms.is_empty() {
            problems.push("platforms is missing".to_owned());
        }
        problems.extend(self.manifest(None).err().map(|problem| problem.message));
        problems
    }
}

impl OneOrMany {
    /// The texts.
    pub fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

fn addresses(written: Option<OneOrMany>) -> Value {
    match written {
        None => Value::Null,
        Some(OneOrMany::One(one)) => Value::String(one),
        Some(OneOrMany::Many(many)) => many.into(),
    }
}
