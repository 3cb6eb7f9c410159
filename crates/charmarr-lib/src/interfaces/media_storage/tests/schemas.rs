//! The JSON Schemas that are checked in are those of the types. To write them again, run the tests with
//! `UPDATE_SCHEMAS=1`.

use std::path::Path;

use schemars::{JsonSchema, schema_for};

use crate::interfaces::media_storage::{MediaStorageProviderData, MediaStorageRequirerData};

#[track_caller]
fn check<T: JsonSchema>(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schemas/media-storage")
        .join(file);
    let current = format!("{}\n", serde_json::to_string_pretty(&schema_for!(T)).unwrap());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        checked_in, current,
        "`{file}` is not current: run the tests with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn the_schemas_are_current() {
    check::<MediaStorageProviderData>("provider.json");
    check::<MediaStorageRequirerData>("requirer.json");
}
