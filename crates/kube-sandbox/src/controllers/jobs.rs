//! Jobs: as many pods as wanted at once, until enough have succeeded or too many have failed. A pod that failed is replaced at
//! once; what a job does by the clock (its deadline, its time to live) it does not do here.

use serde_json::{Value, json};

use super::cluster::{Cluster, Source, Told};
use super::stateful_pods::is_ready;
use crate::object::{Object, controlled_by};

const CONTROLLER: Source = Source::Controller("job-controller");
const LIMIT_REACHED: (&str, &str) = (
    "BackoffLimitExceeded",
    "Job has reached the specified backoff limit",
);
const ENOUGH: (&str, &str) = ("CompletionsReached", "Reached expected number of succeeded pods");

/// One job and its pods, as observed.
struct Job<'a> {
    cluster: &'a Cluster<'a>,
    object: Value,
    active: Vec<Value>,
    succeeded: i64,
    failed: i64,
}

/// What a job is to be, by its pods.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Complete,
    Failed,
    Suspended,
    /// So many more pods.
    Going(i64),
}

pub(super) fn pass(cluster: &Cluster<'_>) {
    for object in cluster.list("Job") {
        if object.is_terminating() || is_finished(&object) {
            continue;
        }
        let mut job = Job::observe(cluster, object);
        let verdict = job.verdict();
        job.carry_out(&verdict);
        job.write_status(&verdict);
    }
}

fn is_finished(job: &Value) -> bool {
    ["Complete", "Failed"].iter().any(|kind| {
        job.condition(kind)
            .is_some_and(|condition| condition.text("/status") == "True")
    })
}

impl<'a> Job<'a> {
    fn observe(cluster: &'a Cluster<'a>, object: Value) -> Self {
        let owned = |pod: &Value| {
            let owner = pod.controller();
            owner.is_some_and(|owner| owner.text("/uid") == object.uid())
        };
        let pods = cluster.select("Pod", owned);
        let count = |phase: &str| {
            let of = pods.iter().filter(|pod| pod.text("/status/phase") == phase);
            i64::try_from(of.count()).unwrap_or(i64::MAX)
        };
        let (succeeded, failed) = (count("Succeeded"), count("Failed"));
        let active = pods
            .into_iter()
            .filter(|pod| !matches!(pod.text("/status/phase"), "Succeeded" | "Failed"))
            .collect();
        Job {
            cluster,
            object,
            active,
            succeeded,
            failed,
        }
    }

    fn verdict(&self) -> Verdict {
        let parallelism = self.object.number("/spec/parallelism").unwrap_or(1);
        let completions = match (
            self.object.number("/spec/completions"),
            self.object.number("/spec/parallelism"),
        ) {
            (Some(completions), _) => Some(completions),
            (None, None) => Some(1),
            // A work queue: one success says that the work is done.
            (None, Some(_)) => None,
        };
        let active = i64::try_from(self.active.len()).unwrap_or(i64::MAX);
        if self.failed > self.object.number("/spec/backoffLimit").unwrap_or(6) {
            return Verdict::Failed;
        }
        let enough = match completions {
            Some(completions) => self.succeeded >= completions,
            None => self.succeeded > 0 && active == 0,
        };
        if enough {
            Verdict::Complete
        } else if self.object.pointer("/spec/suspend") == Some(&json!(true)) {
            Verdict::Suspended
        } else {
            let wanted = match completions {
                Some(completions) => parallelism.min(completions - self.succeeded),
                None if self.succeeded > 0 => active,
                None => parallelism,
            };
            Verdict::Going(wanted - active)
        }
    }

