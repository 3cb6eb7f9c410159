//! Whether a cluster whose controllers work by themselves has come to rest. Enters: what is there now. Leaves: a verdict that
//! remembers for how long nothing has moved.

use crate::json::{flag, list, number, text};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What waits for somebody, and does not move for this long, goes on waiting: a pod whose claim is missing, an image that
/// cannot be pulled.
const STUCK: Duration = Duration::from_secs(12);
/// What a controller or a node works on shows nothing until it is done, which takes its time on a busy machine.
const AT_WORK: Duration = Duration::from_mins(1);

/// What was seen the last time, and since when it is so.
#[derive(Debug, Default)]
pub(super) struct Seen {
    revisions: Vec<(String, String)>,
    since: Option<Instant>,
}

impl Seen {
    /// True when no roll-out is under way and no pod starts or ends, or when nothing has moved for long.
    pub(super) fn at_rest(&mut self, sets: &[Value], pods: &[Value]) -> bool {
        let revision = |object: &Value| {
            let of = |pointer| text(object, pointer).to_owned();
            (of("/metadata/uid"), of("/metadata/resourceVersion"))
        };
        let revisions: Vec<_> = sets.iter().chain(pods).map(revision).collect();
        if self.revisions != revisions {
            self.revisions = revisions;
            self.since = Some(Instant::now());
        }
        let still = sets.iter().all(is_rolled_out) && pods.iter().all(is_started);
        still
            || self
                .since
                .is_some_and(|since| since.elapsed() > patience(sets, pods))
    }
}

/// How long it may be that nothing moves.
fn patience(sets: &[Value], pods: &[Value]) -> Duration {
    let waiting = pods.iter().all(|pod| is_started(pod) || waits_for_somebody(pod));
    if waiting && sets.iter().all(is_seen) {
        STUCK
    } else {
        AT_WORK
    }
}

/// The scheduler has no node for it, or its node said what is wrong.
fn waits_for_somebody(pod: &Value) -> bool {
    let unscheduled = list(pod, "/status/conditions")
        .iter()
        .any(|condition| text(condition, "/type") == "PodScheduled" && text(condition, "/status") == "False");
    let wrong = |status: &Value| {
        let reason = text(status, "/state/waiting/reason");
        !matches!(reason, "" | "ContainerCreating" | "PodInitializing")
    };
    unscheduled || list(pod, "/status/containerStatuses").iter().any(wrong)
}

/// The controller has seen the set.
fn is_seen(set: &Value) -> bool {
    number(set, "/status/observedGeneration") >= number(set, "/metadata/generation")
}

/// The controller has seen the set, and as many pods as wanted have its latest template.
fn is_rolled_out(set: &Value) -> bool {
    let wanted = number(set, "/spec/replicas");
    is_seen(set)
        && number(set, "/status/replicas") == wanted
        && (wanted == 0
            || text(set, "/status/updateRevision") == text(set, "/status/currentRevision")
            || number(set, "/status/updatedReplicas") == wanted)
}

/// All its containers run and none of them ends.
fn is_started(pod: &Value) -> bool {
    let statuses = list(pod, "/status/containerStatuses");
    let runs = |status: &Value| status.pointer("/state/running").is_some() && flag(status, "/started");
    pod.pointer("/metadata/deletionTimestamp").is_none() && !statuses.is_empty() && statuses.iter().all(runs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(status: &Value) -> Value {
        json!({ "metadata": { "generation": 2 }, "spec": { "replicas": 1 }, "status": status })
    }

    #[test]
    fn a_set_is_rolled_out_when_its_pods_have_the_latest_template() {
        let check =
            |status: Value, expect: bool| assert_eq!(is_rolled_out(&set(&status)), expect, "{status}");
        let of = |seen: u32, updated: u32| {
            json!({ "observedGeneration": seen, "replicas": 1, "updatedReplicas": updated,
                "currentRevision": "a", "updateRevision": "b" })
        };
        check(of(1, 1), false);
        check(of(2, 0), false);
        check(of(2, 1), true);
        check(json!({ "observedGeneration": 2, "replicas": 0 }), false);
    }

    #[test]
    fn a_pod_is_started_when_all_its_containers_run() {
        let pod = |state: Value| json!({ "metadata": {}, "status": { "containerStatuses": [state] } });
        assert!(is_started(&pod(
            json!({ "started": true, "state": { "running": {} } })
        )));
        assert!(!is_started(&pod(
            json!({ "started": false, "state": { "running": {} } })
        )));
        assert!(!is_started(&pod(
            json!({ "started": false, "state": { "waiting": {} } })
        )));
        assert!(!is_started(&json!({ "metadata": {} })));
        let ending = json!({ "metadata": { "deletionTimestamp": "x" },
            "status": { "containerStatuses": [{ "started": true, "state": { "running": {} } }] } });
        assert!(!is_started(&ending));
    }

    #[test]
    fn what_moves_is_not_at_rest() {
        let pods = |revision: &str| {
            [json!({ "metadata": { "uid": "u", "resourceVersion": revision },
                "status": { "conditions": [{ "type": "PodScheduled", "status": "False" }] } })]
        };
        let mut seen = Seen::default();
        assert!(!seen.at_rest(&[], &pods("1")));
        seen.since = Instant::now().checked_sub(STUCK * 2);
        assert!(!seen.at_rest(&[], &pods("2")), "it moved");
        seen.since = Instant::now().checked_sub(STUCK * 2);
        assert!(seen.at_rest(&[], &pods("2")), "it has not moved for long");
    }

    #[test]
    fn what_is_being_made_has_its_time() {
        let check = |sets: &[Value], pods: &[Value], expect: Duration| {
            assert_eq!(patience(sets, pods), expect, "{sets:?} {pods:?}");
        };
        let pod = |status: Value| json!({ "metadata": {}, "status": status });
        let waiting = |reason: &str| {
            pod(json!({ "containerStatuses": [{ "state": { "waiting": { "reason": reason } } }] }))
        };
        check(&[], &[pod(json!({}))], AT_WORK);
        check(&[], &[waiting("ContainerCreating")], AT_WORK);
        check(&[], &[waiting("ImagePullBackOff")], STUCK);
        check(
            &[],
            &[waiting("ImagePullBackOff"), waiting("PodInitializing")],
            AT_WORK,
        );
        check(&[set(&json!({}))], &[], AT_WORK);
        // As where a quota allows no pod.
        check(&[set(&json!({ "observedGeneration": 2 }))], &[], STUCK);
    }
}
