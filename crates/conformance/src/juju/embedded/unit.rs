//! The pod of a unit without a container: its folders and addresses, and the boots of its Pebbles.

use std::{
    collections::BTreeMap,
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use juju_model::{AgentStart, ContainerName, News, Notice, UnitName, World};
use juju_sandbox::agent::{KubernetesService, Site, tool_names};

/// A unit whose pod runs.
pub(super) struct Unit {
    site: Site,
    boots: BTreeMap<ContainerName, u32>,
    notices: BTreeMap<ContainerName, Vec<Notice>>,
    /// How many notices occurred; it stands for the time.
    occurred: u64,
    address: [u8; 4],
    service_address: [u8; 4],
}

impl Unit {
    /// Makes the folders of a new pod, the `pod`th of the unit, below `folder`, with the charm and the links of the hook
    /// commands.
    pub(super) fn start(
        folder: &Path,
        unit: &UnitName,
        charm: &Path,
        program: &Path,
        pod: u8,
    ) -> io::Result<Self> {
        let juju = folder.join(unit.dashed()).join("var/lib/juju");
        let agent_dir = juju.join(format!("agents/unit-{}", unit.dashed()));
        let tools_dir = juju.join(format!("tools/unit-{}", unit.dashed()));
        for old in [&agent_dir, &tools_dir] {
            if old.exists() {
                std::fs::remove_dir_all(old)?;
            }
            std::fs::create_dir_all(old)?;
        }
        for tool in tool_names() {
            symlink(program, tools_dir.join(tool))?;
        }
        let charm_dir = agent_dir.join("charm");
        copy(charm, &charm_dir)?;
        let site = Site {
            charm_dir: charm_dir.clone(),
            agent_dir: agent_dir.clone(),
            agent_dir_seen: agent_dir,
            charm_dir_seen: charm_dir,
            tools_dir,
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/charm/bin".to_owned(),
            api_addresses: vec!["10.152.183.5:17070".to_owned()],
            cloud_api_version: "1.34.4".to_owned(),
            kubernetes: Some(KubernetesService {
                host: "10.152.183.1".to_owned(),
                port: 443,
            }),
        };
        let service = unit.app().as_str().bytes().fold(2_u8, u8::wrapping_add);
        let number = u8::try_from(unit.number()).unwrap_or(u8::MAX);
        let host = number.wrapping_mul(16).wrapping_add(pod);
        Ok(Self {
            site,
            boots: BTreeMap::new(),
            notices: BTreeMap::new(),
            occurred: 0,
            address: [10, 1, service, host],
            service_address: [10, 152, 183, service],
        })
    }

    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// What its agent finds.
    pub(super) fn start_of_agent(&self, charm_dir_empty: bool) -> AgentStart {
        AgentStart {
            charm_dir_empty,
            address: self.address.into(),
            service_address: Some(self.service_address.into()),
        }
    }

    /// The Pebble of `container` (re)starts.
    pub(super) fn boot(&mut self, container: ContainerName) {
        self.notices.remove(&container);
        *self.boots.entry(container).or_default() += 1;
    }

    /// A notice occurs, or one with the same key again.
    pub(super) fn notice(&mut self, container: ContainerName, news: News) {
        self.occurred += 1;
        let notices = self.notices.entry(container).or_default();
        let again = |one: &&mut Notice| matches!(one.news, News::Custom { .. }) && one.news == news;
        let repeated = juju_model::date(self.occurred);
        if let Some(known) = notices.iter_mut().find(again) {
            known.repeated = repeated;
            return;
        }
        let id = (notices.len() + 1).to_string();
        notices.push(Notice { id, repeated, news });
    }

    /// The agent asks each Pebble for its boot and its notices.
    pub(super) fn poll(&self, unit: &UnitName, world: &Mutex<World>) {
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        for (container, boot) in &self.boots {
            world.pebble_seen(unit, container, boot.to_string());
        }
        for (container, notices) in &self.notices {
            world.notices_seen(unit, container, notices.clone());
        }
    }
}

fn copy(from: &Path, to: &PathBuf) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
