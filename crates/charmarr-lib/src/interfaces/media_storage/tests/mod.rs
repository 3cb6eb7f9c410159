//! The interface from both sides, and beside the Python library that other charms use.

mod offers;
mod python;
mod roles;
mod schemas;

use juju_ops::testing::{Declaration, State};
use juju_ops::{Databag, InvalidData, Settings};

use super::MediaStorageProviderData;

fn settings(config: &str) -> Settings {
    Settings::from([("config".to_owned(), config.to_owned())])
}

fn decode<D: Databag>(config: &str) -> Result<Option<D>, InvalidData> {
    D::decode(&settings(config))
}

fn reels() -> MediaStorageProviderData {
    MediaStorageProviderData {
        pvc_name: "reel-store".parse().unwrap(),
        mount_path: "/reels".parse().unwrap(),
        puid: 1234.try_into().unwrap(),
        pgid: 4321.try_into().unwrap(),
    }
}

const REELS: &str = r#"{"pvc_name":"reel-store","mount_path":"/reels","puid":1234,"pgid":4321}"#;

fn provider() -> Declaration {
    Declaration::new("vault").provides("media-storage")
}

fn requirer() -> Declaration {
    Declaration::new("jukebox").requires("media-storage")
}

fn leader(unit: &str) -> State {
    State::new(unit).leading()
}
