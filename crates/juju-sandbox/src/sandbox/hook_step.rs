//! One unit runs one hook.

use super::{Error, Sandbox};
use crate::agent::{self, HookEnd};
use crate::kubelet::charm::CharmContainer;
use crate::trace::HookOutcome;
use juju_model::{Hook, UnitName};

impl Sandbox {
    pub(super) fn hook_step(&mut self, unit: &UnitName, hook: &Hook) -> Result<HookOutcome, Error> {
        let name = unit.dashed();
        let Some(pod) = self.node.pod(&name) else {
            self.world().agent_gone(unit);
            return Ok(HookOutcome::Killed);
        };
        let socket_dir = pod.juju_folder().join(format!("agents/unit-{name}"));
        let api = self.cluster.kube().address();
        let runner = CharmContainer::of(pod, self.node.materials(), api, unit, &self.trace);
        let end = agent::run_hook(&self.world, unit, hook, &socket_dir, &runner, &self.trace);
        let end = end.map_err(|source| Error::Agent { unit: unit.to_string(), hook: hook.to_string(), source })?;
        self.watch(unit);
        for killed in self.kills.take_killed() {
            self.lose_pod(&killed, &mut |_| {})?;
        }
        Ok(outcome(end))
    }
}

fn outcome(end: HookEnd) -> HookOutcome {
    match end {
        HookEnd::Committed => HookOutcome::Committed,
        HookEnd::Failed(why) => HookOutcome::Failed(why),
        HookEnd::Killed => HookOutcome::Killed,
    }
}
