//! The subject that is the sandbox's model and unit agent, with the charm's processes on this very machine.

mod runner;
mod shown;
mod unit;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use charm_metadata::CharmDir;
use juju_model::{CharmFacts, Hook, ModelFacts, News, Operation as Verb, Outcome, UnitName, World};
use juju_sandbox::agent::{HookEnd, TraceSink, run_hook};
use juju_sandbox::resources;
use serde_json::Value;

use self::{runner::Runner, unit::Unit};
use super::{
    operation::{Deploy, Operation},
    subject::{Answer, End, Error, Happened, Model, Requested, Subject},
};

/// The sandbox's model and unit agent.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// A program that is [`juju_sandbox::entry`] when it is called by the name of a hook command.
    pub tools: PathBuf,
}

impl Subject for Embedded {
    fn name(&self) -> &'static str {
        "the embedded model and agent"
    }

    fn start(&self, folder: &Path) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(EmbeddedModel {
            folder: folder.to_owned(),
            tools: self.tools.clone(),
            world: Mutex::new(World::new(ModelFacts {
                name: "media".to_owned(),
                uuid: "6f1c1b8e-7d3e-4f6a-9c1d-0f0e8a7c5b21".to_owned(),
                juju_version: "3.6.8".to_owned(),
            })),
            charms: BTreeMap::new(),
            units: BTreeMap::new(),
            pods: BTreeMap::new(),
            ends: Ends::default(),
        }))
    }
}

struct EmbeddedModel {
    folder: PathBuf,
    tools: PathBuf,
    world: Mutex<World>,
    /// The charm's folder of each application.
    charms: BTreeMap<String, PathBuf>,
    units: BTreeMap<UnitName, Unit>,
    /// How many pods each unit had.
    pods: BTreeMap<UnitName, u8>,
    ends: Ends,
}

/// The hooks that ended since it was last taken.
#[derive(Debug, Default)]
struct Ends(Mutex<Vec<End>>);

impl Ends {
    fn lock(&self) -> MutexGuard<'_, Vec<End>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TraceSink for Ends {
    fn hook_started(&self, _: &UnitName, _: &Hook) {}

    fn hook_command(&self, _: &UnitName, _: &str, _: &[String], _: u8) {}

    fn log(&self, _: &UnitName, _: &str, _: &str) {}

    fn hook_ended(&self, unit: &UnitName, hook: &Hook, end: &HookEnd, _: u64) {
        let outcome = match end {
            HookEnd::Committed => "committed",
            HookEnd::NoHandler => "skipped",
            HookEnd::Failed(_) => "failed",
            HookEnd::Requeued => "killed",
        };
        self.lock().push(End {
            unit: unit.to_string(),
            hook: hook.to_string(),
            outcome: outcome.to_owned(),
        });
    }
}

impl Model for EmbeddedModel {
    fn perform(&mut self, Requested(operation): &Requested) -> Result<Happened, Error> {
        let outcome = self.carry_out(operation)?;
        self.settle()?;
        let answer = match outcome {
            Ok(Outcome::Queued(id)) => Answer {
                action: shown::action(&self.world(), id),
                refused: None,
            },
            Ok(Outcome::Done | Outcome::Related(_)) => Answer::default(),
            Err(why) => Answer {
                refused: Some(why),
                action: None,
            },
        };
        Ok(Happened {
            ends: std::mem::take(&mut *self.ends.lock()),
            answer,
        })
    }

    fn show(&mut self) -> Result<Value, Error> {
        Ok(shown::model(&self.world()))
    }
}

