//! What a running hook wants to change of secrets. Several calls for one secret are merged as Juju's agent merges them.

use super::{Party, SecretEdit, SecretId, SecretRefused};
use crate::names::RelationId;
use std::collections::{BTreeMap, BTreeSet};

/// The buffered changes of secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretChanges {
    /// Secrets to make, with their owners.
    pub creates: BTreeMap<SecretId, (Party, SecretEdit)>,
    /// Secrets to change.
    pub updates: BTreeMap<SecretId, SecretEdit>,
    /// Secrets to remove; `Some`: only this revision.
    pub removes: BTreeMap<SecretId, Option<u32>>,
    /// Rights to give, one of each relation.
    pub grants: BTreeMap<SecretId, BTreeMap<RelationId, Party>>,
    /// Rights to take.
    pub revokes: BTreeMap<SecretId, Vec<Party>>,
    /// Secrets of which the unit follows the latest revision from now on.
    pub track_latest: BTreeSet<SecretId>,
}

impl SecretChanges {
    /// Makes a secret.
    ///
    /// # Errors
    /// When the hook made another one with this label.
    pub fn create(&mut self, id: SecretId, owner: Party, edit: SecretEdit) -> Result<(), SecretRefused> {
        let taken = |(_, other): &&(Party, SecretEdit)| edit.label.is_some() && other.label == edit.label;
        if let Some((_, other)) = self.creates.values().find(taken) {
            return Err(SecretRefused::LabelTaken(other.label.clone().unwrap_or_default()));
        }
        self.creates.insert(id, (owner, edit));
        Ok(())
    }

    /// Changes a secret. One that the hook made itself is made so at once; of one that is there the last word counts.
    pub fn update(&mut self, id: SecretId, edit: SecretEdit) {
        self.removes.remove(&id);
        if let Some((_, pending)) = self.creates.get_mut(&id) {
            pending.label = edit.label.or_else(|| pending.label.take());
            pending.description = edit.description.or_else(|| pending.description.take());
            pending.rotation = edit.rotation.or(pending.rotation);
            pending.expiry = edit.expiry.or(pending.expiry);
            pending.content = edit.content.or_else(|| pending.content.take());
        } else {
            self.updates.insert(id, edit);
        }
    }

    /// Removes a secret, or one revision of it. What else the hook wanted of it is forgotten.
    pub fn remove(&mut self, id: SecretId, revision: Option<u32>) {
        self.creates.remove(&id);
        self.updates.remove(&id);
        self.grants.remove(&id);
        self.revokes.remove(&id);
        self.track_latest.remove(&id);
        self.removes.insert(id, revision);
    }

    /// Gives a right.
    pub fn grant(&mut self, id: SecretId, relation: RelationId, reader: Party) {
        self.grants.entry(id).or_default().insert(relation, reader);
    }

    /// Takes a right. That of a unit goes with that of its application.
    pub fn revoke(&mut self, id: SecretId, reader: Party) {
        let revokes = self.revokes.entry(id).or_default();
        let covered = |other: &Party| match (other, &reader) {
            (Party::Application(app), Party::Unit(unit)) => app == unit.app(),
            (other, reader) => other == reader,
        };
        if !revokes.iter().any(covered) {
            revokes.push(reader);
        }
    }
}
