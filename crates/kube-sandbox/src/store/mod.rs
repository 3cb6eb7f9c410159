//! The objects and the log of their changes. Enters: whole JSON objects. Leaves: the same with `resourceVersion`, `uid` and
//! times. Must not know of kinds, rules or users.
//!
//! Time and uids are counted, not taken from the machine, so that two runs of the same requests are equal.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How many changes a watch can look back.
const LOG_LENGTH: usize = 4096;
/// When the simulated clock starts: 2026-01-01T00:00:00Z.
const EPOCH: i64 = 1_767_225_600;

/// Which object; the namespace is empty for objects of the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) kind: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Key {
    pub(crate) fn new(kind: &'static str, namespace: &str, name: &str) -> Self {
        Key {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// One change, as a watch tells it.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) revision: u64,
    pub(crate) key: Key,
    /// `ADDED`, `MODIFIED` or `DELETED`.
    pub(crate) what: &'static str,
    pub(crate) object: Value,
    /// The object before, if there was one: a watch with a selector needs it.
    pub(crate) before: Option<Value>,
}

/// All objects of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Store {
    objects: BTreeMap<Key, Value>,
    revision: u64,
    made: u64,
    seconds: i64,
    log: VecDeque<Change>,
}

impl Store {
    pub(crate) fn get(&self, key: &Key) -> Option<&Value> {
        self.objects.get(key)
    }

    /// The objects of a kind in order of namespace and name; None: of all namespaces.
    pub(crate) fn list(&self, kind: &str, namespace: Option<&str>) -> Vec<&Value> {
        let of_kind = self.objects.iter().filter(|(key, _)| key.kind == kind);
        of_kind
            .filter(|(key, _)| namespace.is_none_or(|want| key.namespace == want))
            .map(|(_, object)| object)
            .collect()
    }

    /// Stores an object under a new resource version; answers it.
    pub(crate) fn put(&mut self, key: Key, mut object: Value) -> Value {
        self.revision += 1;
        self.seconds += 1;
        set_revision(&mut object, self.revision);
        let before = self.objects.insert(key.clone(), object.clone());
        let what = if before.is_some() { "MODIFIED" } else { "ADDED" };
        self.record(Change {
            revision: self.revision,
            key,
            what,
            object: object.clone(),
            before,
        });
        object
    }

    /// Removes an object; answers what it was.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<Value> {
        let mut object = self.objects.remove(key)?;
        self.revision += 1;
        self.seconds += 1;
        let before = Some(object.clone());
        set_revision(&mut object, self.revision);
        self.record(Change {
            revision: self.revision,
            key: key.clone(),
            what: "DELETED",
            object: object.clone(),
            before,
        });
        Some(object)
    }

    fn record(&mut self, change: Change) {
        self.log.push_back(change);
        if self.log.len() > LOG_LENGTH {
            self.log.pop_front();
        }
    }

    /// The resource version of the last change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The changes after a resource version; None when they are forgotten.
    pub(crate) fn changes_since(&self, revision: u64) -> Option<Vec<Change>> {
        let forgotten = self
            .log
            .front()
            .is_some_and(|first| first.revision > revision + 1 && revision < self.revision);
        let complete = !forgotten || self.log.len() < LOG_LENGTH;
        complete.then(|| {
            self.log
                .iter()
                .filter(|change| change.revision > revision)
                .cloned()
                .collect()
        })
    }

    /// The simulated time of the next write, RFC 3339.
    pub(crate) fn now(&self) -> String {
        let time = jiff::Timestamp::from_second(EPOCH + self.seconds);
        time.map(|time| time.to_string()).unwrap_or_default()
    }

    /// A uid that no object had before.
    pub(crate) fn new_uid(&mut self) -> String {
        self.made += 1;
        let digest = Sha256::digest(self.made.to_be_bytes());
        let hex = hex(&digest);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-4{}-8{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }

    /// Five characters for a generated name.
    pub(crate) fn new_suffix(&mut self) -> String {
        self.new_uid().chars().take(5).collect()
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn set_revision(object: &mut Value, revision: u64) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("resourceVersion".to_owned(), json!(revision.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::new("Pod", "ns", name)
    }

    #[test]
    fn every_change_has_its_own_version_and_time() {
        let mut store = Store::default();
        let first = store.put(key("a"), json!({ "metadata": {} }));
        let before = store.now();
        let second = store.put(key("a"), first.clone());
        assert_eq!(
            (
                first["metadata"]["resourceVersion"].as_str(),
                second["metadata"]["resourceVersion"].as_str()
            ),
            (Some("1"), Some("2"))
        );
        assert!(before < store.now());
        store.remove(&key("a"));
        let told: Vec<_> = store
            .changes_since(1)
            .unwrap()
            .iter()
            .map(|change| (change.revision, change.what))
            .collect();
        assert_eq!(told, [(2, "MODIFIED"), (3, "DELETED")]);
    }

    #[test]
    fn a_watch_that_looks_back_too_far_is_told() {
        let mut store = Store::default();
        for _ in 0..LOG_LENGTH + 2 {
            store.put(key("a"), json!({ "metadata": {} }));
        }
        assert!(store.changes_since(1).is_none());
        assert_eq!(
            store.changes_since(store.revision()).map(|changes| changes.len()),
            Some(0)
        );
    }

    #[test]
    fn uids_are_different_and_look_like_uids() {
        let mut store = Store::default();
        let (a, b) = (store.new_uid(), store.new_uid());
        assert_ne!(a, b);
        assert_eq!((a.len(), a.chars().filter(|c| *c == '-').count()), (36, 4));
    }
}