impl EmbeddedModel {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out `operation`, without any hook except those it is made of. Inside: why it is refused.
    fn carry_out(&mut self, operation: &Operation) -> Result<Result<Outcome, String>, Error> {
        match operation {
            Operation::Together(all) => {
                for one in all {
                    if let Err(why) = self.carry_out(one)? {
                        return Ok(Err(why));
                    }
                }
                Ok(Ok(Outcome::Done))
            }
            Operation::PodReplaced { unit } => self.replace_pod(&name(unit)?).map(Ok),
            Operation::CharmContainerRestarted { unit } => {
                self.restart_agent(&name(unit)?);
                Ok(Ok(Outcome::Done))
            }
            Operation::PebbleUp { unit, container } => {
                let unit = name(unit)?;
                let container: juju_model::ContainerName = name(container)?;
                self.line_up()?;
                if let Some(found) = self.units.get_mut(&unit) {
                    found.boot(container);
                    found.poll(&unit, &self.world);
                }
                Ok(Ok(Outcome::Done))
            }
            Operation::PebbleNotice { unit, container, key } => {
                self.notice(unit, container, News::Custom { key: key.clone() })?;
                Ok(Ok(Outcome::Done))
            }
            Operation::PebbleCheck {
                unit,
                container,
                check,
                fails,
            } => {
                let check = check.clone();
                let news = if *fails {
                    News::CheckFailed { check }
                } else {
                    News::CheckRecovered { check }
                };
                self.notice(unit, container, news)?;
                Ok(Ok(Outcome::Done))
            }
            Operation::Deploy(deploy) => self.deploy(deploy),
            Operation::Refresh {
                app,
                charm,
                resources,
            } => self.refresh(app, Path::new(charm), resources),
            Operation::AttachResource { app, name, given } => self.attach_resource(app, name, given),
            Operation::Integrate { a, b } => Ok(self.verb(Verb::Integrate {
                a: name(a)?,
                b: name(b)?,
            })),
            Operation::RemoveRelation { a, b } => Ok(self.verb(Verb::RemoveRelation {
                a: name(a)?,
                b: name(b)?,
            })),
            Operation::Retry { unit } => {
                let unit = name(unit)?;
                let mut world = self.world();
                let due = world
                    .unit(&unit)
                    .and_then(|unit| unit.agent.failures().map(|failed| failed.retry_at).max());
                world.advance_to(due.unwrap_or_default());
                Ok(Ok(Outcome::Done))
            }
            Operation::SecretsDue { unit } => {
                let mut world = self.world();
                let due = world.next_secret_due(&name(unit)?);
                world.advance_to(due.unwrap_or_default());
                Ok(Ok(Outcome::Done))
            }
            Operation::Config { .. }
            | Operation::Trust { .. }
            | Operation::ScaleApplication { .. }
            | Operation::RemoveApplication { .. }
            | Operation::Run { .. }
            | Operation::Resolve { .. }
            | Operation::UpdateStatus { .. }
            | Operation::MoveLeadership { .. } => {
                let same = serde_json::to_value(operation).and_then(serde_json::from_value);
                let same = same.map_err(|error| Error::new(operation.to_string(), &error))?;
                Ok(self.verb(same))
            }
        }
    }

    fn notice(&mut self, unit: &str, container: &str, news: News) -> Result<(), Error> {
        self.line_up()?;
        if let Some(found) = self.units.get_mut(&name(unit)?) {
            found.notice(name(container)?, news);
        }
        Ok(())
    }

    fn verb(&self, verb: Verb) -> Result<Outcome, String> {
        let refused = match self.world().perform(verb) {
            Ok(outcome) => return Ok(outcome),
            Err(refused) => refused,
        };
        let reasons: Vec<String> = refused.reasons.iter().map(ToString::to_string).collect();
        Err(reasons.join("; "))
    }

    fn deploy(&mut self, deploy: &Deploy) -> Result<Result<Outcome, String>, Error> {
        let folder = Path::new(&deploy.charm);
        let (charm, facts) = read(folder)?;
        let resources = match resources::deployed(&charm, &deploy.resources) {
            Ok(resources) => resources,
            Err(refused) => return Ok(Err(refused.to_string())),
        };
        let operation = Verb::Deploy(Box::new(juju_model::Deploy {
            app: name(&deploy.app)?,
            charm: facts,
            trust: deploy.trust,
            config: deploy.config.clone(),
            units: deploy.units,
            resources,
        }));
        let outcome = self.verb(operation);
        if outcome.is_ok() {
            self.charms.insert(deploy.app.clone(), folder.to_owned());
        }
        Ok(outcome)
    }

    /// A new revision comes with new pods.
    fn refresh(
        &mut self,
        app: &str,
        folder: &Path,
        given: &BTreeMap<String, String>,
    ) -> Result<Result<Outcome, String>, Error> {
        let (charm, facts) = read(folder)?;
        let resources = resources::refreshed(&charm, given, &self.world(), &name(app)?);
        let resources = match resources {
            Ok(resources) => resources,
            Err(refused) => return Ok(Err(refused.to_string())),
        };
        let refresh = Verb::Refresh {
            app: name(app)?,
            charm: Box::new(facts),
            resources,
        };
        let outcome = self.verb(refresh);
        if outcome.is_ok() {
            self.charms.insert(app.to_owned(), folder.to_owned());
            self.replace_pods(app)?;
        }
        Ok(outcome)
    }

    /// Another content comes with new pods too.
    fn attach_resource(
        &mut self,
        app: &str,
        resource: &str,
        given: &str,
    ) -> Result<Result<Outcome, String>, Error> {
        let declared = match self.charms.get(app) {
            Some(folder) => read(folder)?.0.metadata.resources.remove(resource),
            None => None,
        };
        let content = declared.map_or_else(
            || Ok(Vec::new()),
            |declared| resources::attached(resource, &declared, given),
        );
        let attach = Verb::AttachResource {
            app: name(app)?,
            name: resource.to_owned(),
            content: match content {
                Ok(content) => content,
                Err(refused) => return Ok(Err(refused.to_string())),
            },
        };
        let app_name = name(app)?;
        let version = |model: &Self| {
            let world = model.world();
            world
                .application(&app_name)
                .map(|application| application.charm_modified_version)
        };
        let before = version(self);
        let outcome = self.verb(attach);
        if version(self) != before {
            self.replace_pods(app)?;
        }
        Ok(outcome)
    }

