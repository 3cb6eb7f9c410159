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
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(trigger);
    }

    /// The unit whose pod is to be killed now.
    fn due(&self, unit: &str, call: &ApiCall) -> Option<UnitName> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = |one: &KillAfterCall| {
            let same = one.verb == call.verb && one.resource == call.resource;
            same && one.nth > 0 && one.unit.to_string() == unit
        };
        let mut due = None;
        for (at, one) in waiting.iter_mut().enumerate().filter(|(_, one)| counts(one)) {
            one.nth -= 1;
            if one.nth == 0 {
                due.get_or_insert(at);
            }
        }
        let at = due?;
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
        self.trace.record(api_call(dispatch, unit, call));
        if let Some(unit) = due {
            // First the model: the hook that now dies did not fail.
            self.world
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .agent_gone(&unit);
            self.kills.kill(&unit.dashed());
        }
    }
}

/// The name in `system:serviceaccount:<namespace>:<name>`.
fn account_of(user: &str) -> Option<&str> {
    user.strip_prefix("system:serviceaccount:")?.split(':').nth(1)
}

/// A call as the trace has it.
pub(super) fn api_call(dispatch: Option<u64>, unit: Option<String>, call: &ApiCall) -> Entry {
    Entry::ApiCall {
        dispatch,
        unit,
        user: call.user.clone(),
        verb: call.verb.clone(),
        resource: resource_of(call),
        name: call.name.clone().unwrap_or_default(),
        code: call.status,
        millis: call.millis,
        not_simulated: call.unserved.clone(),
    }
}

fn resource_of(call: &ApiCall) -> String {
    match &call.subresource {
        Some(subresource) => format!("{}/{subresource}", call.resource),
        None => call.resource.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use juju_model::{AgentStart, CharmFacts, Deploy, Hook, ModelFacts, Operation, Process};

    fn call(app: &str, verb: &str, resource: &str, status: u16) -> ApiCall {
        ApiCall {
            user: format!("system:serviceaccount:parlour:{app}"),
            verb: verb.to_owned(),
            resource: resource.to_owned(),
            subresource: None,
            namespace: Some("parlour".to_owned()),
            name: Some("teapot".to_owned()),
            query: String::new(),
            status,
            millis: 1,
            unserved: None,
        }
    }

    /// A model in which `teapot/0` runs `install`, and a trigger for its second patch of a `StatefulSet`.
    fn observer() -> Observer {
        let model = ModelFacts {
            name: "parlour".into(),
            uuid: "6f1c".into(),
            juju_version: "3.6.8".into(),
        };
        let mut world = World::new(model);
        let unit: UnitName = "teapot/0".parse().unwrap();
        let charm = CharmFacts {
            name: "teapot-k8s".into(),
            ..CharmFacts::default()
        };
        let deploy = Deploy {
            app: unit.app().clone(),
            charm,
            trust: true,
            config: [].into(),
            units: 1,
            resources: [].into(),
        };
        world.perform(Operation::Deploy(Box::new(deploy))).unwrap();
        let address = "10.1.0.1".parse().unwrap();
        world.agent_started(
            &unit,
            AgentStart {
                charm_dir_empty: true,
                address,
                service_address: None,
            },
        );
        world.begin(&unit, &Hook::Install).unwrap();
        let triggers = Triggers::default();
        let (verb, resource) = ("patch".to_owned(), "statefulsets".to_owned());
        triggers.add(KillAfterCall {
            unit,
            verb,
            resource,
            nth: 2,
        });
        let trace = Trace::in_memory();
        trace.hook_started("teapot/0", "install");
        Observer {
            triggers,
            trace,
            kills: Kills::default(),
            world: Arc::new(Mutex::new(world)),
        }
    }

    fn check(calls: &[ApiCall], killed: bool) {
        let observer = observer();
        for call in calls {
            observer.observe(call);
        }
        assert_eq!(
            observer.kills.take_killed().contains("teapot-0"),
            killed,
            "{calls:?}"
        );
        let world = observer.world.lock().unwrap();
        let process = world.unit(&"teapot/0".parse().unwrap()).unwrap().agent.process;
        assert_eq!(process == Process::Down, killed, "{calls:?}");
        assert_eq!(observer.trace.counts().api_calls, calls.len());
    }

    #[test]
    fn only_the_nth_successful_call_of_the_kind_kills() {
        let right = || call("teapot", "patch", "statefulsets", 200);
        check(&[right()], false);
        check(&[right(), right()], true);
        check(&[right(), call("teapot", "patch", "statefulsets", 409)], false);
        check(&[right(), call("teapot", "get", "statefulsets", 200)], false);
        check(&[right(), call("teapot", "patch", "pods", 200)], false);
        check(&[right(), call("kettle", "patch", "statefulsets", 200)], false);
    }

    #[test]
    fn calls_belong_to_the_dispatch_of_their_service_account() {
        let observer = observer();
        observer.observe(&call("teapot", "get", "pods", 200));
        observer.observe(&call("kettle", "get", "pods", 200));
        let found: Vec<_> = observer
            .trace
            .entries()
            .into_iter()
            .filter_map(|entry| {
                if let Entry::ApiCall { dispatch, unit, .. } = entry {
                    Some((dispatch, unit))
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(found, [(Some(1), Some("teapot/0".to_owned())), (None, None)]);
    }

    #[test]
    fn a_trigger_for_no_call_is_never_reached() {
        let triggers = Triggers::default();
        triggers.add(KillAfterCall {
            unit: "teapot/0".parse().unwrap(),
            verb: "patch".into(),
            resource: "statefulsets".into(),
            nth: 0,
        });
        for called in ["statefulsets", "pods"] {
            let call = call("teapot", "patch", called, 200);
            assert_eq!(triggers.due("teapot/0", &call), None, "{called}");
        }
    }
}
