//! What happens to agents and their pods, and what the controller does by itself. Enters: events of the pods. Leaves: a
//! world in which units exist, are in their relations, lead and disappear as they should.

use crate::hook::Hook;
use crate::names::{AppName, ContainerName, RelationId, StorageId, UnitName};
use crate::notice::Notice;
use crate::relation::{Life, Relation};
use crate::secret::SecretId;
use crate::status::AgentStatus;
use crate::turn::back_off;
use crate::unit::{Agent, LeadershipTold, Network, Process, RelationSeen, Stage, Storage, Unit};
use crate::world::{Application, World};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What an agent finds when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentStart {
    /// Whether the charm is not unpacked yet: the pod is new. On Kubernetes that makes the agent deploy it again.
    pub charm_dir_empty: bool,
    /// The address of the pod.
    pub address: IpAddr,
    /// The address of the application's Service; `None`: the pod's own.
    pub service_address: Option<IpAddr>,
}

/// Events of a unit whose pod outlived it concern nobody and change nothing.
impl World {
    /// The agent of `unit` came up.
    pub fn agent_started(&mut self, unit: &UnitName, start: AgentStart) {
        self.interrupt(unit);
        let now = self.now;
        let latest: BTreeMap<_, _> = self
            .secrets
            .iter()
            .map(|(id, secret)| (id.clone(), secret.latest))
            .collect();
        let Some(found) = self.unit_mut(unit) else {
            return;
        };
        let service_address = start.service_address.unwrap_or(start.address);
        found.network = Some(Network {
            address: start.address,
            service_address,
        });
        found.set_agent_status(AgentStatus::Idle, now);
        if start.charm_dir_empty {
            found.before_refresh = None;
        }
        let agent = &mut found.agent;
        agent.process = Process::Up;
        agent.forget_secrets(&latest);
        agent.start_anew();
        if start.charm_dir_empty {
            agent.failed = None;
        }
        agent.queue_for_start(start.charm_dir_empty);
        if let Some(failed) = &mut agent.failed {
            failed.retry_at = now + back_off(1);
            agent.queue.retain(|hook| *hook != failed.hook);
            found.set_agent_status(AgentStatus::Error, now);
        }
        self.line_up();
    }

    /// The agent of `unit` was told to end (SIGTERM): it runs `stop` first, if it can.
    pub fn agent_stopping(&mut self, unit: &UnitName) {
        if let Some(unit) = self
            .unit_mut(unit)
            .filter(|unit| unit.agent.process == Process::Up)
        {
            unit.agent.process = Process::Stopping;
        }
    }

    /// The agent of `unit` is no more. What it was running is owed again; an action it was running has failed.
    pub fn agent_gone(&mut self, unit: &UnitName) {
        self.interrupt(unit);
        let now = self.now;
        if let Some(unit) = self.unit_mut(unit) {
            unit.agent.process = Process::Down;
            unit.agent.boots.clear();
            unit.agent.notices.clear();
            unit.set_agent_status(AgentStatus::Lost, now);
        }
    }

    /// The agent of `unit` asked the Pebble of `container` and was told this boot.
    pub fn pebble_seen(&mut self, unit: &UnitName, container: &ContainerName, boot: impl Into<String>) {
        if let Some(unit) = self.unit_mut(unit) {
            let boot = boot.into();
            let agent = &mut unit.agent;
            if agent.boots.get(container) != Some(&boot) {
                agent.unready.remove(container);
            }
            agent.boots.insert(container.clone(), boot);
        }
    }

    /// The agent of `unit` asked the Pebble of `container` for its notices: all that the charm is told of, in any order.
    pub fn notices_seen(&mut self, unit: &UnitName, container: &ContainerName, mut notices: Vec<Notice>) {
        if let Some(unit) = self.unit_mut(unit) {
            notices.sort_by_key(|notice| notice.repeated);
            unit.agent.notices.insert(container.clone(), notices);
        }
    }

    /// Brings the world into line after a change: what the controller and idle agents do without a hook.
    pub(crate) fn line_up(&mut self) {
        self.bury_the_unborn();
        self.fill_up();
        self.enter_relations();
        self.elect();
        self.forget_the_dead();
        self.forget_dead_secrets();
    }

    /// A dying unit that never ran anything is gone at once.
    fn bury_the_unborn(&mut self) {
        let unborn = |unit: &Unit| {
            let agent = &unit.agent;
            unit.life == Life::Dying
                && agent.stage == Stage::New
                && agent.running.is_none()
                && agent.failed.is_none()
        };
        let gone: Vec<_> = self
            .unit_names()
            .into_iter()
            .filter(|name| self.unit(name).is_some_and(unborn))
            .collect();
        for unit in gone {
            self.remove_unit(&unit);
        }
    }

    /// Takes `unit` out of the world.
    pub(crate) fn remove_unit(&mut self, unit: &UnitName) {
        for relation in self.relations.values_mut() {
            for side in &mut relation.sides {
                side.members.remove(unit);
            }
        }
        for action in self.actions.values_mut().filter(|action| action.unit == *unit) {
            action.cancel();
        }
        if let Some(application) = self.applications.get_mut(unit.app()) {
            application.units.remove(&unit.number());
            application.leader.take_if(|leader| leader == unit);
        }
    }

