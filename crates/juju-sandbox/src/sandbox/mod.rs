//! The engine: one model, its Kubernetes and its pods, driven by Juju's verbs.
//!
//! Enters: operations. Leaves: hooks that really ran, and the state they left. [`Sandbox::perform`] only changes the model;
//! [`Sandbox::settle`] then does everything that is owed, in a fixed order, until nothing is.

mod cluster_step;
mod deploy;
mod error;
mod faults;
mod hook_step;
mod options;
mod progress;
mod scripted;
mod settle;
mod time_step;
mod trigger;
mod workload;

pub use deploy::{Deployment, charm_facts};
pub use error::Error;
pub use options::{Kubernetes, Options};
pub use progress::{Progress, Settled};
pub use scripted::ScriptedCharm;
pub use trigger::KillAfterCall;

use crate::caas;
use crate::cluster::{Cluster, KubeApi, Writes};
use crate::kubelet::Materials;
use crate::kubelet::kills::Kills;
use crate::kubelet::node::Kubelet;
use crate::node::{Command, Node};
use crate::pods::{Isolation, Output};
use crate::real_node::RealNode;
use crate::trace::{Counts, Trace};
use deploy::Deployed;
use fs_err as fs;
use juju_model::{AppName, Deploy, ModelFacts, ModelStatus, Operation, Outcome, UnitName, World};
use kube_sandbox::KubeSandbox;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trigger::{Observer, Triggers};

/// Juju in a box. Dropping it ends every process and mount.
#[derive(Debug)]
pub struct Sandbox {
    options: Options,
    model: caas::Model,
    world: Arc<Mutex<World>>,
    // Before the cluster: pods end first.
    node: Box<dyn Node>,
    cluster: Cluster,
    trace: Trace,
    kills: Kills,
    triggers: Triggers,
    apps: BTreeMap<AppName, Deployed>,
    /// Applications whose objects Kubernetes still holds.
    made: BTreeSet<AppName>,
    /// What the Pebbles of a unit told when its last hook ended.
    watched: BTreeMap<UnitName, time_step::Watched>,
    last: Option<UnitName>,
}

/// Ends a sandbox from another thread: a handler of Ctrl-C.
#[derive(Clone, Debug)]
pub struct Interrupt {
    kills: Kills,
}

impl Interrupt {
    /// Ends every container, now and from now on; [`Sandbox::settle`] then returns [`Error::Interrupted`].
    pub fn interrupt(&self) {
        self.kills.kill_everything();
    }
}