    fn carry_out(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Going(more) => (0..*more).for_each(|_| self.create()),
            Verdict::Complete | Verdict::Failed | Verdict::Suspended => {
                let ending = self.active.iter().filter(|pod| !pod.is_terminating());
                ending.for_each(|pod| {
                    self.cluster.delete(pod);
                });
            }
        }
    }

    fn create(&mut self) {
        match self.cluster.create(&build(&self.object)) {
            Ok(pod) => {
                let text = format!("Created pod: {}", pod.name());
                self.tell(&Told::normal("SuccessfulCreate", &text));
                self.active.push(pod);
            }
            Err(why) => {
                let text = format!("Error creating: {why}");
                self.tell(&Told::warning("FailedCreate", &text));
            }
        }
    }

    fn tell(&self, told: &Told<'_>) {
        self.cluster.tell(&self.object, CONTROLLER, told);
    }

    fn write_status(&self, verdict: &Verdict) {
        let some = |count: i64| (count > 0).then_some(count);
        let active = i64::try_from(self.active.len()).unwrap_or(i64::MAX);
        let ready = self.active.iter().filter(|pod| is_ready(pod)).count();
        let started = match self.object.text("/status/startTime") {
            _ if *verdict == Verdict::Suspended => None,
            "" => Some(self.cluster.now()),
            at => Some(at.to_owned()),
        };
        let conditions = self.conditions(verdict);
        let complete = conditions
            .iter()
            .any(|condition| condition.text("/type") == "Complete");
        let mut object = self.object.clone();
        object.set(&["status"], json!({
            "startTime": started, "active": some(active), "ready": ready, "terminating": 0, "succeeded": some(self.succeeded),
            "failed": some(self.failed), "uncountedTerminatedPods": {}, "completionTime": complete.then(|| self.cluster.now()),
        }));
        if !conditions.is_empty() {
            object.set(&["status", "conditions"], Value::Array(conditions));
        }
        self.cluster.update_status(&object);
    }

    /// The end is told in two steps: what it will be, and, when no pod is left, that it is.
    fn conditions(&self, verdict: &Verdict) -> Vec<Value> {
        let mut conditions = self.object.items("/status/conditions").to_vec();
        let (target, end, why, told) = match verdict {
            Verdict::Complete => {
                let told = Told::normal("Completed", "Job completed");
                ("SuccessCriteriaMet", "Complete", ENOUGH, told)
            }
            Verdict::Failed => {
                let told = Told::warning(LIMIT_REACHED.0, LIMIT_REACHED.1);
                ("FailureTarget", "Failed", LIMIT_REACHED, told)
            }
            Verdict::Suspended => {
                let why = ("JobSuspended", "Job suspended");
                if self.put(&mut conditions, "Suspended", "True", why) {
                    self.tell(&Told::normal("Suspended", why.1));
                }
                return conditions;
            }
            Verdict::Going(_) => {
                let why = ("JobResumed", "Job resumed");
                let was = self.object.condition("Suspended").is_some();
                if was && self.put(&mut conditions, "Suspended", "False", why) {
                    self.tell(&Told::normal("Resumed", why.1));
                }
                return conditions;
            }
        };
        self.put(&mut conditions, target, "True", why);
        if self.active.is_empty() && self.put(&mut conditions, end, "True", why) {
            self.tell(&told);
        }
        conditions
    }

    /// Sets a condition; true if that is new.
    fn put(
        &self,
        conditions: &mut Vec<Value>,
        kind: &str,
        status: &str,
        (reason, message): (&str, &str),
    ) -> bool {
        let now = self.cluster.now();
        let condition = json!({
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastProbeTime": now, "lastTransitionTime": now,
        });
        match conditions.iter_mut().find(|have| have.text("/type") == kind) {
            Some(have) if have.text("/status") == status => false,
            Some(have) => {
                *have = condition;
                true
            }
            None => {
                conditions.push(condition);
                true
            }
        }
    }
}

/// A pod of the job's template.
fn build(job: &Value) -> Value {
    let template = |part: &str| job.pointer(&format!("/spec/template/{part}")).cloned();
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": template("metadata").unwrap_or_else(|| json!({})),
        "spec": template("spec"),
    });
    pod.set(&["metadata", "generateName"], json!(format!("{}-", job.name())));
    pod.set(&["metadata", "namespace"], json!(job.namespace()));
    pod.set(&["metadata", "ownerReferences"], controlled_by(job));
    for prefix in ["", "batch.kubernetes.io/"] {
        for (label, value) in [("controller-uid", job.uid()), ("job-name", job.name())] {
            pod.set(&["metadata", "labels", &format!("{prefix}{label}")], json!(value));
        }
    }
    pod
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KubeSandbox, Options};

    fn verdict(spec: &Value, active: usize, succeeded: i64, failed: i64) -> Verdict {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = KubeSandbox::start(Options {
            data_dir: folder.path().to_owned(),
            ..Options::default()
        })
        .unwrap();
        let cluster = Cluster::new(&sandbox);
        let job = Job {
            cluster: &cluster,
            object: json!({ "spec": spec }),
            active: vec![json!({}); active],
            succeeded,
            failed,
        };
        job.verdict()
    }

    #[test]
    fn a_job_wants_pods_until_it_has_its_completions() {
        assert_eq!(verdict(&json!({}), 0, 0, 0), Verdict::Going(1));
        assert_eq!(verdict(&json!({}), 1, 0, 0), Verdict::Going(0));
        assert_eq!(verdict(&json!({}), 0, 1, 0), Verdict::Complete);
        let three = json!({ "completions": 3, "parallelism": 2 });
        assert_eq!(verdict(&three, 0, 0, 0), Verdict::Going(2));
        assert_eq!(verdict(&three, 0, 2, 0), Verdict::Going(1));
    }

    #[test]
    fn a_work_queue_is_done_when_one_pod_says_so_and_all_have_ended() {
        let queue = json!({ "parallelism": 2 });
        assert_eq!(verdict(&queue, 0, 0, 0), Verdict::Going(2));
        assert_eq!(verdict(&queue, 1, 1, 0), Verdict::Going(0));
        assert_eq!(verdict(&queue, 0, 2, 0), Verdict::Complete);
    }

    #[test]
    fn a_job_fails_when_more_pods_failed_than_may() {
        assert_eq!(verdict(&json!({ "backoffLimit": 1 }), 0, 0, 1), Verdict::Going(1));
        assert_eq!(verdict(&json!({ "backoffLimit": 1 }), 0, 0, 2), Verdict::Failed);
        assert_eq!(verdict(&json!({ "suspend": true }), 1, 0, 0), Verdict::Suspended);
    }
}
