//! The embedded engine with the sandbox's own kubelet: pods are processes of this machine.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use juju_sandbox::LoneNode;
use juju_sandbox::images::Image;
use juju_sandbox::pods::Isolation;

use super::https::Endpoint;
use super::{EmbeddedCluster, Error, Subject};

/// The image of all pods: a shell with the commands of busybox.
const BOX: &str = "charmarr.test/box:1";

/// An embedded cluster whose pods run. The program that makes one calls `juju_sandbox::entry` first in `main`.
pub struct EmbeddedNode {
    cluster: EmbeddedCluster,
    node: Mutex<LoneNode>,
}

impl EmbeddedNode {
    /// Starts one; `busybox` is that program, which needs no library.
    ///
    /// # Errors
    /// When the engine does not start or the image cannot be made.
    pub fn start(busybox: &Path) -> Result<Self, Error> {
        let cluster = EmbeddedCluster::start()?;
        let image = cluster.folder().join("box");
        make_box(&image, busybox)?;
        let images = BTreeMap::from([(BOX.to_owned(), Image::Folder(image))]);
        let dir = cluster.folder().join("node");
        let node = LoneNode::new(cluster.sandbox().clone(), dir, images, Isolation::Full)?;
        Ok(EmbeddedNode {
            cluster,
            node: Mutex::new(node),
        })
    }
}

impl Subject for EmbeddedNode {
    fn name(&self) -> &'static str {
        "the embedded node"
    }

    fn endpoint(&self) -> &Endpoint {
        self.cluster.endpoint()
    }

    fn token(&self, namespace: &str, service_account: &str) -> Result<String, Error> {
        self.cluster.token(namespace, service_account)
    }

    fn settle(&self) -> Result<(), Error> {
        let mut node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
        // What is not done yet is done when this is called again.
        let _quiet = node.step().map_err(|error| Error::Node(error.to_string()))?;
        Ok(())
    }

    /// The programs in the pods take the time that they take.
    fn patience(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn at_once(&self) -> usize {
        self.cluster.at_once()
    }

    fn names(&self) -> [(&'static str, String); 2] {
        self.cluster.names()
    }
}

fn make_box(root: &Path, busybox: &Path) -> Result<(), Error> {
    let bin = root.join("bin");
    fs_err::create_dir_all(&bin)?;
    let program = bin.join("busybox");
    fs_err::copy(busybox, &program)?;
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    let listed = Command::new(&program).arg("--list").output()?;
    for command in String::from_utf8_lossy(&listed.stdout).lines() {
        if command != "busybox" {
            symlink("busybox", bin.join(command))?;
        }
    }
    Ok(())
}
