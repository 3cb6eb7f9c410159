//! What the controller does with secrets: reads at once, changes with the commit of a hook. Facts: Juju's facade
//! `SecretsManager` and its state of secrets.

use super::{Party, Secret, SecretChanges, SecretContent, SecretEdit, SecretGrant, SecretId};
use crate::names::{RelationId, UnitName};
use crate::world::World;
use std::collections::BTreeMap;

/// Which revision is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretRead {
    /// The one that the unit follows; at first the latest.
    Tracked,
    /// The latest, this once.
    Peek,
    /// The latest, from now on.
    Refresh,
}

/// Why something about a secret is refused. The texts are Juju's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretRefused {
    /// There is none with this id.
    #[error("secret {:?} not found", .0.as_str())]
    NotFound(SecretId),
    /// The unit has none with this label.
    #[error("consumer label {0:?} not found")]
    NoLabel(String),
    /// It is none of this unit's business.
    #[error("permission denied")]
    Denied,
    /// The owner has another one with this label.
    #[error("secret with label {0:?} already exists")]
    LabelTaken(String),
    /// Nothing is to be changed.
    #[error("at least one attribute to update must be specified")]
    Nothing,
    /// The right would hang on another relation than it does.
    #[error("cannot change secret permission scope")]
    OtherScope,
}

impl World {
    /// All secrets.
    pub fn secrets(&self) -> &BTreeMap<SecretId, Secret> {
        &self.secrets
    }

    /// A new id, for a secret that a hook makes.
    pub fn new_secret_id(&mut self) -> SecretId {
        self.next_secret += 1;
        let high = u128::from(crate::run::scramble(self.next_secret));
        let low = u128::from(crate::run::scramble(self.next_secret ^ (1 << 40)));
        SecretId::of(((high << 64) | low) & ((1 << 96) - 1))
    }

    /// The secrets that `unit` looks after: its own, and on the leader those of the application.
    pub(crate) fn owned_secrets(&self, unit: &UnitName) -> impl Iterator<Item = (&SecretId, &Secret)> {
        let leader = self.is_leader(unit);
        self.secrets
            .iter()
            .filter(move |(_, secret)| match &secret.owner {
                Party::Unit(owner) => owner == unit,
                Party::Application(app) => leader && app == unit.app(),
            })
    }

    /// `secret-get`: the content for `unit`, by id, by label, or by id with a label that it is given from now on. Which
    /// revision it follows is kept at once, whether the hook succeeds or not.
    ///
    /// # Errors
    /// When there is no such secret, or it is not for this unit.
    pub fn read_secret(
        &mut self,
        unit: &UnitName,
        id: Option<&SecretId>,
        label: Option<&str>,
        read: SecretRead,
    ) -> Result<SecretContent, SecretRefused> {
        let label = label.filter(|label| !label.is_empty());
        let mut consumer_label = id.and(label).map(str::to_owned);
        let id = self.named_secret(unit, id, label)?;
        let leader = self.is_leader(unit);
        let not_found = || SecretRefused::NotFound(id.clone());
        let secret = self.secrets.get_mut(&id).ok_or_else(not_found)?;
        if !secret.is_readable_by(unit) {
            return Err(SecretRefused::Denied);
        }
        let owns = match &secret.owner {
            Party::Unit(owner) => owner == unit,
            Party::Application(app) => leader && app == unit.app(),
        };
        let of_own_app = secret.owner.app() == unit.app();
        if let Some(label) = consumer_label.take_if(|label| owns || (of_own_app && *label == secret.label)) {
            secret.label = label;
        }
        let before = secret.consumers.get(unit).map(|consumer| consumer.tracked);
        let tracked = match (before, read) {
            (Some(tracked), SecretRead::Tracked | SecretRead::Peek) => tracked,
            (None, _) | (_, SecretRead::Refresh) => secret.latest,
        };
        let consumer = secret.consumers.entry(unit.clone()).or_default();
        consumer.tracked = tracked;
        consumer.label = consumer_label.unwrap_or_else(|| std::mem::take(&mut consumer.label));
        if before.is_some_and(|before| before < tracked) {
            secret.mark_obsolete();
        }
        let revision = if read == SecretRead::Peek {
            secret.latest
        } else {
            tracked
        };
        let found = secret.revisions.get(&revision);
        found.map(|found| found.content.clone()).ok_or_else(not_found)
    }

    /// The secret that is meant: by its id, by its owner's label, else by the unit's own label.
    fn named_secret(
        &self,
        unit: &UnitName,
        id: Option<&SecretId>,
        label: Option<&str>,
    ) -> Result<SecretId, SecretRefused> {
        if let Some(id) = id {
            return Ok(id.clone());
        }
        let label = label.unwrap_or_default();
        let owned = |(_, secret): &(&SecretId, &Secret)| {
            secret.owner.includes(unit) && secret.label == label && !label.is_empty()
        };
        let consumed = |(_, secret): &(&SecretId, &Secret)| {
            let consumer = secret.consumers.get(unit);
            consumer.is_some_and(|consumer| consumer.label == label && !label.is_empty())
        };
        let found = self.secrets.iter().find(owned);
        found
            .or_else(|| self.secrets.iter().find(consumed))
            .map(|(id, _)| id.clone())
            .ok_or_else(|| SecretRefused::NoLabel(label.to_owned()))
    }

