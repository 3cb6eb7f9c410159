//! What charms on the Python library write, we read; what we write, they read: one key `config`, a JSON object, made by
//! `model_dump_json` of the models in the interface's specification.

use std::collections::BTreeSet;

use juju_ops::Databag as _;
use serde_json::{Value, json};

use super::{REELS, decode, reels, settings};
use crate::interfaces::media_storage::{MediaStorageProviderData, MediaStorageRequirerData};

#[test]
fn a_provider_on_the_python_library_is_read() {
    assert_eq!(decode(REELS), Ok(Some(reels())));
    let spaced = r#"{ "pgid": 4321, "puid": 1234, "mount_path": "/reels", "pvc_name": "reel-store" }"#;
    assert_eq!(decode(spaced), Ok(Some(reels())));
    let defaults: MediaStorageProviderData = decode(r#"{"pvc_name":"charmarr-shared-media"}"#)
        .unwrap()
        .unwrap();
    assert_eq!(
        serde_json::to_value(&defaults).unwrap(),
        json!({"pvc_name": "charmarr-shared-media", "mount_path": "/data", "puid": 1000, "pgid": 1000})
    );
}

#[test]
fn fields_of_later_versions_are_ignored() {
    let later = r#"{"pvc_name":"reel-store","mount_path":"/reels","puid":1234,"pgid":4321,"umask":"002","volume_id":{"x":[1]}}"#;
    assert_eq!(decode(later), Ok(Some(reels())));
    let requirer = decode(r#"{"instance_name":"jukebox","port":1}"#);
    let instance_name = "jukebox".parse().unwrap();
    assert_eq!(requirer, Ok(Some(MediaStorageRequirerData { instance_name })));
}

#[test]
fn what_we_write_has_all_fields_and_their_json_types() {
    assert_eq!(reels().encode().unwrap(), settings(REELS));
    let requirer = MediaStorageRequirerData {
        instance_name: "jukebox".parse().unwrap(),
    };
    assert_eq!(
        requirer.encode().unwrap(),
        settings(r#"{"instance_name":"jukebox"}"#)
    );
}

/// The claim's name, the path and the user are all that an application needs. What it does not need it must not be able
/// to build on.
#[test]
fn no_detail_of_provisioning_crosses() {
    let Value::Object(fields) = serde_json::to_value(reels()).unwrap() else {
        panic!("not an object");
    };
    let fields: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(fields, BTreeSet::from(["mount_path", "pgid", "puid", "pvc_name"]));
}

#[test]
fn nothing_published_is_not_wrong() {
    assert_eq!(MediaStorageProviderData::decode(&[].into()), Ok(None));
    assert_eq!(decode::<MediaStorageProviderData>(""), Ok(None));
    assert_eq!(
        MediaStorageProviderData::decode(&[("egress".to_owned(), "10.0.0.1".to_owned())].into()),
        Ok(None)
    );
}

#[track_caller]
fn check_refused(config: &str, expect: &str) {
    let error = decode::<MediaStorageProviderData>(config).unwrap_err();
    assert_eq!(error.to_string(), expect, "{config}");
}

#[test]
fn hostile_or_malformed_data_is_refused_by_its_field() {
    let with = |field: &str, value: Value| {
        let mut data: Value = serde_json::from_str(REELS).unwrap();
        data[field] = value;
        data.to_string()
    };
    check_refused(
        &with("mount_path", json!("../etc")),
        "`mount_path`: `../etc` is not an absolute path",
    );
    check_refused(
        &with("mount_path", json!("/etc")),
        "`mount_path`: `/etc` overlaps `/etc`, which the container needs",
    );
    check_refused(
        &with("mount_path", json!("/")),
        "`mount_path`: `/` is the root of the container",
    );
    check_refused(
        &with("mount_path", json!(null)),
        "`mount_path`: invalid type: null, expected a string",
    );
    check_refused(
        &with("pvc_name", json!("Bad_Name")),
        "`pvc_name`: `Bad_Name` is not the name of a claim: lower case letters, digits, `-` and `.`, at most 253",
    );
    check_refused(
        &with("pvc_name", json!(7)),
        "`pvc_name`: invalid type: integer `7`, expected a string",
    );
    check_refused(
        &with("puid", json!(-1)),
        "`puid`: -1 is not an id: 0 to 2147483647",
    );
    check_refused(
        &with("pgid", json!(2_147_483_648_u64)),
        "`pgid`: 2147483648 is not an id: 0 to 2147483647",
    );
    check_refused(
        &with("puid", json!("1000")),
        "`puid`: invalid type: string \"1000\", expected i64",
    );
    check_refused(
        &with("puid", json!(1000.5)),
        "`puid`: invalid type: floating point `1000.5`, expected i64",
    );
    check_refused(
        &with("pgid", json!(true)),
        "`pgid`: invalid type: boolean `true`, expected i64",
    );
    check_refused(
        r#"{"mount_path":"/reels"}"#,
        "`pvc_name`: missing field `pvc_name`",
    );
    check_refused("{}", "`pvc_name`: missing field `pvc_name`");
    check_refused("7", "`config`: not a JSON object");
    check_refused("null", "`config`: not a JSON object");
    check_refused(
        r#"["reel-store","/reels",1234,4321]"#,
        "`config`: not a JSON object",
    );
    assert!(
        decode::<MediaStorageProviderData>("{")
            .unwrap_err()
            .to_string()
            .starts_with("`config`: not JSON")
    );
    assert!(
        decode::<MediaStorageProviderData>("pvc_name: x")
            .unwrap_err()
            .to_string()
            .starts_with("`config`: not JSON")
    );
}
