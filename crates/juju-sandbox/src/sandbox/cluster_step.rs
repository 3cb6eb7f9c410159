//! Kubernetes and the pods come to rest: Juju writes what it wants, the controllers act, the node follows, the model hears.

use super::{Error, Progress, Sandbox, deploy};
use crate::caas;
use crate::images::copy_tree;
use crate::kubelet::pebble;
use crate::node::Happening;
use crate::rounds::until_quiet;
use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use juju_model::{AgentStart, AppName, UnitName};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::PoisonError;

impl Sandbox {
    pub(super) fn cluster_step(&mut self, on_progress: &mut dyn FnMut(&Progress<'_>)) -> Result<(), Error> {
        let quiet = until_quiet(|| {
            if self.cloud.kills.ending() {
                return Err(Error::Interrupted);
            }
            self.write_wishes()?;
            let mut heard = false;
            for happening in self.cloud.step()? {
                heard |= self.hear(&happening, on_progress)?;
            }
            Ok(heard)
        })?;
        if !quiet {
            self.cloud.cluster.writes().note();
        }
        self.tell_of_pebbles();
        Ok(())
    }

    /// Pods that were told to end, and whose agents have run all they owe, are let go. Others end by themselves.
    pub(super) fn let_go_of_the_done(
        &mut self,
        on_progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<bool, Error> {
        let mut any = false;
        for pod in self.cloud.cluster.pods()? {
            let name = pod
                .pointer("/metadata/name")
                .and_then(|name| name.as_str())
                .unwrap_or_default();
            let ends = pod.pointer("/metadata/deletionTimestamp").is_some() && self.cloud.node.runs(name);
            if ends && unit_of(name).is_none_or(|unit| self.world().agent_done(&unit)) {
                any |= self.cloud.node.let_go(name, &self.cloud.cluster)?;
                if !self.cloud.node.runs(name) {
                    self.pod_gone(name, on_progress);
                }
            }
        }
        Ok(any)
    }

    /// Pods whose containers were killed while a hook ran are gone.
    pub(super) fn lose_the_killed(
        &mut self,
        on_progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), Error> {
        for pod in self.cloud.kills.take_killed() {
            self.lose_pod(&pod, on_progress)?;
        }
        Ok(())
    }

    /// A pod ends here and now.
    pub(super) fn lose_pod(
        &mut self,
        pod: &str,
        on_progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), Error> {
        self.cloud.kill(pod)?;
        self.pod_gone(pod, on_progress);
        Ok(())
    }

    /// The model hears that the agent of a pod is gone.
    fn pod_gone(&mut self, pod: &str, on_progress: &mut dyn FnMut(&Progress<'_>)) {
        on_progress(&Progress::PodGone { pod });
        if let Some(unit) = unit_of(pod) {
            self.watched.remove(&unit);
            self.world().agent_gone(&unit);
        }
    }

    /// Brings Kubernetes to what the model wants.
    fn write_wishes(&mut self) -> Result<(), Error> {
        let mut writes = Vec::new();
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<AppName> = self
            .made
            .iter()
            .filter(|app| world.application(app).is_none())
            .cloned()
            .collect();
        for app in gone {
            writes.extend(caas::removal(&self.cloud.model, app.as_str()));
            self.made.remove(&app);
            self.apps.remove(&app);
        }
        for (app, deployed) in &mut self.apps {
            let Some(wanted) = deploy::wanted(&world, app, deployed) else {
                continue;
            };
            writes.extend(caas::writes(
                &self.cloud.model,
                deployed.applied.as_ref(),
                &wanted,
            ));
            deployed.applied = Some(wanted);
            self.made.insert(app.clone());
        }
        drop(world);
        writes.iter().try_for_each(|write| self.cloud.write(write))
    }

    /// Tells the model what became of a pod; true when that was news.
    fn hear(
        &mut self,
        happening: &Happening,
        on_progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<bool, Error> {
        match happening {
            Happening::Started { pod, address } => {
                on_progress(&Progress::PodStarted { pod });
                self.start_agent(pod, address)?;
                Ok(true)
            }
            Happening::Terminating { pod } => {
                if let Some(unit) = unit_of(pod) {
                    self.world().agent_stopping(&unit);
                }
                Ok(false)
            }
            Happening::Gone { pod } => {
                self.pod_gone(pod, on_progress);
                Ok(true)
            }
        }
    }

    /// The agent of a new pod unpacks the charm where there is none, and makes the folder of hook commands.
    fn start_agent(&mut self, pod: &str, address: &str) -> Result<(), Error> {
        let Some(unit) = unit_of(pod) else { return Ok(()) };
        let (Some(juju), Some(deployed)) = (self.cloud.node.juju_folder(pod), self.apps.get(unit.app()))
        else {
            return Ok(());
        };
        let charm = juju.join(format!("agents/unit-{}/charm", unit.dashed()));
        let charm_dir_empty = !charm.exists();
        if charm_dir_empty {
            copy_tree(&deployed.charm.path, &charm).map_err(Error::file("unpack the charm into", &charm))?;
        }
        let tools = juju.join(format!("tools/unit-{}", unit.dashed()));
        link_tools(&tools).map_err(Error::file("make the hook commands in", &tools))?;
        let start = AgentStart {
            charm_dir_empty,
            address: address.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            service_address: self.cloud.cluster.service_address(unit.app().as_str()),
        };
        self.world().agent_started(&unit, start);
        Ok(())
    }

    /// Agents are told the boot of each Pebble, of which a new one means `pebble-ready`, and its notices.
    fn tell_of_pebbles(&mut self) {
        let node = &self.cloud.node;
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        for unit in world.unit_names() {
            let pod = unit.dashed();
            for (container, boot) in node.boots(&pod) {
                if let Ok(container) = container.parse() {
                    world.pebble_seen(&unit, &container, boot);
                }
            }
            for (container, socket) in node.sockets(&pod) {
                if let (Ok(container), Ok(notices)) = (container.parse(), pebble::notices(&socket)) {
                    world.notices_seen(&unit, &container, notices);
                }
            }
        }
    }
}

/// The unit of a pod: `radarr-0` is `radarr/0`.
pub(super) fn unit_of(pod: &str) -> Option<UnitName> {
    let (app, number) = pod.rsplit_once('-')?;
    format!("{app}/{number}").parse().ok()
}

/// One symbolic link per hook command, all to the program that is all of them.
fn link_tools(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for tool in crate::agent::tool_names() {
        let link = folder.join(tool);
        if link.symlink_metadata().is_err() {
            symlink("/charm/bin/jujuc", link)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_units() {
        let of = |pod| unit_of(pod).map(|unit| unit.to_string());
        assert_eq!(of("tea-pot-k8s-12").as_deref(), Some("tea-pot-k8s/12"));
        assert_eq!(of("job-abcde"), None);
        assert_eq!(of("alone"), None);
    }
}