    /// Whether all of `changes` can be carried out.
    pub(crate) fn check_secrets(
        &self,
        unit: &UnitName,
        changes: &SecretChanges,
    ) -> Result<(), SecretRefused> {
        for (owner, edit) in changes.creates.values() {
            if matches!(owner, Party::Application(_)) && !self.is_leader(unit) {
                return Err(SecretRefused::Denied);
            }
            self.label_is_free(owner, edit, None)?;
        }
        for (id, edit) in &changes.updates {
            if *edit == SecretEdit::default() {
                return Err(SecretRefused::Nothing);
            }
            let owner = &self.managed(unit, id)?.owner;
            self.label_is_free(owner, edit, Some(id))?;
        }
        for (id, readers) in changes
            .grants
            .iter()
            .filter(|(id, _)| !changes.creates.contains_key(*id))
        {
            let secret = self.managed(unit, id)?;
            let moved = |grant: &SecretGrant| {
                let same = |(relation, reader): (&RelationId, &Party)| {
                    *reader == grant.reader && *relation != grant.relation
                };
                readers.iter().any(same)
            };
            if secret.grants.iter().any(moved) {
                return Err(SecretRefused::OtherScope);
            }
        }
        let others = changes.revokes.keys().chain(changes.removes.keys());
        for id in others.filter(|id| !changes.creates.contains_key(*id)) {
            self.managed(unit, id)?;
        }
        Ok(())
    }

    /// The secret, if `unit` may change it.
    fn managed(&self, unit: &UnitName, id: &SecretId) -> Result<&Secret, SecretRefused> {
        let secret = self.secrets.get(id);
        let secret = secret.ok_or_else(|| SecretRefused::NotFound(id.clone()))?;
        let owned = self.owned_secrets(unit).any(|(owned, _)| owned == id);
        owned.then_some(secret).ok_or(SecretRefused::Denied)
    }

    fn label_is_free(
        &self,
        owner: &Party,
        edit: &SecretEdit,
        own: Option<&SecretId>,
    ) -> Result<(), SecretRefused> {
        let Some(label) = edit.label.as_ref().filter(|label| !label.is_empty()) else {
            return Ok(());
        };
        let taken = |(id, secret): (&SecretId, &Secret)| {
            secret.owner == *owner && secret.label == *label && Some(id) != own
        };
        if self.secrets.iter().any(taken) {
            Err(SecretRefused::LabelTaken(label.clone()))
        } else {
            Ok(())
        }
    }

    /// Carries out changes that were checked.
    pub(crate) fn flush_secrets(&mut self, unit: &UnitName, changes: SecretChanges) {
        let now = self.now;
        for (id, (owner, edit)) in changes.creates {
            self.secrets.insert(id, Secret::new(owner, edit, now));
        }
        for (id, edit) in changes.updates {
            if let Some(secret) = self.secrets.get_mut(&id) {
                secret.edit(edit, now);
            }
        }
        for id in changes.track_latest {
            if let Some(secret) = self.secrets.get_mut(&id) {
                secret.consumers.entry(unit.clone()).or_default().tracked = secret.latest;
                secret.mark_obsolete();
            }
        }
        for (id, grants) in changes.grants {
            let Some(secret) = self.secrets.get_mut(&id) else {
                continue;
            };
            for (relation, reader) in grants {
                secret.grants.retain(|grant| grant.reader != reader);
                secret.grants.push(SecretGrant { reader, relation });
            }
        }
        for (id, readers) in changes.revokes {
            if let Some(secret) = self.secrets.get_mut(&id) {
                secret.grants.retain(|grant| !readers.contains(&grant.reader));
            }
        }
        for (id, revision) in changes.removes {
            let left = self.secrets.get_mut(&id).filter(|secret| {
                revision.is_some_and(|revision| secret.revisions.keys().any(|other| *other != revision))
            });
            match (left, revision) {
                (Some(secret), Some(revision)) => {
                    secret.revisions.remove(&revision);
                    secret.obsolete.remove(&revision);
                }
                _ => {
                    self.secrets.remove(&id);
                }
            }
        }
    }

    /// What hangs on relations, units and applications goes with them.
    pub(crate) fn forget_dead_secrets(&mut self) {
        let Self {
            secrets,
            relations,
            applications,
            ..
        } = self;
        let is_there = |party: &Party| match party {
            Party::Application(app) => applications.contains_key(app),
            Party::Unit(unit) => applications
                .get(unit.app())
                .is_some_and(|app| app.units.contains_key(&unit.number())),
        };
        secrets.retain(|_, secret| is_there(&secret.owner));
        for secret in secrets.values_mut() {
            secret
                .grants
                .retain(|grant| relations.contains_key(&grant.relation) && is_there(&grant.reader));
            secret
                .consumers
                .retain(|unit, _| is_there(&Party::Unit(unit.clone())));
        }
    }
}
