//! What Juju stands on: a Kubernetes, and the pods in it. Whoever plays Juju drives it; it decides nothing of Juju's.
//!
//! Enters: writes of Juju's ([`crate::caas`]), hooks to run in pods. Leaves: what becomes of pods.

use crate::agent::HookRunner;
use crate::caas;
use crate::cluster::{Cluster, Writes};
use crate::kubelet::Materials;
use crate::kubelet::kills::Kills;
use crate::kubelet::node::Kubelet;
use crate::node::{Command, Happening, Node};
use crate::pods::Output;
use crate::real_node::RealNode;
use crate::rounds::until_quiet;
use crate::sandbox::{Error, Kubernetes, Options};
use crate::trace::Trace;
use fs_err as fs;
use juju_model::UnitName;
use kube_sandbox::{Client, KubeSandbox};
use std::io;
use std::path::{Path, PathBuf};

/// A Kubernetes and its pods. Dropping it ends every process and mount. Pods are called by their names: `app-0`.
#[derive(Debug)]
pub struct Cloud {
    pub(crate) options: Options,
    pub(crate) model: caas::Model,
    // Before the cluster: pods end first.
    pub(crate) node: Box<dyn Node>,
    pub(crate) cluster: Cluster,
    pub(crate) trace: Trace,
    pub(crate) kills: Kills,
}

impl Cloud {
    /// A Kubernetes that is started, or one that is there, with an empty namespace for the model.
    ///
    /// # Errors
    /// When the machine allows no containers, the folder cannot be written, the API cannot listen, or the cluster that is there
    /// cannot be used or has a namespace of the model's name.
    pub fn new(options: Options) -> Result<Self, Error> {
        if let Some(hint) = options.isolation.hint() {
            return Err(Error::NoIsolation { hint });
        }
        fs::create_dir_all(&options.dir).map_err(Error::file("make the folder", &options.dir))?;
        let dir = fs::canonicalize(&options.dir).map_err(Error::file("find", &options.dir))?;
        let options = Options { dir, ..options };
        // Pods of a run that was killed: nothing of them is mounted any more.
        let pods = options.dir.join("pods");
        if pods.exists() {
            fs::remove_dir_all(&pods).map_err(Error::file("clear", &pods))?;
        }
        let trace_file = options.dir.join("trace.jsonl");
        let trace = Trace::to_file(&trace_file).map_err(Error::file("write", trace_file))?;
        let kills = Kills::default();
        let model = options.model();
        let cluster = cluster(&options, &model)?;
        let node: Box<dyn Node> = match &options.kubernetes {
            Kubernetes::Cluster { .. } => Box::new(RealNode::new(trace.clone())),
            Kubernetes::Embedded | Kubernetes::Server { .. } => {
                cluster.prepare_for_sandbox_node()?;
                let materials = Materials {
                    dir: options.dir.clone(),
                    isolation: options.isolation,
                    images: options.images.clone(),
                    nfs_exports: options.nfs_exports.clone(),
                    charm_base: options.charm_base.clone(),
                    jujuc: keep_jujuc(&options)?,
                    program: keep_program(&options.dir)?,
                    kills: kills.clone(),
                };
                Box::new(Kubelet::new(materials, trace.clone()))
            }
        };
        cluster.write(&caas::namespace(&model))?;
        Ok(Self {
            options,
            model,
            node,
            cluster,
            trace,
            kills,
        })
    }

    /// The model whose namespace it has.
    pub fn model(&self) -> &caas::Model {
        &self.model
    }

    /// Carries out a write of Juju's.
    ///
    /// # Errors
    /// When Kubernetes refuses.
    pub fn write(&self, write: &caas::Write) -> Result<(), Error> {
        Ok(self.cluster.write(write)?)
    }

    /// Lets controllers and pods act until they come to rest, or for long; what became of pods, in order.
    ///
    /// # Errors
    /// When Kubernetes refuses the node a read or a write, or its controllers undo each other's work.
    pub fn step(&mut self) -> Result<Vec<Happening>, Error> {
        let mut happened = Vec::new();
        let quiet = until_quiet(|| {
            let happenings = self.node.sync(&self.cluster)?;
            let news = happenings
                .iter()
                .any(|one| !matches!(one, Happening::Terminating { .. }));
            happened.extend(happenings);
            // Last, so that they see what became of pods.
            let controlled = self.cluster.run_controllers()?;
            Ok::<_, Error>(controlled || news)
        })?;
        if !quiet {
            self.cluster.writes().note();
        }
        happened.dedup();
        Ok(happened)
    }