    /// Makes the units that are wanted and missing.
    fn fill_up(&mut self) {
        let Self {
            applications,
            next_storage,
            now,
            ..
        } = self;
        for application in applications
            .values_mut()
            .filter(|application| application.life == Life::Alive)
        {
            for number in 0..application.scale {
                if !application.units.contains_key(&number) {
                    let storage = new_storage(application, next_storage);
                    application.units.insert(number, Unit::new(*now, storage));
                }
            }
        }
    }

    /// Idle agents enter the relations of their application: before `relation-created` runs, so that others may see a
    /// unit that knows nothing of them yet.
    fn enter_relations(&mut self) {
        for name in self.unit_names() {
            let ready = |unit: &&Unit| {
                let agent = &unit.agent;
                unit.life == Life::Alive && agent.process == Process::Up && agent.stage != Stage::New
            };
            let Some(unit) = self.unit(&name).filter(ready) else {
                continue;
            };
            let network = unit.network;
            let missing = |relation: &&Relation| {
                relation.life == Life::Alive && !unit.agent.relations.contains_key(&relation.id)
            };
            let ids: Vec<_> = self
                .relations_of(name.app())
                .filter(missing)
                .map(|relation| relation.id)
                .collect();
            for id in ids {
                self.enter(&name, id, network);
            }
        }
    }

    pub(crate) fn enter(&mut self, unit: &UnitName, id: RelationId, network: Option<Network>) {
        if let Some(side) = self
            .relations
            .get_mut(&id)
            .and_then(|relation| relation.local_mut(unit.app()))
        {
            side.members.insert(unit.clone());
            let bag = side.units.entry(unit.clone()).or_default();
            let mut settings = bag.settings.clone();
            settings.extend(network.into_iter().flat_map(Network::settings));
            bag.replace(settings);
        }
        if let Some(unit) = self.unit_mut(unit) {
            unit.agent.relations.insert(id, RelationSeen::default());
        }
    }

    /// An application without a leader gets the first unit whose agent runs, unless the lease is held back. A leader stays
    /// one until it is gone.
    fn elect(&mut self) {
        for (app, application) in &mut self.applications {
            if application.leader.is_none() && !application.leaderless {
                let able = |unit: &Unit| unit.life == Life::Alive && unit.agent.process == Process::Up;
                let first = application.units.iter().find(|(_, unit)| able(unit));
                application.leader = first.map(|(number, _)| UnitName::new(app.clone(), *number));
            }
        }
    }

    /// Relations that nobody is in any more, and applications without units and relations, disappear.
    fn forget_the_dead(&mut self) {
        let in_use = |relation: &Relation| relation.sides.iter().any(|side| !side.members.is_empty());
        self.relations
            .retain(|_, relation| relation.life == Life::Alive || in_use(relation));
        let related = |app: &AppName| self.relations_of(app).any(|relation| !relation.is_peer());
        let gone: Vec<_> = self
            .applications
            .iter()
            .filter(|(_, application)| application.life == Life::Dying && application.units.is_empty())
            .map(|(app, _)| app.clone())
            .filter(|app| !related(app))
            .collect();
        for app in gone {
            self.applications.remove(&app);
            self.relations
                .retain(|_, relation| relation.local(&app).is_none());
        }
    }
}

impl Agent {
    /// What was told of a secret before is not told again, not even a revision that came while the agent was away (seen in
    /// Juju 3.5). A secret that is gone is forgotten.
    fn forget_secrets(&mut self, latest: &BTreeMap<SecretId, u32>) {
        self.secrets_told.retain(|id, told| {
            let latest = latest.get(id);
            *told = latest.copied().unwrap_or(*told);
            latest.is_some()
        });
        self.obsolete_told.retain(|(id, _)| latest.contains_key(id));
    }

    /// What an agent that starts does not know any more.
    pub(crate) fn start_anew(&mut self) {
        self.boots.clear();
        self.boots_seen.clear();
        self.unready.clear();
        self.notices.clear();
        self.notices_told.clear();
        self.unnoticed.clear();
        self.forget_due_secrets();
        if self.leadership == LeadershipTold::Follower {
            self.leadership = LeadershipTold::Nothing;
        }
        for seen in self.relations.values_mut() {
            seen.restarted = true;
        }
    }

    /// On Kubernetes every start counts as a reboot, hence `start`; a charm unpacked anew counts as upgraded. What was
    /// queued and not yet run when only the charm's container was restarted stays queued.
    pub(crate) fn queue_for_start(&mut self, charm_dir_empty: bool) {
        let configured = self.config.is_some();
        if self.stage == Stage::New || (!charm_dir_empty && !self.queue.is_empty()) {
            return;
        }
        self.queue.clear();
        if charm_dir_empty {
            self.queue.push_back(Hook::UpgradeCharm);
        }
        if charm_dir_empty && configured {
            self.queue.push_back(Hook::ConfigChanged);
        }
        if configured {
            self.queue.push_back(Hook::Start);
        }
    }
}

fn new_storage(application: &Application, next: &mut u32) -> BTreeMap<StorageId, Storage> {
    let mut all = BTreeMap::new();
    for (name, facts) in &application.charm.storage {
        let id = StorageId {
            name: name.clone(),
            number: *next,
        };
        *next += 1;
        let location = facts
            .location
            .clone()
            .unwrap_or_else(|| format!("/var/lib/juju/storage/{id}"));
        all.insert(
            id,
            Storage {
                location,
                attached: false,
            },
        );
    }
    all
}
