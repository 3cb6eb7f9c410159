//! The images that the pods of a model need on a real node, as folders that become their roots.

use super::container_agent;
use crate::caas;
use crate::images::{Image, STAND_IN_PROGRAM};
use fs_err as fs;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Writes the root of every image below `dir`: those of Juju's own containers, with `pebble` in them and this program in the place of
/// Juju's agent, and the `images` of workloads. Leaves the folders by image reference.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write_images(
    dir: &Path,
    juju_version: &str,
    images: &BTreeMap<String, Image>,
    pebble: &Path,
) -> io::Result<BTreeMap<String, PathBuf>> {
    let program = std::env::current_exe()?;
    let mut roots = BTreeMap::new();
    let mut root = |reference: String| {
        let root = dir.join(format!("image-{}", roots.len()));
        roots.insert(reference, root.clone());
        root
    };
    let nothing = Image::StandIn(crate::images::StandIn::default());

    let init = root(caas::init_image(juju_version));
    nothing.unpack(&init)?;
    install(&program, &init, container_agent::PROGRAM)?;
    install(pebble, &init, container_agent::PEBBLE)?;
    nothing.unpack(&root(caas::CHARM_IMAGE.to_owned()))?;
    for (reference, image) in images {
        let workload = root(reference.clone());
        image.unpack(&workload)?;
        if matches!(image, Image::StandIn(_)) {
            install(&program, &workload, STAND_IN_PROGRAM)?;
        }
    }
    Ok(roots)
}

fn install(program: &Path, root: &Path, path: &str) -> io::Result<()> {
    let target = root.join(path.trim_start_matches('/'));
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(program, &target)?;
    fs::set_permissions(&target, std::fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_container_of_a_pod_has_its_image() {
        let dir = tempfile::tempdir().unwrap();
        let pebble = dir.path().join("pebble");
        fs::write(&pebble, "pebble").unwrap();
        let images = BTreeMap::from([(
            "tea:1".to_owned(),
            Image::StandIn(crate::images::StandIn::default()),
        )]);

        let roots = write_images(dir.path(), "3.6.8", &images, &pebble).unwrap();

        let names: Vec<_> = roots.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "ghcr.io/juju/charm-base:ubuntu-24.04",
                "ghcr.io/juju/jujud-operator:3.6.8",
                "tea:1"
            ]
        );
        let init = &roots["ghcr.io/juju/jujud-operator:3.6.8"];
        assert_eq!(fs::read_to_string(init.join("opt/pebble")).unwrap(), "pebble");
        assert!(init.join("opt/containeragent").is_file());
        assert!(roots["tea:1"].join("charm/bin/stand-in").is_file());
    }
}
