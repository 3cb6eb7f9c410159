//! Unpacked charms of others: what is read, and what is refused, all reasons at once.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{fs, os::unix::fs::PermissionsExt};

use charm_metadata::{Assumption, CharmDir, Scope};

const METADATA: &str = "name: lamp\nsummary: s\ndescription: d\n";
const MANIFEST: &str = "bases: [{name: ubuntu, channel: '22.04/stable', architectures: [amd64]}]\n";

fn charm(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
        let mode = if *name == "dispatch" { 0o755 } else { 0o644 };
        fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    dir
}

/// The problems of a charm with this metadata and an otherwise good rest.
fn problems(metadata: &str) -> String {
    let dir = charm(&[
        ("metadata.yaml", metadata),
        ("manifest.yaml", MANIFEST),
        ("dispatch", ""),
    ]);
    CharmDir::read(dir.path()).map_or_else(|problems| problems.to_string(), |_| "none".to_owned())
}

fn with(more: &str) -> String {
    problems(&format!("{METADATA}{more}\n"))
}

#[test]
fn a_charm_that_charmcraft_packed_from_python_is_read() {
    let metadata = "
name: pylamp
display-name: Py Lamp
summary: s
description: |
  d
issues: https://example.com/issues
source: [https://example.com/a, https://example.com/b]
assumes: [k8s-api, {any-of: [juju >= 3.6, {all-of: [juju >= 2.9.44, juju < 3.0]}]}]
containers: {bulb: {resource: bulb-image}}
resources: {bulb-image: {type: oci-image, description: x, upstream-source: example/bulb:1}}
peers: {lamps: {interface: lamp_peers}}
provides: {light: lumens}
requires: {power: {interface: mains, limit: 1, scope: container, optional: true}, more: {interface: mains, limit: }}
unheard-of: {key: value}
";
    let manifest = "
analysis: {attributes: [{name: language, result: python}]}
bases: [{architectures: [amd64], channel: '24.04', name: ubuntu}]
charmcraft-started-at: '2026-01-01T00:00:00.000000+00:00'
charmcraft-version: 3.5.0
";
    let dir = charm(&[
        ("metadata.yaml", metadata),
        ("manifest.yaml", manifest),
        (
            "config.yaml",
            "options:\n  brightness: {type: int, default: 5}\n  secret-key: {type: secret}\n",
        ),
        ("actions.yaml", "blink:\n  description: Blink.\n"),
        ("version", "1.2.3-dirty\n"),
        ("dispatch", "#!/bin/sh\n"),
    ]);
    let charm = CharmDir::read(dir.path()).unwrap();
    assert_eq!(charm.version.as_deref(), Some("1.2.3-dirty"));
    assert_eq!(charm.metadata.provides["light"].interface, "lumens");
    let power = &charm.metadata.requires["power"];
    assert_eq!(
        (power.limit, power.scope, power.optional),
        (Some(1), Scope::Container, true)
    );
    assert_eq!(charm.metadata.requires["more"].limit, None);
    assert!(matches!(&charm.metadata.assumes[1], Assumption::AnyOf(any) if any.len() == 2));
    assert_eq!(charm.manifest.bases[0].channel, "24.04");
    assert_eq!(charm.config.options.len(), 2);
    assert!(charm.actions.by_name.contains_key("blink"));
}

#[test]
fn an_empty_folder_has_all_the_problems() {
    let dir = charm(&[]);
    insta::assert_snapshot!(CharmDir::read(dir.path()).unwrap_err(), @"
    metadata.yaml: not found
    manifest.yaml: charm metadata without bases in manifest not valid
    dispatch: not found
    ");
}

#[test]
fn problems_of_all_files_are_told_at_once() {
    let dir = charm(&[
        (
            "metadata.yaml",
            "name: lamp\nsummary: s\ndescription: d\ncontainers: {bulb: {resource: nope, uid: 1000}}\n",
        ),
        ("config.yaml", "options: {port: {type: int, default: high}}"),
        ("actions.yaml", "juju-x: {}"),
    ]);
    fs::write(dir.path().join("dispatch"), "").unwrap();
    insta::assert_snapshot!(CharmDir::read(dir.path()).unwrap_err(), @r#"
    metadata.yaml: parsing containers: referenced resource "nope" not found
    metadata.yaml: parsing containers: container "bulb" has invalid uid 1000: uid cannot be in reserved range 1000-9999
    config.yaml: invalid config default: option "port" expected int, got "high"
    actions.yaml: cannot use action name juju-x: the "juju-" prefix is reserved
    manifest.yaml: metadata v2 without manifest.yaml not valid
    dispatch: not executable (mode 0644)
    "#);
}

#[test]
fn required_keys_and_mixed_forms() {
    insta::assert_snapshot!(problems("summary: s\ndescription: d\n"), @"metadata.yaml: metadata: name: expected string, got nothing");
    insta::assert_snapshot!(problems(""), @"metadata.yaml: metadata: name: expected string, got nothing");
    insta::assert_snapshot!(problems("name: [\n"), @"metadata.yaml: unclosed bracket '[' at line 1, column 7");
    insta::assert_snapshot!(with("series: [focal]\ncontainers: {}\nmin-juju-version: 2.8.0"), @r#"metadata.yaml: ambiguous metadata: keys "min-juju-version", "series" cannot be used with "containers""#);
    insta::assert_snapshot!(with("assumes: [k8s-api]\ndeployment: {}"), @r#"metadata.yaml: ambiguous metadata: keys "deployment" cannot be used with "assumes""#);
    insta::assert_snapshot!(with("assumes: [juju = 3]"), @"metadata.yaml: cannot read `juju = 3`: expected a feature such as `k8s-api` or `juju >= 3.6` at line 4, column 11");
    insta::assert_snapshot!(with("charm-user: wheel"), @r#"metadata.yaml: parsing charm-user: invalid charm-user "wheel" expected one of root, sudoer or non-root"#);
}

#[test]
fn endpoints() {
    insta::assert_snapshot!(with("provides: {a: x}\nrequires: {a: z}"), @r#"metadata.yaml: charm "lamp" using a duplicated relation name: "a""#);
    insta::assert_snapshot!(with("requires: {a: on}"), @"metadata.yaml: expected the name of an interface, or a map with `interface` at line 4, column 15");
    insta::assert_snapshot!(with("provides: {juju-info: x, b: juju-info}\nrequires: {juju: juju-info}"), @r#"
    metadata.yaml: charm "lamp" relation "b" using a reserved interface: "juju-info"
    metadata.yaml: charm "lamp" using a reserved relation name: "juju-info"
    metadata.yaml: charm "lamp" using a reserved relation name: "juju"
    "#);
    insta::assert_snapshot!(with("requires: {Bad: x}"), @r#"metadata.yaml: relation name "Bad" not valid"#);
    insta::assert_snapshot!(with("requires: {a: {limit: 1}}"), @"metadata.yaml: interface: expected string, got nothing at line 4, column 15");
    insta::assert_snapshot!(with("subordinate: true"), @r#"metadata.yaml: subordinate charm "lamp" lacks "requires" relation with container scope"#);
    insta::assert_snapshot!(
        with("subordinate: true\nrequires: {juju-info: {interface: juju-info, scope: container}}"), @"none");
}

#[test]
fn containers_resources_and_storage() {
    insta::assert_snapshot!(with("containers: {bulb: }"), @r#"metadata.yaml: container "bulb": empty container resource reference"#);
    insta::assert_snapshot!(
        with("containers: {bulb: {resource: r}}\nresources: {r: {type: file, filename: a/b}}"), @r#"
    metadata.yaml: filename cannot contain "/" (got "a/b")
    metadata.yaml: parsing containers: referenced resource "r" is not a oci-image
    "#);
    insta::assert_snapshot!(
        with("containers: {bulb: {resource: r, gid: 9999, mounts: [{location: /x}, {storage: s}, {storage: s, location: /x}]}}\n\
              resources: {r: {type: oci-image}}"), @r#"
    metadata.yaml: parsing containers: container "bulb": storage must be specified on mount
    metadata.yaml: parsing containers: container "bulb": location must be specified on mount
    metadata.yaml: parsing containers: container "bulb": storage "s" not valid
    metadata.yaml: parsing containers: container "bulb" has invalid gid 9999: gid cannot be in reserved range 1000-9999
    "#);
    insta::assert_snapshot!(with("resources: {r: {}}"), @r#"metadata.yaml: resource "r" missing filename"#);
    insta::assert_snapshot!(with("resources: {r: {type: tape}}"), @"metadata.yaml: unknown variant `tape`, expected one of file, oci-image at line 4, column 23");
    insta::assert_snapshot!(
        with("storage: {data: {type: block, location: /x, multiple: {range: 0-0}, properties: [fast]}}"), @r#"
    metadata.yaml: charm "lamp" storage "data": location may not be specified for "type: block"
    metadata.yaml: charm "lamp" storage "data": invalid maximum count 0
    metadata.yaml: charm "lamp" storage "data": the only property is "transient"
    "#);
    insta::assert_snapshot!(with("storage: {data: {type: filesystem, multiple: {range: 0-}, minimum-size: 1K}}"), @r#"metadata.yaml: invalid multiplier suffix "K", expected one of MGTPEZY at line 4, column 73"#);
    insta::assert_snapshot!(with("storage: {data: {location: /x}}"), @"metadata.yaml: missing field `type` at line 4, column 18");
}