    /// One by one, the highest number first, as the update of a `StatefulSet` does. Agents hear before of what changed.
    fn replace_pods(&mut self, app: &str) -> Result<(), Error> {
        self.settle()?;
        let units: Vec<UnitName> = self
            .units
            .keys()
            .filter(|unit| unit.app().as_str() == app)
            .cloned()
            .collect();
        for unit in units.into_iter().rev() {
            self.replace_pod(&unit)?;
            self.settle()?;
        }
        Ok(())
    }

    /// The pod is told to end, its agent runs what it still has to, and a new pod starts.
    fn replace_pod(&mut self, unit: &UnitName) -> Result<Outcome, Error> {
        self.world().agent_stopping(unit);
        while self.step(unit)? {}
        self.world().agent_gone(unit);
        self.start_pod(unit)?;
        Ok(Outcome::Done)
    }

    fn start_pod(&mut self, unit: &UnitName) -> Result<(), Error> {
        let Some(charm) = self.charms.get(unit.app().as_str()) else {
            return Ok(());
        };
        let pods = self.pods.entry(unit.clone()).or_default();
        *pods = pods.wrapping_add(1);
        let pod = Unit::start(&self.folder, unit, charm, &self.tools, *pods)
            .map_err(|error| Error::new(format!("start the pod of `{unit}`"), &error))?;
        self.world().agent_started(unit, pod.start_of_agent(true));
        self.units.insert(unit.clone(), pod);
        Ok(())
    }

    fn restart_agent(&self, unit: &UnitName) {
        if let Some(pod) = self.units.get(unit) {
            self.world().agent_gone(unit);
            self.world().agent_started(unit, pod.start_of_agent(false));
            pod.poll(unit, &self.world);
        }
    }

    /// Runs every hook that is owed and waits for no timer: of each unit one, in turn.
    fn settle(&mut self) -> Result<(), Error> {
        loop {
            let mut ran = false;
            for unit in self.line_up()? {
                ran |= self.step(&unit)?;
            }
            if !ran && !self.look_at_pebbles() && !self.restart_ended() {
                return Ok(());
            }
        }
    }

    /// Agents look at Pebbles when everything else is done; whether a hook follows.
    fn look_at_pebbles(&self) -> bool {
        for (unit, pod) in &self.units {
            pod.poll(unit, &self.world);
        }
        let world = self.world();
        self.units.keys().any(|unit| world.next_hook(unit).is_some())
    }

    /// Agents that ended by themselves start again without anybody's doing; whether a hook follows.
    fn restart_ended(&self) -> bool {
        let mut world = self.world();
        let now = world.now();
        let names = world.unit_names();
        let units = names.iter().filter_map(|unit| world.unit(unit));
        let ended = units.flat_map(|unit| unit.agent.unnoticed.values());
        let next = ended.map(|failed| failed.retry_at).filter(|at| *at > now).min();
        if let Some(next) = next {
            world.advance_to(next);
        }
        next.is_some()
    }

    /// Starts the pods that are missing and forgets those that nobody wants; leaves the units with one.
    fn line_up(&mut self) -> Result<Vec<UnitName>, Error> {
        let wanted: Vec<UnitName> = self
            .world()
            .pods_wanted()
            .into_iter()
            .map(|pod| pod.unit)
            .collect();
        self.units.retain(|unit, _| wanted.contains(unit));
        for unit in &wanted {
            if !self.units.contains_key(unit) {
                self.start_pod(unit)?;
            }
        }
        Ok(wanted)
    }

    /// Runs the next hook of `unit`, if one is owed.
    fn step(&mut self, unit: &UnitName) -> Result<bool, Error> {
        let Some(hook) = self.world().next_hook(unit) else {
            return Ok(false);
        };
        let Some(pod) = self.units.get(unit) else {
            return Ok(false);
        };
        run_hook(&self.world, unit, &hook, pod.site(), &Runner, &self.ends)
            .map_err(|error| Error::new(format!("run `{hook}` of `{unit}`"), &error))?;
        Ok(true)
    }
}

fn read(folder: &Path) -> Result<(CharmDir, CharmFacts), Error> {
    let what = || format!("read the charm in `{}`", folder.display());
    let charm = CharmDir::read(folder).map_err(|error| Error::new(what(), &error))?;
    let facts = juju_sandbox::charm_facts(&charm).map_err(|error| Error::new(what(), &error))?;
    Ok((charm, facts))
}

fn name<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Error> {
    text.parse()
        .map_err(|error: T::Err| Error::new(format!("read the name `{text}`"), &error))
}
