//! The workload container, through its Pebble: looking at it and changing it.
//!
//! Whether the volume is mounted is read from `/proc/self/mountinfo` through Pebble's files API. Pebble runs in the
//! workload container, so that this is the list of its own mounts, and it needs no program of the image: an exec of `cat`
//! would fail in an image without one.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use pebble_client::{
    CheckInfo, CheckStatus, Combine, Current, Error as PebbleError, ErrorKind, Exec, FileInfo, Layer, Pebble,
};

use super::charm::Error;
use super::desired::{CONFIG, Desired, answers_check, ready_check};
use super::facts::{Container, Done, Ready, Unprepared, Workload};
use super::folders::{self, WRITE};
use crate::mount::mountinfo;
use crate::types::{Gid, Uid};

const MOUNTINFO: &str = "/proc/self/mountinfo";
/// Pebble kills a service 5 s after it asked it to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Settings with hundreds of thousands of files, on a volume behind a network, take minutes.
const CHOWN_TIMEOUT: Duration = Duration::from_mins(5);

pub(super) struct WorkloadContainer {
    name: &'static str,
    pebble: Pebble,
    /// When a step of this dispatch first started the service.
    started: Option<Instant>,
    /// The service was started since it last answered: what Pebble knows may be of the process before.
    asks_anew: bool,
    /// A step of this dispatch made the folders.
    made: bool,
    unprepared: Option<Unprepared>,
}

/// What Pebble tells of a folder.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// This.
    There(Box<FileInfo>),
    /// It may not look; the workload's user has made sure of it.
    Unseen,
    /// It is not there.
    Missing,
}

impl WorkloadContainer {
    /// Where Juju puts the socket of a container's Pebble in the charm's container.
    pub(super) fn in_pod(name: &'static str) -> Self {
        Self::with(
            name,
            PathBuf::from(format!("/charm/containers/{name}/pebble.socket")),
        )
    }

    pub(super) fn with(name: &'static str, socket: PathBuf) -> Self {
        Self {
            name,
            pebble: Pebble::new(socket),
            started: None,
            asks_anew: false,
            made: false,
            unprepared: None,
        }
    }

    /// What is there.
    pub(super) fn look(&self, desired: &Desired, done: Done) -> Result<Container, PebbleError> {
        match self.try_look(desired, done) {
            Err(error) if error.is_unreachable() => Ok(Container::Unreachable),
            seen => seen,
        }
    }

    fn try_look(&self, desired: &Desired, done: Done) -> Result<Container, PebbleError> {
        let mounts = self.pebble.pull(MOUNTINFO)?;
        match mountinfo::at(&String::from_utf8_lossy(&mounts), desired.mount_path.as_str()) {
            None => return Ok(Container::NoVolume),
            Some(mount) if mount.read_only => return Ok(Container::ReadOnly),
            Some(_) => {}
        }
        let mut missing = Vec::new();
        let mut unprepared = self.unprepared.clone();
        for folder in &desired.folders {
            match self.find(&folder.path)? {
                Found::There(info) if unprepared.is_none() => {
                    unprepared = folders::denied_to(&self.pebble, folder, info, desired.uid, desired.gid)?;
                }
                Found::There(_) | Found::Unseen => {}
                Found::Missing => missing.push(folder.path.clone()),
            }
        }
        Ok(Container::Seen(Workload {
            missing,
            config_is_given: self.config_is_given(desired.uid, desired.gid, done)?,
            planned: done.layer && self.pebble.plan()?.contains(&desired.layer),
            service: self.service()?,
            started: self.started.map(|started| started.elapsed()),
            unprepared,
        }))
    }

    /// Where even Pebble may not look, as on an export that squashes root, a folder is missing until the workload's user,
    /// who may, has made sure of it.
    pub(super) fn find(&self, path: &str) -> Result<Found, PebbleError> {
        match self.pebble.file_info(path) {
            Ok(Some(info)) => Ok(Found::There(Box::new(info))),
            Err(PebbleError::Api {
                kind: Some(ErrorKind::PermissionDenied),
                ..
            }) if self.made => Ok(Found::Unseen),
            Ok(None)
            | Err(PebbleError::Api {
                kind: Some(ErrorKind::PermissionDenied),
                ..
            }) => Ok(Found::Missing),
            Err(error) => Err(error),
        }
    }

    /// Without the folder there is nothing to give.
    fn config_is_given(&self, uid: Uid, gid: Gid, done: Done) -> Result<bool, PebbleError> {
        let info = self.pebble.file_info(CONFIG)?;
        Ok(info.is_none_or(|info| done.config && folders::allows(&info, WRITE, uid, gid)))
    }

    fn service(&self) -> Result<Option<Current>, PebbleError> {
        Ok(self
            .pebble
            .services(&[self.name])?
            .first()
            .map(|service| service.current))
    }

