//! The network that the containers of one pod share.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::container::{ready, stage_process};
use super::control::{Control, NetworkPlan};
use super::plan::user_namespace;
use super::stage::Stage;
use super::{Error, Isolation, Network};

/// A network of its own with a loopback device, kept by one small process. It ends with the last clone.
#[derive(Clone, Debug)]
pub struct PodNetwork {
    keeper: Arc<Keeper>,
}

/// A way out: what connects to `inside` in the pod's network reaches `host` in the machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// An address of the pod's loopback device.
    pub inside: SocketAddr,
    /// An address that the host program can reach.
    pub host: SocketAddr,
}

#[derive(Debug)]
struct Keeper {
    process: Mutex<Child>,
    control: Control,
    pid: u32,
    /// The thread that is in the network; the others of the process are not.
    thread: i32,
}

impl PodNetwork {
    /// Makes a network with these ways out and no other.
    ///
    /// # Errors
    /// When the machine allows no containers, or an inner address cannot be listened on.
    pub fn new(isolation: Isolation, doors: &[Door]) -> Result<Self, Error> {
        if let Some(hint) = isolation.hint() {
            return Err(Error::NoIsolation { hint });
        }
        let at = |source| Error::Start {
            container: "network".into(),
            source,
        };
        let (control, stdin) = Control::pair().map_err(at)?;
        let mut process = stage_process(Stage::Network, stdin).spawn().map_err(at)?;
        let plan = NetworkPlan {
            user: user_namespace(&Network::Host, isolation),
            doors: doors.to_vec(),
        };
        let started = control.send(&plan).and_then(|()| control.receive());
        match ready(started, "network") {
            Ok(thread) => {
                let pid = process.id();
                Ok(Self {
                    keeper: Arc::new(Keeper {
                        process: Mutex::new(process),
                        control,
                        pid,
                        thread,
                    }),
                })
            }
            Err(error) => {
                control.close();
                process.wait().map_err(at)?;
                Err(error)
            }
        }
    }

    // The keeper is our own child and not waited for while a clone of this lives, so its number stays its own.
    pub(super) fn user_namespace(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/ns/user", self.keeper.pid))
    }

    pub(super) fn network_namespace(&self) -> PathBuf {
        PathBuf::from(format!(
            "/proc/{}/task/{}/ns/net",
            self.keeper.pid, self.keeper.thread
        ))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.control.close();
        // Nobody is left to tell.
        let _ = self.process.lock().unwrap_or_else(PoisonError::into_inner).wait();
    }
}
