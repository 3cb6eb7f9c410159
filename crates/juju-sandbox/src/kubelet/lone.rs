//! A node without Juju: the kubelet of the sandbox on an embedded Kubernetes that somebody else drives.

use super::Materials;
use super::kills::Kills;
use super::node::Kubelet;
use crate::cluster::{Cluster, Writes};
use crate::images::Image;
use crate::node::Node as _;
use crate::pods::Isolation;
use crate::rounds::until_quiet;
use crate::sandbox::Error;
use crate::trace::Trace;
use fs_err as fs;
use kube_sandbox::KubeSandbox;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// Runs the pods of all namespaces of a Kubernetes, with its controllers.
#[derive(Debug)]
pub struct LoneNode {
    kube: Kube,
    materials: Materials,
    rooms: BTreeMap<String, (Kubelet, Cluster)>,
}

/// For `Debug`, which the embedded Kubernetes has not.
struct Kube(KubeSandbox);

impl std::fmt::Debug for Kube {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kube").field(&self.0.address()).finish()
    }
}

impl LoneNode {
    /// A node with these images, by reference; `dir` is for its pods. The program calls [`entry`](crate::entry) first in `main`.
    ///
    /// # Errors
    /// When the folder cannot be made, or this program's own file not found.
    pub fn new(
        kube: KubeSandbox,
        dir: PathBuf,
        images: BTreeMap<String, Image>,
        isolation: Isolation,
    ) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        let materials = Materials {
            dir: fs::canonicalize(dir)?,
            isolation,
            images,
            nfs_exports: BTreeMap::new(),
            charm_base: Vec::new(),
            program: std::env::current_exe()?,
            jujuc: std::env::current_exe()?,
            kills: Kills::default(),
        };
        Ok(Self {
            kube: Kube(kube),
            materials,
            rooms: BTreeMap::new(),
        })
    }

    /// Lets the controllers and the pods of all namespaces do what can be done now; false when there is more to do.
    ///
    /// # Errors
    /// When the store refuses a read or a write, or the controllers undo each other's work.
    pub fn step(&mut self) -> Result<bool, Error> {
        self.meet_namespaces();
        until_quiet(|| {
            let changed = self.kube.0.run_controllers()?;
            for (node, cluster) in self.rooms.values_mut() {
                node.sync(cluster)?;
            }
            Ok(changed)
        })
    }

    /// A namespace that came gets a kubelet, one that went loses it, with all its pods.
    fn meet_namespaces(&mut self) {
        let client = self.kube.0.client("system:node:sandbox", "kubelet");
        let listed = client.list("Namespace", None, "").unwrap_or_default();
        let there: Vec<&str> = listed
            .iter()
            .map(|namespace| crate::json::text(namespace, "/metadata/name"))
            .collect();
        self.rooms.retain(|name, _| there.contains(&name.as_str()));
        for name in there {
            let (kube, materials) = (&self.kube.0, &self.materials);
            self.rooms.entry(name.to_owned()).or_insert_with(|| {
                let cluster = Cluster::embedded(kube.clone(), name, Writes::default());
                (Kubelet::new(materials.clone(), Trace::in_memory()), cluster)
            });
        }
    }
}
