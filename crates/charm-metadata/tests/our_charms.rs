//! The charms of this repository are read, converted and packed by the rules they will meet.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use charm_metadata::{Charmcraft, ResourceType, pack};

#[test]
fn every_charm_is_valid() {
    let charms = charms();
    assert!(charms.len() >= 6, "{:?}", charms.keys());
    for (folder, charmcraft) in &charms {
        let metadata = charmcraft.metadata();
        assert_eq!(&metadata.name, folder);
        let config = charmcraft.config.clone().unwrap_or_default();
        let actions = charmcraft.actions.clone().unwrap_or_default();
        let manifest = charmcraft.manifest(None).unwrap();
        let problems = [
            metadata.problems(),
            config.problems(),
            actions.problems(folder),
            manifest.problems(&metadata),
        ];
        assert_eq!(problems.concat(), Vec::<String>::new(), "{folder}");
        let organize = charmcraft.parts["charm"]["organize"][format!("bin/{folder}")].as_str();
        assert_eq!(organize, Some("dispatch"), "{folder}");
    }
}

#[test]
fn every_application_mounts_the_shared_volume_once() {
    let mut charms = charms();
    let storage = charms.remove("charmarr-storage-k8s").unwrap().metadata();
    assert_eq!(storage.provides["media-storage"].interface, "media-storage");
    for (name, charmcraft) in charms {
        let metadata = charmcraft.metadata();
        let endpoint = &metadata.requires["media-storage"];
        assert_eq!(
            (endpoint.interface.as_str(), endpoint.limit),
            ("media-storage", Some(1)),
            "{name}"
        );
        let container = &metadata.containers[name.strip_suffix("-k8s").unwrap()];
        assert_eq!(container.mounts[0].storage, "config", "{name}");
        let resource = &metadata.resources[container.resource.as_ref().unwrap()];
        assert_eq!(resource.kind, ResourceType::OciImage);
        assert!(resource.upstream_source.is_some(), "{name}");
    }
}

#[test]
fn every_charm_packs() {
    let dir = tempfile::tempdir().unwrap();
    let dispatch = dir.path().join("built");
    fs::write(&dispatch, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&dispatch, fs::Permissions::from_mode(0o700)).unwrap();
    for (folder, charmcraft) in charms() {
        let packed = pack::pack(&charms_dir().join(&folder), &dispatch, &dir.path().join("dist")).unwrap();
        assert_eq!(packed.charm.metadata, charmcraft.metadata(), "{folder}");
        assert_eq!(
            packed.charm.config,
            charmcraft.config.unwrap_or_default(),
            "{folder}"
        );
        assert!(packed.charm.path.join("icon.svg").is_file(), "{folder}");
    }
}

fn charms() -> BTreeMap<String, Charmcraft> {
    let folders = fs::read_dir(charms_dir())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let read = |folder: std::path::PathBuf| {
        let text = fs::read_to_string(folder.join("charmcraft.yaml")).ok()?;
        let name = folder.file_name()?.to_str()?.to_owned();
        Some((
            name,
            Charmcraft::parse(&text).unwrap_or_else(|why| panic!("{}: {why}", folder.display())),
        ))
    };
    folders.filter_map(read).collect()
}

fn charms_dir() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charms")
}
