//! One unit runs one hook.

use super::trigger::api_call;
use super::{Error, Sandbox};
use crate::agent::{self, HookEnd, KubernetesService, Site};
use crate::trace::HookOutcome;
use juju_model::{Hook, UnitName};
use std::path::{Path, PathBuf};

/// The agent's own `PATH` in the charm's container.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/charm/bin";
/// The version of Kubernetes that is played.
const KUBERNETES_VERSION: &str = "1.34.4";

impl Sandbox {
    pub(super) fn hook_step(&mut self, unit: &UnitName, hook: &Hook) -> Result<HookOutcome, Error> {
        let pod = unit.dashed();
        let juju = self.cloud.node.juju_folder(&pod);
        let Some((juju, runner)) = juju.zip(self.cloud.node.charm(&pod, unit, &self.cloud.trace)) else {
            self.world().agent_gone(unit);
            return Ok(HookOutcome::Killed);
        };
        let site = self.site(unit, &juju);
        let end = agent::run_hook(&self.world, unit, hook, &site, runner.as_ref(), &self.cloud.trace);
        let end = end.map_err(|source| Error::Agent {
            unit: unit.to_string(),
            hook: hook.to_string(),
            source,
        })?;
        self.trace_calls(unit);
        self.watch(unit);
        Ok(HookOutcome::from(&end))
    }

    /// What the charm asked a Kubernetes that tells so only afterwards.
    fn trace_calls(&self, unit: &UnitName) {
        let user = self.user_of(unit.app());
        let dispatch = self.cloud.trace.last_dispatch(&unit.to_string());
        let calls = self.cloud.cluster.new_calls().into_iter();
        for call in calls.filter(|call| call.user == user) {
            self.cloud
                .trace
                .record(api_call(dispatch, Some(unit.to_string()), &call));
        }
    }

    /// Where the agent of `unit` lives: `juju` is the host's folder behind `/var/lib/juju`.
    fn site(&self, unit: &UnitName, juju: &Path) -> Site {
        let agent = PathBuf::from(format!("agents/unit-{}", unit.dashed()));
        let seen = Path::new("/var/lib/juju");
        let (host, port) = self.cloud.node.api(&self.cloud.cluster);
        Site {
            charm_dir: juju.join(&agent).join("charm"),
            agent_dir: juju.join(&agent),
            agent_dir_seen: seen.join(&agent),
            charm_dir_seen: seen.join(&agent).join("charm"),
            tools_dir: seen.join(format!("tools/unit-{}", unit.dashed())),
            path: PATH.to_owned(),
            api_addresses: vec!["127.0.0.1:17070".to_owned()],
            cloud_api_version: KUBERNETES_VERSION.to_owned(),
            kubernetes: Some(KubernetesService { host, port }),
        }
    }
}

impl From<&HookEnd> for HookOutcome {
    fn from(end: &HookEnd) -> Self {
        match end {
            HookEnd::Committed => Self::Committed,
            HookEnd::NoHandler => Self::Skipped,
            HookEnd::Failed(why) => Self::Failed(why.clone()),
            HookEnd::Requeued => Self::Killed,
        }
    }
}
