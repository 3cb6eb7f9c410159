//! Whether this pod is of the template as it is now.

use super::objects::{Pod, StatefulSet};

/// The label by which the `StatefulSet` controller marks the template a pod was made from.
const REVISION: &str = "controller-revision-hash";

/// Whether the pod will stay: the controller has seen the newest template, and the pod was made from it and is not being
/// deleted. Not whether it is ready: its readiness depends on the workload, which we may be holding back.
///
/// The two revisions of the status alone do not tell: they are equal before the controller has seen a change.
pub(crate) fn is_current(object: &StatefulSet, pod: Option<&Pod>) -> bool {
    let Some(pod) = pod else {
        return false;
    };
    let seen = object.status.observed_generation >= object.metadata.generation;
    let revision = pod
        .metadata
        .labels
        .as_ref()
        .and_then(|labels| labels.get(REVISION));
    seen && revision.is_some()
        && revision == object.status.update_revision.as_ref()
        && pod.metadata.deletion_timestamp.is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "reads better in the cases")]
    #[track_caller]
    fn check(generation: i64, status: Value, pod: Option<Value>, expect: bool) {
        let object =
            serde_json::from_value(json!({"metadata": {"generation": generation}, "status": status}))
                .unwrap();
        let pod = pod.map(|metadata| serde_json::from_value::<Pod>(json!({"metadata": metadata})).unwrap());
        assert_eq!(is_current(&object, pod.as_ref()), expect);
    }

    #[test]
    fn a_pod_is_current_when_it_has_the_newest_template_and_stays() {
        let status = json!({"observedGeneration": 2, "currentRevision": "r1", "updateRevision": "r2"});
        let pod = |revision: &str| Some(json!({"labels": {"controller-revision-hash": revision}}));
        check(2, status.clone(), pod("r2"), true);
        // A moment after the apply: the controller has not looked yet, so that old and new revision are equal.
        check(
            2,
            json!({"observedGeneration": 1, "currentRevision": "r1", "updateRevision": "r1"}),
            pod("r1"),
            false,
        );
        check(2, status.clone(), pod("r1"), false);
        check(2, status.clone(), None, false);
        check(2, status.clone(), Some(json!({})), false);
        check(2, json!({}), pod("r2"), false);
        check(2, json!({"observedGeneration": 2}), Some(json!({})), false);
        let going = json!({"labels": {"controller-revision-hash": "r2"}, "deletionTimestamp": "2026-01-02T03:04:05Z"});
        check(2, status, Some(going), false);
    }
}
