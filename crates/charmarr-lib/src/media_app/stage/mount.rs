//! The volume in the application's own `StatefulSet`: there with a relation, gone without one.

use std::ops::ControlFlow::Continue;

use juju_ops::Status;

use super::{Flow, Gate, seen, settle, wait};
use crate::interfaces::media_storage::{MediaStorageProviderData, Offer};
use crate::media_app::facts::{Facts, Kubernetes, Refusal, RelationFacts};
use crate::media_app::words;
use crate::mount::{Agreement, Mounted, SharedMount};

#[derive(Debug, Clone, PartialEq)]
pub(in crate::media_app) enum Step {
    /// Mounts it. This pod will be replaced.
    Mount(SharedMount),
    /// Makes us the only owner of what is mounted.
    Adopt,
    /// Remembers with which data it is mounted.
    Keep(MediaStorageProviderData),
    /// Stops the workload and unmounts it. This pod will be replaced.
    Unmount,
    /// Forgets with which data it was mounted.
    Forget,
}

/// Hands on the data that it is mounted with.
pub(super) fn decide(facts: &Facts) -> Flow<&MediaStorageProviderData> {
    match &facts.refusal {
        Some(Refusal::Untrusted) => return settle(words::untrusted(&facts.app)),
        Some(Refusal::InTheWay { owner, what }) => return settle(words::in_the_way(owner.as_deref(), what)),
        None => {}
    }
    let relation = &facts.relation;
    let stateful_set = seen(facts.stateful_set.as_ref(), || Gate::StatefulSet)?;
    if let Kubernetes::Said(Some(mounted)) = stateful_set {
        return match &relation.offer {
            Offer::NotRelated => leave(relation, mounted),
            Offer::Ready(data) => take(facts.container, relation, mounted, data),
            Offer::NotYet { .. } | Offer::Invalid(_) | Offer::Several { .. } => {
                stay(facts.container, relation, mounted)
            }
        };
    }
    // With nothing to mount and nothing mounted, Kubernetes is not what is missing.
    if let (Some(complaint), None) = (relation.offer.complaint(false), &relation.kept) {
        return settle(complaint);
    }
    match stateful_set {
        Kubernetes::Untrusted => settle(words::untrusted(&facts.app)),
        Kubernetes::Said(_) => wait(words::no_stateful_set(&facts.app)),
        Kubernetes::Unreachable => wait(words::no_kubernetes()),
    }
}

/// Without a relation.
fn leave<T>(relation: &RelationFacts, mounted: &Mounted) -> Flow<T> {
    if mounted.is_there() {
        step(Step::Unmount)
    } else if relation.kept.is_some() {
        step(Step::Forget)
    } else {
        settle(unrelated())
    }
}

/// With a volume to mount.
fn take<'a>(
    container: &str,
    relation: &RelationFacts,
    mounted: &Mounted,
    data: &'a MediaStorageProviderData,
) -> Flow<&'a MediaStorageProviderData> {
    let wanted = SharedMount::from(data);
    if let Some(other) = mounted.hidden(&wanted) {
        return settle(words::hidden(other));
    }
    match mounted.agreement(container, &wanted) {
        Agreement::Apply => step(Step::Mount(wanted)),
        Agreement::Adopt { co_owners: _ } => step(Step::Adopt),
        Agreement::Blocked { owner, what } => settle(words::in_the_way(owner.as_deref(), &what)),
        Agreement::Settled if relation.kept.as_ref() != Some(data) => step(Step::Keep(data.clone())),
        Agreement::Settled => Continue(data),
    }
}

/// With a relation that offers nothing usable: what is mounted stays, for a roll-out would only add harm.
fn stay<'a>(
    container: &str,
    relation: &'a RelationFacts,
    mounted: &Mounted,
) -> Flow<&'a MediaStorageProviderData> {
    let held = |data: &&MediaStorageProviderData| mounted.holds(container, &SharedMount::from(*data));
    if let Some(data) = relation.kept.as_ref().filter(held) {
        return Continue(data);
    }
    // The relation is there and offers nothing, so there always is something to say.
    let complaint = relation.offer.complaint(mounted.is_there());
    settle(complaint.unwrap_or_else(unrelated))
}

fn unrelated() -> Status {
    Status::blocked("Waiting for media-storage relation")
}

fn step<T>(step: Step) -> Flow<T> {
    super::step(super::Step::Mount(step))
}