    /// Whether the service runs, or is about to. A container that does not answer runs nothing.
    pub(super) fn runs(&self) -> Result<bool, PebbleError> {
        match self.service() {
            Ok(service) => Ok(matches!(service, Some(Current::Active | Current::Backoff))),
            Err(error) if error.is_unreachable() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How far the application works; nothing if Pebble has gone. `timeout` is how long an answer may take.
    pub(super) fn ready(&mut self, timeout: Duration) -> Result<Option<Ready>, PebbleError> {
        match self.try_ready(timeout) {
            Err(error) if error.is_unreachable() => Ok(None),
            ready => ready.map(Some),
        }
    }

    /// What the readiness check has seen is enough. Where it has seen nothing good yet, the application is asked now. One
    /// that is watched and was silent is not: Pebble tells Juju when it answers.
    fn try_ready(&mut self, timeout: Duration) -> Result<Ready, PebbleError> {
        let (ready, answers) = (ready_check(self.name), answers_check(self.name));
        let checks = self.pebble.checks(&[&ready, &answers])?;
        let seen = |name: &str| checks.iter().find(|check| check.name == name);
        let watch = seen(&answers).map(|check| check.status);
        let watched = matches!(watch, Some(CheckStatus::Up | CheckStatus::Down));
        let good = |check: &CheckInfo| {
            check.status == CheckStatus::Up && check.successes.is_some_and(|successes| successes > 0)
        };
        if !self.asks_anew && seen(&ready).is_some_and(good) {
            return Ok(Ready {
                answers: true,
                known: true,
                watched,
            });
        }
        let asked = |name: &str| Ok::<_, PebbleError>(self.pebble.refresh_check(name, timeout)?.is_ok());
        let answers = watch != Some(CheckStatus::Down) && asked(&answers)?;
        // Kubernetes need not wait for the next try either.
        let known = answers && asked(&ready)?;
        self.asks_anew &= !known;
        Ok(Ready {
            answers,
            known,
            watched,
        })
    }

    /// Has Pebble ask the application until it answers, and tell Juju.
    pub(super) fn watch(&self) -> Result<(), PebbleError> {
        self.pebble.start_checks(&[&answers_check(self.name)]).map(drop)
    }

    /// Has Pebble leave it to the readiness check again.
    pub(super) fn unwatch(&self) -> Result<(), PebbleError> {
        self.pebble.stop_checks(&[&answers_check(self.name)]).map(drop)
    }

    /// Stops the service, and sees it end.
    pub(super) fn stop(&self) -> Result<(), Error> {
        if self.runs()? {
            let change = self.pebble.stop(&[self.name])?;
            self.pebble.wait(&change, STOP_TIMEOUT)?;
        }
        Ok(())
    }

    /// Makes folders, or keeps why that is not possible.
    pub(super) fn make_folders(&mut self, paths: &[String], uid: Uid, gid: Gid) -> Result<(), PebbleError> {
        self.made = true;
        self.unprepared = folders::make(&self.pebble, paths, uid, gid)?;
        Ok(())
    }

    /// Gives all settings to the workload's user, and says whether that was done; or keeps why it was not.
    pub(super) fn give_config(&mut self, uid: Uid, gid: Gid) -> Result<bool, PebbleError> {
        let chown = Exec::new(["chown", "-R", &format!("{uid}:{gid}"), CONFIG]).timeout(CHOWN_TIMEOUT);
        let why = match self.pebble.exec(&chown) {
            Ok(output) if output.exit_code == 0 && self.can_write_config(uid, gid)? => return Ok(true),
            Ok(output) => output.complaint(),
            Err(error @ PebbleError::Api { .. }) => error.to_string(),
            Err(
                error @ (PebbleError::ChangeFailed(_)
                | PebbleError::ChangeNotReady { .. }
                | PebbleError::TimedOut { .. }),
            ) => {
                tracing::warn!("cannot give `{CONFIG}` to {uid}:{gid} yet: {error}");
                self.unprepared = Some(Unprepared::ConfigInTime);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        self.unprepared = Some(Unprepared::Config(format!("`chown {uid}:{gid} {CONFIG}`: {why}")));
        Ok(false)
    }

    fn can_write_config(&self, uid: Uid, gid: Gid) -> Result<bool, PebbleError> {
        let info = self.pebble.file_info(CONFIG)?;
        Ok(info.is_some_and(|info| folders::allows(&info, WRITE, uid, gid)))
    }

    /// Writes the layer and starts, or restarts, what it changes. It does not wait for the service.
    pub(super) fn configure(&mut self, layer: &Layer) -> Result<(), PebbleError> {
        self.pebble.add_layer(self.name, layer, Combine::WithExisting)?;
        self.start()
    }

    /// Starts what the plan says. It does not wait for the service.
    pub(super) fn start(&mut self) -> Result<(), PebbleError> {
        self.pebble.replan()?;
        self.started.get_or_insert_with(now);
        self.asks_anew = true;
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long the service has run is seen like all else, where the world is looked at"
)]
fn now() -> Instant {
    Instant::now()
}
