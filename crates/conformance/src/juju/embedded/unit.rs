//! The pod of a unit without a container: its folders and addresses, and the boots of its Pebbles.

use std::{
    collections::BTreeMap,
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use juju_model::{AgentStart, ContainerName, UnitName, World};
use juju_sandbox::agent::{KubernetesService, Site, tool_names};

/// A unit whose pod runs.
pub(super) struct Unit {
    site: Site,
    boots: BTreeMap<ContainerName, u32>,
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
        let agent_dir = folder.join(format!("agents/unit-{}", unit.dashed()));
        let tools_dir = folder.join(format!("tools/unit-{}", unit.dashed()));
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
            socket_dir: agent_dir.clone(),
            agent_dir,
            charm_dir_seen: charm_dir,
            tools_dir,
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/charm/bin".to_owned(),
            api_addresses: vec!["127.0.0.1:17070".to_owned()],
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
        *self.boots.entry(container).or_default() += 1;
    }

    /// The agent asks each Pebble for its boot.
    pub(super) fn poll(&self, unit: &UnitName, world: &Mutex<World>) {
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        for (container, boot) in &self.boots {
            world.pebble_seen(unit, container, boot.to_string());
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
