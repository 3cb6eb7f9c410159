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
pub mod resources;
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

use crate::cloud::Cloud;
use crate::kubelet::kills::Kills;
use crate::pods::{Isolation, Output};
use crate::trace::{Counts, Trace};
use deploy::Deployed;
use juju_model::{AppName, Deploy, ModelFacts, ModelStatus, Operation, Outcome, Seconds, UnitName, World};
use kube_sandbox::{Client, KubeSandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trigger::{Observer, Triggers};

/// Juju in a box. Dropping it ends every process and mount.
#[derive(Debug)]
pub struct Sandbox {
    cloud: Cloud,
    world: Arc<Mutex<World>>,
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
        let cloud = Cloud::new(options)?;
        let model = &cloud.model;
        let world = Arc::new(Mutex::new(World::new(ModelFacts {
            name: model.name.clone(),
            uuid: model.uuid.clone(),
            juju_version: model.juju_version.clone(),
        })));
        let triggers = Triggers::default();
        if let Ok(kube) = cloud.kube() {
            let observer = Observer {
                triggers: triggers.clone(),
                trace: cloud.trace.clone(),
                kills: cloud.kills.clone(),
                world: Arc::clone(&world),
            };
            kube.on_call(Box::new(move |call| observer.observe(call)));
        }
        Ok(Self {
            world,
            cloud,
            triggers,
            apps: BTreeMap::new(),
            made: BTreeSet::new(),
            watched: BTreeMap::new(),
            last: None,
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
        let (charm, facts) = deploy::read(&charm)?;
        let refused = |source| Error::Resources {
            operation: format!("deploy `{app}`"),
            source,
        };
        let missing = resources::missing_images(&charm, &resources);
        if !missing.is_empty() {
            return Err(refused(resources::Refused::MissingImages(missing)));
        }
        let deploy = Deploy {
            app: app.clone(),
            charm: facts,
            trust,
            config,
            units,
            resources: resources::deployed(&charm, &resources).map_err(refused)?,
        };
        self.world().perform(Operation::Deploy(Box::new(deploy)))?;
        self.apps.insert(
            app,
            Deployed {
                charm,
                resources,
                storage,
                applied: None,
            },
        );
        Ok(())
    }

    /// `juju refresh --path … --resource …`: the application gets the charm of another folder; its pods are replaced. What is given
    /// of `resources` is as in [`Deployment::resources`]; the others stay.
    ///
    /// # Errors
    /// When Juju would refuse the charm or the resources, or there is no such application.
    pub fn refresh(
        &mut self,
        app: &AppName,
        charm: &Path,
        resources: BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let (charm, facts) = deploy::read(charm)?;
        let new = resources::refreshed(&charm, &resources, &self.world(), app);
        self.world().perform(Operation::Refresh {
            app: app.clone(),
            charm: Box::new(facts),
            resources: new.map_err(|source| Error::Resources {
                operation: format!("refresh `{app}`"),
                source,
            })?,
        })?;
        if let Some(deployed) = self.apps.get_mut(app) {
            deployed.charm = charm;
            deployed.resources.extend(resources);
        }
        Ok(())
    }

    /// `juju attach-resource app name=given`, as in [`Deployment::resources`]; pods are replaced where it is another content.
    ///
    /// # Errors
    /// When there is no such application or resource, or the file cannot be used.
    pub fn attach_resource(&mut self, app: &AppName, name: &str, given: &str) -> Result<(), Error> {
        let deployed = self.apps.get_mut(app);
        let declared = deployed
            .as_ref()
            .and_then(|deployed| deployed.charm.metadata.resources.get(name));
        let content = declared.map_or_else(
            || Ok(Vec::new()),
            |declared| resources::attached(name, declared, given),
        );
        let operation = Operation::AttachResource {
            app: app.clone(),
            name: name.to_owned(),
            content: content.map_err(|source| Error::Resources {
                operation: format!("attach resource `{name}` to `{app}`"),
                source,
            })?,
        };
        self.world
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .perform(operation)?;
        if let Some(deployed) = deployed {
            deployed.resources.insert(name.to_owned(), given.to_owned());
        }
        Ok(())
    }

    /// Any other of Juju's verbs. Nothing runs before [`Sandbox::settle`].
    ///
    /// # Errors
    /// All reasons why the model refuses; those are refused as well that need files, which the model does not know:
    /// [`Operation::Deploy`], [`Operation::Refresh`] and [`Operation::AttachResource`].
    pub fn perform(&mut self, operation: Operation) -> Result<Outcome, Error> {
        if matches!(
            operation,
            Operation::Deploy(_) | Operation::Refresh { .. } | Operation::AttachResource { .. }
        ) {
            return Err(Error::NeedsFiles {
                operation: operation.to_string(),
            });
        }
        Ok(self.world().perform(operation)?)
    }

    /// Lets simulated time pass, which [`Sandbox::settle`] does only as far as something waits for it: until a secret is to
    /// rotate, for one.
    pub fn let_pass(&mut self, seconds: Seconds) {
        let mut world = self.world();
        let then = world.now().saturating_add(seconds);
        world.advance_to(then);
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
        let output = self.cloud.exec(&unit.dashed(), container, argv, uid, gid)?;
        output.ok_or_else(|| Error::NoContainer {
            unit: unit.to_string(),
            container: container.to_owned(),
        })
    }

    /// The embedded Kubernetes, to make its answers fail.
    ///
    /// # Errors
    /// When the model lives in another.
    pub fn kube(&self) -> Result<&KubeSandbox, Error> {
        self.cloud.kube()
    }

    /// The Kubernetes that the model lives in, as a person with `kubectl` and all rights has it.
    pub fn kubectl(&self) -> &Client {
        self.cloud.kubectl()
    }

    /// What happened so far.
    pub fn trace(&self) -> &Trace {
        &self.cloud.trace
    }

    /// How much happened so far.
    pub fn counts(&self) -> Counts {
        self.cloud.trace.counts()
    }

    /// The folder that holds everything.
    pub fn dir(&self) -> &Path {
        &self.cloud.options.dir
    }

    /// How real the containers are.
    pub fn isolation(&self) -> Isolation {
        self.cloud.options.isolation
    }

    /// Everything that stands in for the real thing, one line each.
    pub fn simulated(&self) -> Vec<String> {
        let juju = format!(
            "Juju {} (an embedded model and unit agent)",
            self.cloud.model.juju_version
        );
        let engines =
            std::iter::once(juju).chain(self.cloud.options.kubernetes.simulated().map(str::to_owned));
        let exports = self
            .cloud
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
            .filter_map(|reference| self.cloud.options.images.get(reference)?.simulated(reference));
        let isolation = self.cloud.options.isolation.simulated().map(str::to_owned);
        engines.chain(isolation).chain(exports).chain(images).collect()
    }

    /// What ends this sandbox from another thread.
    pub fn interrupter(&self) -> Interrupt {
        Interrupt {
            kills: self.cloud.kills.clone(),
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
