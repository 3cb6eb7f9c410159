//! Resources as `juju` reads and checks them before it asks the controller. Enters: a charm and what stands behind `--resource`.
//! Leaves: what the model keeps.

use charm_metadata::{CharmDir, Resource as Declared, ResourceType};
use fs_err as fs;
use juju_model::{AppName, Resource, World};
use std::collections::BTreeMap;
use std::io;

/// What `resource-get` calls the file of an image (Juju: `OpenResource` in `worker/uniter/runner/context/resources`).
const IMAGE_FILE: &str = "content.yaml";

/// Why `juju` refuses what was given with `--resource`, in its words (`cmd/juju/resource/validation.go`, and where told).
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The charm declares no such resources.
    #[error("unrecognized {}", listed(.0))]
    Unknown(Vec<String>),
    /// A charm comes with the images of its containers (`cmd/juju/application/deployer`).
    #[error("local charm missing OCI images for: {}", .0.join(", "))]
    MissingImages(Vec<String>),
    /// A refreshed charm comes with the resources that it did not have (`cmd/juju/application/utils`).
    #[error("new resource {0:?} was missing, please provide it via --resource")]
    New(String),
    /// The file that was given ends otherwise than the charm says (`apiserver/resources.go`).
    #[error("resource {name:?}: incorrect extension on resource upload {given:?}, expected {expected:?}")]
    Extension {
        /// The resource.
        name: String,
        /// The file that was given.
        given: String,
        /// How it is to end.
        expected: String,
    },
    /// The file that was given cannot be read.
    #[error("file for resource {name:?}")]
    File {
        /// The resource.
        name: String,
        /// Why not.
        source: io::Error,
    },
}

/// One resource is quoted, several are listed.
fn listed(names: &[String]) -> String {
    match names {
        [name] => format!("resource {name:?}"),
        names => format!("resources: {}", names.join(", ")),
    }
}

/// The resources of a charm that is deployed: of a file its path was given, of an image its reference.
///
/// # Errors
/// When one is given that the charm does not declare, or a file that cannot be read or has another extension.
pub fn deployed(
    charm: &CharmDir,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Resource>, Refused> {
    let declared = &charm.metadata.resources;
    let unknown: Vec<String> = given
        .keys()
        .filter(|name| !declared.contains_key(*name))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        return Err(Refused::Unknown(unknown));
    }
    let read = |(name, declared): (&String, &Declared)| {
        let content = given.get(name).map(|given| attached(name, declared, given));
        let resource = Resource {
            file: file(declared),
            content: content.transpose()?,
        };
        Ok((name.clone(), resource))
    };
    declared.iter().map(read).collect()
}

/// Those of a refreshed charm: the ones that `app` in `world` does not have, and the ones that are given anew.
///
/// # Errors
/// As [`deployed`], and when one is new and not given.
pub fn refreshed(
    charm: &CharmDir,
    given: &BTreeMap<String, String>,
    world: &World,
    app: &AppName,
) -> Result<BTreeMap<String, Resource>, Refused> {
    let mut all = deployed(charm, given)?;
    let has = |name: &String| {
        // One that is not there is refused by the model.
        let application = world.application(app);
        application.is_none_or(|application| application.resources.contains_key(name))
    };
    let missing = all
        .iter()
        .find(|(name, resource)| resource.content.is_none() && !has(name));
    if let Some((name, _)) = missing {
        return Err(Refused::New(name.clone()));
    }
    all.retain(|_, resource| resource.content.is_some());
    Ok(all)
}

/// The images without a reference.
pub(super) fn missing_images(charm: &CharmDir, given: &BTreeMap<String, String>) -> Vec<String> {
    let images = charm
        .metadata
        .resources
        .iter()
        .filter(|(_, resource)| resource.kind == ResourceType::OciImage);
    images
        .filter(|(name, _)| !given.contains_key(*name))
        .map(|(name, _)| name.clone())
        .collect()
}

/// What is in the resource `name` then.
///
/// # Errors
/// When its file cannot be read or has another extension than the charm says.
pub fn attached(name: &str, declared: &Declared, given: &str) -> Result<Vec<u8>, Refused> {
    match declared.kind {
        ResourceType::File => {
            let expected = extension(&file(declared));
            if extension(given) != expected {
                return Err(Refused::Extension {
                    name: name.to_owned(),
                    given: given.to_owned(),
                    expected,
                });
            }
            fs::read(given).map_err(|source| Refused::File {
                name: name.to_owned(),
                source,
            })
        }
        ResourceType::OciImage => {
            let yaml = format!("registrypath: {given}\nusername: \"\"\npassword: \"\"\n");
            Ok(yaml.into_bytes())
        }
    }
}

fn file(declared: &Declared) -> String {
    match declared.kind {
        ResourceType::File => declared.filename.clone().unwrap_or_default(),
        ResourceType::OciImage => IMAGE_FILE.to_owned(),
    }
}

/// With its dot, as Go's `path.Ext` has it: from the last dot of the last part on.
fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let dot = name.rfind('.').and_then(|dot| name.get(dot..));
    dot.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_begins_at_the_last_dot_of_the_name() {
        let cases = [
            ("a/b.tar.gz", ".gz"),
            ("a.d/b", ""),
            (".profile", ".profile"),
            ("", ""),
        ];
        for (path, wanted) in cases {
            assert_eq!(extension(path), wanted, "{path}");
        }
    }
}
