//! The workload, which is held back until the volume is seen from inside its container.

use std::ops::ControlFlow::Continue;

use juju_ops::Status;
use pebble_client::{Current, Layer};

use super::{Flow, Gate, seen, settle, wait};
use crate::interfaces::media_storage::MediaStorageProviderData;
use crate::media_app::desired::Desired;
use crate::media_app::facts::{Container, Facts, Unprepared, Workload};
use crate::media_app::words;
use crate::types::{Gid, Uid};

#[derive(Debug, Clone, PartialEq)]
pub(in crate::media_app) enum Step {
    /// Makes folders on the volume, writable for the group.
    MakeFolders { paths: Vec<String>, uid: Uid, gid: Gid },
    /// Gives all settings to the workload's user.
    GiveConfig { uid: Uid, gid: Gid },
    /// Writes Pebble's layer and acts on it.
    Configure(Layer),
    /// Opens the port of the web interface. Nobody has to wait for the application to answer: Kubernetes sends nothing to a
    /// pod that is not ready.
    OpenPort(u16),
    /// Starts the service that the plan has already.
    Start,
}

/// `mounted` is the data that the volume is mounted with. Hands on what is in the container.
pub(super) fn decide<'a>(facts: &'a Facts, mounted: &MediaStorageProviderData) -> Flow<&'a Workload> {
    let desired = match seen(facts.desired.as_ref(), || Gate::Desired(mounted.clone()))? {
        Ok(desired) => desired,
        Err(invalid) => return settle(Status::blocked(invalid.to_string())),
    };
    match seen(facts.workload.as_ref(), || Gate::Container(desired.clone()))? {
        Container::Unreachable => wait(words::no_pebble()),
        Container::NoVolume => wait(words::no_volume(&desired.mount_path)),
        Container::ReadOnly => settle(words::read_only(&desired.mount_path)),
        Container::Seen(workload) => prepare(facts, desired, workload),
    }
}

fn prepare<'a>(facts: &Facts, desired: &Desired, workload: &'a Workload) -> Flow<&'a Workload> {
    match &workload.unprepared {
        Some(Unprepared::Folders(why)) => return settle(words::unwritten(why)),
        Some(Unprepared::Denied { folder, found }) => {
            let (uid, gid) = (desired.uid, desired.gid);
            return settle(words::storage_denied(uid, gid, folder, found.as_deref()));
        }
        Some(Unprepared::Config(why)) => return settle(words::ungiven_config(why)),
        Some(Unprepared::ConfigInTime) => return wait(words::preparing_config()),
        None => {}
    }
    let (uid, gid) = (desired.uid, desired.gid);
    if !workload.missing.is_empty() {
        let paths = workload.missing.clone();
        return step(Step::MakeFolders { paths, uid, gid });
    }
    if !workload.config_is_given {
        return step(Step::GiveConfig { uid, gid });
    }
    if !workload.planned {
        return step(Step::Configure(desired.layer.clone()));
    }
    if !facts.port_is_open {
        return step(Step::OpenPort(facts.port));
    }
    match workload.service {
        // Pebble tries again by itself.
        Some(Current::Active | Current::Backoff) => Continue(workload),
        // On its way.
        _ if workload.started.is_some() => Continue(workload),
        _ => step(Step::Start),
    }
}

fn step<T>(step: Step) -> Flow<T> {
    super::step(super::Step::Workload(step))
}
