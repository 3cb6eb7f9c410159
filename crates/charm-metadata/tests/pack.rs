//! Packing: layout, modes, the same bytes twice, and what is refused.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use charm_metadata::{
    Architecture, CharmDir,
    pack::{self, PackError},
};

const LAMP: &str = r#"
type: charm
name: lamp-k8s
title: Lamp
summary: Light.
description: Gives light.
base: ubuntu@24.04
platforms: {amd64: , arm64: {build-on: [amd64], build-for: [arm64]}}
parts: {charm: {plugin: nil}}
links: {contact: Ada <ada@example.com>, website: https://example.com/lamp}
assumes: [k8s-api, juju >= 3.6]
containers: {bulb: {resource: bulb-image, mounts: [{storage: filament, location: /filament}]}}
resources: {bulb-image: {type: oci-image}}
storage: {filament: {type: filesystem, minimum-size: 10G}}
provides: {light: {interface: lumens}}
requires: {power: {interface: mains, limit: 1}}
config: {options: {colour: {type: string, default: "2700"}}}
actions: {blink: {params: {times: {type: integer}}, additionalProperties: false}}
"#;

struct Source(tempfile::TempDir);

impl Source {
    fn new(charmcraft: &str, machine: u16) -> Self {
        let source = Self(tempfile::tempdir().unwrap());
        source.write("charmcraft.yaml", charmcraft);
        source.write("icon.svg", "<svg/>");
        let mut program = b"\x7fELF\x02\x01".to_vec();
        program.resize(18, 0);
        program.extend(machine.to_le_bytes());
        fs::write(source.path("program"), program).unwrap();
        source
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn pack(&self) -> Result<pack::Packed, PackError> {
        pack::pack(self.0.path(), &self.path("program"), &self.path("dist"))
    }
}

#[test]
fn the_folder_is_what_juju_reads() {
    let source = Source::new(LAMP, 62);
    let packed = source.pack().unwrap();
    assert_eq!(packed.architecture, Some(Architecture::Amd64));
    assert_eq!(
        packed.charm,
        CharmDir::read(source.path("dist/lamp-k8s")).unwrap()
    );
    let text = |name: &str| fs::read_to_string(packed.charm.path.join(name)).unwrap();
    insta::assert_snapshot!(text("metadata.yaml"), @"
    name: lamp-k8s
    display-name: Lamp
    summary: Light.
    description: Gives light.
    maintainers:
    - Ada <ada@example.com>
    website: https://example.com/lamp
    assumes:
    - k8s-api
    - juju >= 3.6
    containers:
      bulb:
        resource: bulb-image
        mounts:
        - storage: filament
          location: /filament
    resources:
      bulb-image:
        type: oci-image
    storage:
      filament:
        type: filesystem
        minimum-size: 10G
    provides:
      light:
        interface: lumens
    requires:
      power:
        interface: mains
        limit: 1
    ");
    insta::assert_snapshot!(text("manifest.yaml"), @r#"
    bases:
    - name: ubuntu
      channel: "24.04"
      architectures:
      - amd64
    "#);
    insta::assert_snapshot!(text("config.yaml"), @r#"
    options:
      colour:
        type: string
        default: "2700"
    "#);
    insta::assert_snapshot!(text("actions.yaml"), @"
    blink:
      params:
        times:
          type: integer
      additionalProperties: false
    ");
}

#[test]
fn the_archive_has_sorted_entries_with_modes() {
    let source = Source::new(LAMP, 183);
    source.write("LICENSE", "yours");
    let packed = source.pack().unwrap();
    assert_eq!(
        packed.charm.manifest.bases[0].architectures,
        [Architecture::Arm64]
    );
    let mut zip = zip::ZipArchive::new(fs::File::open(&packed.archive).unwrap()).unwrap();
    let entries = (0..zip.len()).map(|index| {
        let mut entry = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert_eq!(
            content,
            fs::read(packed.charm.path.join(entry.name().unwrap().as_ref())).unwrap()
        );
        format!("{:o} {}", entry.unix_mode().unwrap(), entry.name().unwrap())
    });
    insta::assert_snapshot!(entries.collect::<Vec<_>>().join("\n"), @"
    100644 LICENSE
    100644 actions.yaml
    100644 config.yaml
    100755 dispatch
    100644 icon.svg
    100644 manifest.yaml
    100644 metadata.yaml
    ");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let source = Source::new(LAMP, 62);
    let first = fs::read(source.pack().unwrap().archive).unwrap();
    fs::set_permissions(source.path("icon.svg"), fs::Permissions::from_mode(0o600)).unwrap();
    let again = fs::File::open(source.path("program")).unwrap();
    again.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert!(
        fs::read(source.pack().unwrap().archive).unwrap() == first,
        "the archives differ"
    );
}

#[test]
fn a_broken_charm_is_refused_and_the_last_good_one_stays() {
    let source = Source::new(LAMP, 62);
    let good = source.pack().unwrap();
    source.write(
        "charmcraft.yaml",
        &LAMP.replace("resource: bulb-image", "resource: tube-image"),
    );
    insta::assert_snapshot!(reasons(&source), @r#"metadata.yaml: parsing containers: referenced resource "tube-image" not found"#);
    assert_eq!(CharmDir::read(&good.charm.path).unwrap(), good.charm);

    source.write("charmcraft.yaml", &LAMP.replace("amd64: , ", ""));
    insta::assert_snapshot!(reasons(&source), @"charmcraft.yaml: no platform is for amd64");
    source.write("charmcraft.yaml", &LAMP.replace("summary:", "sumary:"));
    insta::assert_snapshot!(reasons(&source), @"charmcraft.yaml: unknown field `sumary`, expected one of type, name, title, summary, description, base, build-base, platforms, parts, links, assumes, charm-user, containers, resources, storage, devices, provides, requires, peers, extra-bindings, subordinate, terms, config, actions, analysis, charm-libs at line 5, column 1");
}

#[test]
fn a_folder_that_is_no_charm_is_not_replaced() {
    let source = Source::new(LAMP, 62);
    fs::create_dir_all(source.path("dist/lamp-k8s")).unwrap();
    source.write("dist/lamp-k8s/diary", "dear diary");
    assert!(matches!(source.pack(), Err(PackError::NotACharm(path)) if path.ends_with("lamp-k8s")));
    assert!(Path::new(&source.path("dist/lamp-k8s/diary")).is_file());
}

fn reasons(source: &Source) -> String {
    let error = source.pack().unwrap_err();
    std::error::Error::source(&error).unwrap().to_string()
}
