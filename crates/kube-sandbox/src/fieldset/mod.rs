//! Sets of field paths, as `managedFields` holds them (`fieldsV1`). Enters: JSON or objects. Leaves: sets and their algebra.
//! Must not know who owns a set.

mod element;
mod of_value;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(crate) use element::{Element, Path};

/// A set of paths: below each element, whether the path that ends there is a member, and the longer ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldSet {
    nodes: BTreeMap<Element, Node>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    member: bool,
    below: FieldSet,
}

static EMPTY: FieldSet = FieldSet {
    nodes: BTreeMap::new(),
};

impl FieldSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds a path. The empty path is no member of any set.
    pub(crate) fn insert(&mut self, path: &[Element]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let node = self.nodes.entry(first.clone()).or_default();
        if rest.is_empty() {
            node.member = true;
        } else {
            node.below.insert(rest);
        }
    }

    /// True if the path of this one element is a member.
    pub(crate) fn has(&self, element: &Element) -> bool {
        self.nodes.get(element).is_some_and(|node| node.member)
    }

    /// The paths that go on below an element.
    pub(crate) fn below(&self, element: &Element) -> &FieldSet {
        self.nodes.get(element).map_or(&EMPTY, |node| &node.below)
    }

    pub(crate) fn union(&self, other: &FieldSet) -> FieldSet {
        let mut union = self.clone();
        for (element, theirs) in &other.nodes {
            let ours = union.nodes.entry(element.clone()).or_default();
            ours.member |= theirs.member;
            ours.below = ours.below.union(&theirs.below);
        }
        union
    }

    /// The members that are not members of `other`.
    pub(crate) fn difference(&self, other: &FieldSet) -> FieldSet {
        self.combine(other, |ours, theirs| ours && !theirs, FieldSet::difference)
    }

    /// The members that are members of `other` too.
    pub(crate) fn intersection(&self, other: &FieldSet) -> FieldSet {
        self.combine(other, |ours, theirs| ours && theirs, FieldSet::intersection)
    }

    fn combine(
        &self,
        other: &FieldSet,
        member: impl Fn(bool, bool) -> bool,
        below: impl Fn(&FieldSet, &FieldSet) -> FieldSet,
    ) -> FieldSet {
        let mut nodes = BTreeMap::new();
        for (element, ours) in &self.nodes {
            let node = Node {
                member: member(ours.member, other.has(element)),
                below: below(&ours.below, other.below(element)),
            };
            if node.member || !node.below.is_empty() {
                nodes.insert(element.clone(), node);
            }
        }
        FieldSet { nodes }
    }

    /// The same set without a first element and all below it.
    pub(crate) fn without(mut self, element: &Element) -> FieldSet {
        self.nodes.remove(element);
        self
    }

    /// Only what begins with this element.
    pub(crate) fn only(mut self, element: &Element) -> FieldSet {
        self.nodes.retain(|have, _| have == element);
        self
    }

    /// Every member, in order.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        self.collect(&mut Path::default(), &mut paths);
        paths
    }

    fn collect(&self, at: &mut Path, paths: &mut Vec<Path>) {
        for (element, node) in &self.nodes {
            at.push(element.clone());
            if node.member {
                paths.push(at.clone());
            }
            node.below.collect(at, paths);
            at.pop();
        }
    }

    /// As `fieldsV1`.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (element, node) in &self.nodes {
            let mut below = node.below.to_json();
            if let (true, false, Some(members)) = (node.member, node.below.is_empty(), below.as_object_mut())
            {
                members.insert(".".to_owned(), json!({}));
            }
            object.insert(element.as_str().to_owned(), below);
        }
        Value::Object(object)
    }

    /// From `fieldsV1`; None when it is not well-formed.
    pub(crate) fn from_json(value: &Value) -> Option<FieldSet> {
        let mut nodes = BTreeMap::new();
        for (key, value) in value.as_object()? {
            if key == "." {
                continue;
            }
            let below = FieldSet::from_json(value)?;
            let member = below.is_empty() || value.get(".").is_some();
            nodes.insert(Element::parse(key)?, Node { member, below });
        }
        Some(FieldSet { nodes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(op: fn(&FieldSet, &FieldSet) -> FieldSet, left: Value, right: Value, expect: &Value) {
        let set = |value| FieldSet::from_json(&value).unwrap();
        assert_eq!(op(&set(left), &set(right)).to_json(), *expect);
    }

    #[test]
    fn fields_v1_is_read_and_written() {
        let text = json!({ "f:spec": { ".": {}, "f:volumes": { "k:{\"name\":\"x\"}": { ".": {}, "f:name": {} } } },
            "f:finalizers": { "v:\"a/b\"": {} } });
        assert_eq!(FieldSet::from_json(&text).unwrap().to_json(), text);
        for wrong in [
            json!([]),
            json!({ "f:a": 1 }),
            json!({ "x:a": {} }),
            json!({ "k:[]": {} }),
            json!({ "k:{": {} }),
        ] {
            assert_eq!(FieldSet::from_json(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn algebra_counts_members_alone() {
        let (left, right) = (
            json!({ "f:a": { ".": {}, "f:b": {} }, "f:c": {} }),
            json!({ "f:a": {}, "f:c": { "f:d": {} } }),
        );
        check(
            FieldSet::difference,
            left.clone(),
            right.clone(),
            &json!({ "f:a": { "f:b": {} }, "f:c": {} }),
        );
        check(
            FieldSet::intersection,
            left.clone(),
            right.clone(),
            &json!({ "f:a": {} }),
        );
        check(
            FieldSet::union,
            left,
            right,
            &json!({ "f:a": { ".": {}, "f:b": {} }, "f:c": { ".": {}, "f:d": {} } }),
        );
    }

    #[test]
    fn paths_are_written_as_in_conflicts() {
        let set = json!({ "f:spec": { "f:ports": { "k:{\"port\":80,\"protocol\":\"TCP\"}": { "f:name": {} } }, "f:f": { "v:\"x\"": {} } } });
        let paths: Vec<String> = FieldSet::from_json(&set)
            .unwrap()
            .paths()
            .iter()
            .map(Path::to_string)
            .collect();
        assert_eq!(
            paths,
            [".spec.f[=\"x\"]", ".spec.ports[port=80,protocol=\"TCP\"].name"]
        );
    }
}