impl Sandbox {
    /// An empty model in a Kubernetes that is started for it, or in one that is there.
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
        let model = options.model();
        let world = Arc::new(Mutex::new(World::new(ModelFacts {
            name: model.name.clone(),
            uuid: model.uuid.clone(),
            juju_version: model.juju_version.clone(),
        })));
        let (kills, triggers) = (Kills::default(), Triggers::default());
        let cluster = match &options.kubernetes {
            Kubernetes::Embedded => {
                let writes = Writes::default();
                let observer = Observer {
                    triggers: triggers.clone(),
                    trace: trace.clone(),
                    kills: kills.clone(),
                    world: Arc::clone(&world),
                    writes: writes.clone(),
                };
                let kube = start_kubernetes(&options)?;
                kube.on_call(Box::new(move |call| observer.observe(call)));
                Cluster::embedded(kube, &model.name, writes)
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
                    return Err(Error::ModelExists { name: model.name });
                }
                cluster
            }
        };
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
                    program: keep_program(&options.dir)?,
                    kills: kills.clone(),
                };
                Box::new(Kubelet::new(materials, trace.clone()))
            }
        };
        cluster.write(&caas::namespace(&model))?;
        Ok(Self {
            world,
            node,
            cluster,
            model,
            trace,
            kills,
            triggers,
            apps: BTreeMap::new(),
            made: BTreeSet::new(),
            watched: BTreeMap::new(),
            last: None,
            options,
        })
    }

    /// `juju deploy`: reads and checks the charm's folder, then tells the model.
    ///
    /// # Errors
    /// When Juju would refuse the charm, its images or the configuration.
    pub fn deploy(&mut self, deployment: Deployment) -> Result<(), Error> {
        let Deployment {
            app,
            charm,
            resources,
            trust,
            config,
            units,
            storage,
        } = deployment;
        let (charm, facts) = deploy::read(&app, &charm, &resources)?;
        let deploy = Deploy {
            app: app.clone(),
            charm: facts,
            trust,
            config,
            units,
        };
        self.world().perform(Operation::Deploy(Box::new(deploy)))?;
        self.apps.insert(
            app,
            Deployed {
                charm,
                resources,
                storage,
                refreshes: 0,
                applied: None,
            },
        );
        Ok(())
    }

    /// `juju refresh --path`: the application gets the charm of another folder; its pods are replaced.
    ///
    /// # Errors
    /// When Juju would refuse the charm, or there is no such application.
    pub fn refresh(&mut self, app: &AppName, charm: &Path) -> Result<(), Error> {
        let resources = self
            .apps
            .get(app)
            .map(|deployed| deployed.resources.clone())
            .unwrap_or_default();
        let (charm, facts) = deploy::read(app, charm, &resources)?;
        self.world().perform(Operation::Refresh {
            app: app.clone(),
            charm: Box::new(facts),
        })?;
        if let Some(deployed) = self.apps.get_mut(app) {
            deployed.charm = charm;
            deployed.refreshes += 1;
        }
        Ok(())
    }

    /// Any other of Juju's verbs. Nothing runs before [`Sandbox::settle`].
    ///
    /// # Errors
    /// All reasons why the model refuses; [`Operation::Deploy`] and [`Operation::Refresh`] are refused as well, since the model
    /// alone does not know where the charm is.
    pub fn perform(&mut self, operation: Operation) -> Result<Outcome, Error> {
        if matches!(operation, Operation::Deploy(_) | Operation::Refresh { .. }) {
            return Err(Error::CharmUnknown {
                operation: operation.to_string(),
            });
        }
        Ok(self.world().perform(operation)?)
    }

    /// `juju status`.
    pub fn status(&self) -> ModelStatus {
        self.world().status()
    }

    /// Looks at the model.
    pub fn inspect<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world())
    }

    /// Runs a program in a workload container, as `kubectl exec` does.
    ///
    /// # Errors
    /// When the container does not run, or the program cannot be started.
    pub fn exec(
        &self,
        unit: &UnitName,
        container: &str,
        argv: &[&str],
        uid: u32,
        gid: u32,
    ) -> Result<Output, Error> {
        let command = Command { argv, uid, gid };
        let Some(output) = self.node.exec(&unit.dashed(), container, command) else {
            return Err(Error::NoContainer {
                unit: unit.to_string(),
                container: container.to_owned(),
            });
        };
        Ok(output?)
    }

    /// The embedded Kubernetes, to make its answers fail.
    ///
    /// # Errors
    /// When the model lives in another.
    pub fn kube(&self) -> Result<&KubeSandbox, Error> {
        self.cluster.kube().ok_or(Error::NotEmbedded)
    }

    /// The Kubernetes that the model lives in, as a person with `kubectl` and all rights has it.
    pub fn kubectl(&self) -> &dyn KubeApi {
        self.cluster.person()
    }

    /// What happened so far.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How much happened so far.
    pub fn counts(&self) -> Counts {
        self.trace.counts()
    }

    /// The folder that holds everything.
    pub fn dir(&self) -> &Path {
        &self.options.dir
    }

    /// How real the containers are.
    pub fn isolation(&self) -> Isolation {
        self.options.isolation
    }

    /// Everything that stands in for the real thing, one line each.
    pub fn simulated(&self) -> Vec<String> {
        let juju = format!(
            "Juju {} (an embedded model and unit agent)",
            self.model.juju_version
        );
        let engines = std::iter::once(juju).chain(self.options.kubernetes.simulated().map(str::to_owned));
        let exports = self
            .options
            .nfs_exports
            .keys()
            .map(|export| format!("NFS export {export} (a folder)"));
        let used = self
            .apps
            .values()
            .flat_map(|app| app.resources.values())
            .collect::<BTreeSet<_>>();
        let images = used
            .into_iter()
            .filter_map(|reference| self.options.images.get(reference)?.simulated(reference));
        let isolation = self.options.isolation.simulated().map(str::to_owned);
        engines.chain(isolation).chain(exports).chain(images).collect()
    }

    /// What ends this sandbox from another thread.
    pub fn interrupter(&self) -> Interrupt {
        Interrupt {
            kills: self.kills.clone(),
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_kubernetes(options: &Options) -> Result<KubeSandbox, Error> {
    KubeSandbox::start(kube_sandbox::Options {
        data_dir: options.dir.join("volumes"),
        nfs_exports: options.nfs_exports.clone(),
    })
    .map_err(Error::Kubernetes)
}

/// This program as a file below `dir`, so that it can be linked into pods; a copy where it lies on another file system.
fn keep_program(dir: &Path) -> Result<PathBuf, Error> {
    let program = dir.join("program");
    let this = std::env::current_exe().map_err(Error::file("find", "/proc/self/exe"))?;
    let kept = match fs::remove_file(&program) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => fs::hard_link(&this, &program).or_else(|_| fs::copy(&this, &program).map(drop)),
    };
    kept.map_err(Error::file("make", &program))?;
    Ok(program)
}
