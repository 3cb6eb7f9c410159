//! The status of disruption budgets.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cluster::Cluster;
use crate::object::Object;
use crate::policy::disruption;

pub(super) fn pass(cluster: &Cluster<'_>) {
    for mut budget in cluster.list("PodDisruptionBudget") {
        let pods = cluster.select("Pod", |pod| {
            pod.namespace() == budget.namespace() && disruption::covers(&budget, pod)
        });
        let ended = |pod: &&Value| matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
        let pods: Vec<&Value> = pods.iter().filter(|pod| !ended(pod)).collect();
        let scales: BTreeMap<String, i64> = pods
            .iter()
            .filter_map(|pod| {
                let owner = pod.controller()?;
                let owner = cluster.get(owner.text("/kind"), pod.namespace(), owner.text("/name"))?;
                Some((owner.uid().to_owned(), owner.number("/spec/replicas")?))
            })
            .collect();
        let status = disruption::status(&budget, &pods, &scales, &cluster.now());
        budget.set(&["status"], status);
        cluster.update_status(&budget);
    }
}