    /// Whether nothing is to be expected from controllers and pods by themselves.
    pub(crate) fn at_rest(&self) -> Result<bool, Error> {
        Ok(!self.node.is_busy() && self.cluster.at_rest()?)
    }

    /// A pod that was told to end may do so: its agent owes nothing any more.
    ///
    /// # Errors
    /// When Kubernetes refuses.
    pub fn let_go(&mut self, pod: &str) -> Result<(), Error> {
        self.node.let_go(pod, &self.cluster)?;
        Ok(())
    }

    /// Ends a pod here and now, as when its node loses power.
    ///
    /// # Errors
    /// When Kubernetes refuses.
    pub fn kill(&mut self, pod: &str) -> Result<(), Error> {
        Ok(self.node.kill(pod, &self.cluster)?)
    }

    /// `/var/lib/juju` of the charm's container, on this machine; none when the pod does not run.
    pub fn juju_folder(&self, pod: &str) -> Option<PathBuf> {
        self.node.juju_folder(pod)
    }

    /// What runs the hooks of `unit` in the charm's container.
    pub fn charm(&self, pod: &str, unit: &UnitName) -> Option<Box<dyn HookRunner>> {
        self.node.charm(pod, unit, &self.trace)
    }

    /// The boot ids of the Pebbles of a pod's workloads, by container.
    pub fn boots(&self, pod: &str) -> Vec<(String, String)> {
        self.node.boots(pod)
    }

    /// Runs a program in a workload container, as `kubectl exec` does, as a user and its only group; none when the container
    /// does not run.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn exec(
        &self,
        pod: &str,
        container: &str,
        argv: &[&str],
        uid: u32,
        gid: u32,
    ) -> Result<Option<Output>, Error> {
        let command = Command { argv, uid, gid };
        Ok(self.node.exec(pod, container, command).transpose()?)
    }

    /// Host and port at which a charm reaches the API.
    pub fn api(&self) -> (String, u16) {
        self.node.api(&self.cluster)
    }

    /// The embedded Kubernetes, to make its answers fail.
    ///
    /// # Errors
    /// When it is another.
    pub fn kube(&self) -> Result<&KubeSandbox, Error> {
        self.cluster.kube().ok_or(Error::NotEmbedded)
    }

    /// The Kubernetes as a person with `kubectl` and all rights has it.
    pub fn kubectl(&self) -> &Client {
        self.cluster.person()
    }
}

fn cluster(options: &Options, model: &caas::Model) -> Result<Cluster, Error> {
    match &options.kubernetes {
        Kubernetes::Embedded => {
            let kube = KubeSandbox::start(kube_sandbox::Options {
                data_dir: options.dir.join("volumes"),
                nfs_exports: options.nfs_exports.clone(),
            })?;
            let writes = Writes::default();
            let noted = writes.clone();
            kube.on_call(Box::new(move |call| noted.heard(call)));
            Ok(Cluster::embedded(kube, &model.name, writes))
        }
        Kubernetes::Server {
            kubeconfig,
            audit_log,
        }
        | Kubernetes::Cluster {
            kubeconfig,
            audit_log,
        } => {
            let cluster = Cluster::server(kubeconfig, audit_log.as_deref(), &model.name)?;
            if cluster.person().get("Namespace", None, &model.name).is_ok() {
                let name = model.name.clone();
                return Err(Error::ModelExists { name });
            }
            Ok(cluster)
        }
    }
}

/// This program as a file below `dir`, so that it can be linked into pods; a copy where it lies on another file system.
fn keep_program(dir: &Path) -> Result<PathBuf, Error> {
    let this = std::env::current_exe().map_err(Error::file("find", "/proc/self/exe"))?;
    keep(&this, dir.join("program"))
}

/// The program of the hook commands, likewise.
fn keep_jujuc(options: &Options) -> Result<PathBuf, Error> {
    match &options.jujuc {
        Some(jujuc) => keep(jujuc, options.dir.join("jujuc")),
        None => keep_program(&options.dir),
    }
}

fn keep(file: &Path, kept: PathBuf) -> Result<PathBuf, Error> {
    let done = match fs::remove_file(&kept) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => fs::hard_link(file, &kept).or_else(|_| fs::copy(file, &kept).map(drop)),
    };
    done.map_err(Error::file("make", &kept))?;
    Ok(kept)
}
