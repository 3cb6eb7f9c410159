//! The objects and the log of their changes. Enters: whole JSON objects. Leaves: the same with `resourceVersion`, `uid` and
//! times. Must not know of kinds, rules or users.
//!
//! Time and uids are counted, not taken from the machine, so that two runs of the same requests are equal.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::object::Object;

/// How many changes a watch can look back.
const LOG_LENGTH: usize = 4096;
/// When the simulated clock starts: 2026-01-01T00:00:00Z.
const EPOCH: i64 = 1_767_225_600;
/// The version before the first change; a watch from an older one is too old.
const FIRST: u64 = 1000;

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
#[derive(Debug)]
pub(crate) struct Store {
    objects: BTreeMap<Key, Value>,
    revision: u64,
    made: u64,
    seconds: i64,
    log: VecDeque<Change>,
}

impl Default for Store {
    fn default() -> Self {
        Store {
            objects: BTreeMap::new(),
            revision: FIRST,
            made: 0,
            seconds: 0,
            log: VecDeque::new(),
        }
    }
}

impl Store {
    pub(crate) fn get(&self, key: &Key) -> Option<&Value> {
        self.objects.get(key)
    }

    /// The objects of a kind in order of namespace and name; None: of all namespaces.
    pub(crate) fn list(&self, kind: &'static str, namespace: Option<&str>) -> Vec<&Value> {
        let first = Key::new(kind, namespace.unwrap_or_default(), "");
        let here = |key: &Key| key.kind == kind && namespace.is_none_or(|want| key.namespace == want);
        self.objects
            .range(first..)
            .take_while(|(key, _)| here(key))
            .map(|(_, object)| object)
            .collect()
    }

    /// The same as they were at an earlier version; None when that is forgotten.
    pub(crate) fn list_at(
        &self,
        kind: &'static str,
        namespace: Option<&str>,
        revision: u64,
    ) -> Option<Vec<Value>> {
        let mut objects: BTreeMap<(String, String), Value> = BTreeMap::new();
        let position = |object: &Value| (object.namespace().to_owned(), object.name().to_owned());
        for object in self.list(kind, namespace) {
            objects.insert(position(object), object.clone());
        }
        for change in self.changes_since(revision)?.iter().rev() {
            let here = change.key.kind == kind && namespace.is_none_or(|want| change.key.namespace == want);
            match &change.before {
                _ if !here => None,
                Some(before) => objects.insert(position(before), before.clone()),
                None => objects.remove(&position(&change.object)),
            };
        }
        Some(objects.into_values().collect())
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

    /// The oldest version whose later changes are all known.
    pub(crate) fn oldest(&self) -> u64 {
        self.log.front().map_or(self.revision, |first| first.revision - 1)
    }

    /// The changes after a resource version; None when they are forgotten.
    pub(crate) fn changes_since(&self, revision: u64) -> Option<Vec<Change>> {
        (revision >= self.oldest()).then(|| {
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
            (Some("1001"), Some("1002"))
        );
        assert!(before < store.now());
        store.remove(&key("a"));
        let told: Vec<_> = store
            .changes_since(FIRST + 1)
            .unwrap()
            .iter()
            .map(|change| (change.revision, change.what))
            .collect();
        assert_eq!(told, [(1002, "MODIFIED"), (1003, "DELETED")]);
    }

    #[test]
    fn a_list_of_an_earlier_version_undoes_what_came_after() {
        let mut store = Store::default();
        let named = |name: &str, x: i64| json!({ "metadata": { "name": name, "namespace": "ns" }, "x": x });
        store.put(key("a"), named("a", 1));
        store.put(key("b"), named("b", 1));
        let then = store.revision();
        store.put(key("a"), named("a", 2));
        store.remove(&key("b"));
        store.put(key("c"), named("c", 1));
        let at = |revision| {
            let objects = store.list_at("Pod", Some("ns"), revision)?;
            Some(
                objects
                    .iter()
                    .map(|object| format!("{}{}", object.name(), object["x"]))
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(at(then).unwrap(), ["a1", "b1"]);
        assert_eq!(at(store.revision()).unwrap(), ["a2", "c1"]);
        assert_eq!(at(FIRST - 1), None);
    }

    #[test]
    fn a_watch_that_looks_back_too_far_is_told() {
        let mut store = Store::default();
        for _ in 0..LOG_LENGTH + 2 {
            store.put(key("a"), json!({ "metadata": {} }));
        }
        assert!(store.changes_since(FIRST + 1).is_none());
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
