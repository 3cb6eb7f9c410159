//! What runs in a workload container, as its Pebble tells.

use super::Sandbox;
use crate::kubelet::pebble;
use juju_model::UnitName;
use std::collections::BTreeMap;

impl Sandbox {
    /// The services of a workload container and their state: `active`, `inactive`, `backoff`, `error`. None where the container
    /// does not run.
    pub fn services(&self, unit: &UnitName, container: &str) -> BTreeMap<String, String> {
        let mut sockets = self.cloud.node.sockets(&unit.dashed()).into_iter();
        sockets
            .find(|(name, _)| *name == container)
            .map(|(_, socket)| pebble::services(&socket))
            .unwrap_or_default()
    }
}
