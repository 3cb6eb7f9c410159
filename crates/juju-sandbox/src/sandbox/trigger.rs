//! Things that happen right after a certain call of the Kubernetes API was answered.

use crate::kubelet::kills::Kills;
use crate::trace::{Entry, Trace};
use juju_model::{UnitName, World};
use kube_sandbox::ApiCall;
use std::sync::{Arc, Mutex, PoisonError};

/// Kills a unit's pod (SIGKILL of the running hook and of all containers, as when the node loses power) right after the unit's
/// charm made its `nth` successful call of this kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KillAfterCall {
    /// Whose pod, and whose charm calls.
    pub unit: UnitName,
    /// `get`, `list`, `create`, `patch`, `delete`, ….
    pub verb: String,
    /// Plural: `statefulsets`.
    pub resource: String,
    /// The first, the second, … from now on; 0 is never reached.
    pub nth: u32,
}

/// The triggers that wait for their call. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Triggers {
    waiting: Arc<Mutex<Vec<KillAfterCall>>>,
}

/// Listens to the Kubernetes API.
pub(super) struct Observer {
    pub(super) triggers: Triggers,
    pub(super) trace: Trace,
    pub(super) kills: Kills,
    pub(super) world: Arc<Mutex<World>>,
}

impl Triggers {
    pub(super) fn add(&self, trigger: KillAfterCall) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(trigger);
    }

    /// The unit whose pod is to be killed now.
    fn due(&self, unit: &str, call: &ApiCall) -> Option<UnitName> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = |one: &&mut KillAfterCall| {
            one.unit.to_string() == unit && one.verb == call.verb && one.resource == call.resource
        };
        for one in waiting.iter_mut().filter(matches) {
            one.nth = one.nth.saturating_sub(1);
        }
        let at = waiting.iter().position(|one| one.unit.to_string() == unit && one.nth == 0)?;
        Some(waiting.remove(at).unit)
    }
}

impl Observer {
    /// What is done after every call that was carried out: it is recorded, and may be the one that a trigger waits for.
    pub(super) fn observe(&self, call: &ApiCall) {
        let running = account_of(&call.user).and_then(|app| self.trace.running_unit_of(app));
        let (unit, dispatch) = running.unzip();
        let succeeded = unit.as_deref().filter(|_| call.status < 400);
        let due = succeeded.and_then(|unit| self.triggers.due(unit, call));
        self.trace.record(Entry::ApiCall {
            dispatch,
            unit,
            user: call.user.clone(),
            verb: call.verb.clone(),
            resource: resource_of(call),
            name: call.name.clone().unwrap_or_default(),
            code: call.status,
            millis: call.millis,
        });
        if let Some(unit) = due {
            // First the model: the hook that now dies did not fail.
            self.world.lock().unwrap_or_else(PoisonError::into_inner).agent_gone(&unit);
            self.kills.kill(&unit.dashed());
        }
    }
}

/// The name in `system:serviceaccount:<namespace>:<name>`.
fn account_of(user: &str) -> Option<&str> {
    user.strip_prefix("system:serviceaccount:")?.split(':').nth(1)
}

fn resource_of(call: &ApiCall) -> String {
    match &call.subresource {
        Some(subresource) => format!("{}/{subresource}", call.resource),
        None => call.resource.clone(),
    }
}
