//! The hooks that secrets bring, and when. Facts: Juju's resolver of secrets (`worker/uniter/secrets`), its workers
//! `secretrotate` and `secretexpire`, and `SecretsRotated` of its facade.

use super::{Secret, SecretId};
use crate::clock::seconds;
use crate::hook::Hook;
use crate::names::UnitName;
use crate::status::Seconds;
use crate::unit::Agent;
use crate::world::World;

/// How long until a hook is run again that did not do what it is for: a revision that expired is still there, or a secret
/// that was to rotate has no new content.
const RETRY: Seconds = 300;

impl World {
    /// The next hook about secrets. In Juju's order: what expired, what is to rotate, news of those that the unit reads, old
    /// revisions of its own.
    pub(crate) fn secret_hook(&self, unit: &UnitName, agent: &Agent) -> Option<Hook> {
        self.expired(unit, agent)
            .or_else(|| self.rotating(unit, agent))
            .or_else(|| self.changed(unit, agent))
            .or_else(|| self.obsolete(unit, agent))
    }

    /// When the next secret that `unit` looks after expires or is to rotate. `None`: none will.
    pub fn next_secret_due(&self, unit: &UnitName) -> Option<Seconds> {
        let agent = &self.unit(unit)?.agent;
        let of_secret = |(id, secret): (&SecretId, &Secret)| {
            let expiries = agent.expiries(id, secret).map(|(_, at)| at);
            expiries.chain(secret.next_rotation).collect::<Vec<_>>()
        };
        self.owned_secrets(unit).flat_map(of_secret).min()
    }

    fn expired(&self, unit: &UnitName, agent: &Agent) -> Option<Hook> {
        self.owned_secrets(unit).find_map(|(id, secret)| {
            let mut expiries = agent.expiries(id, secret);
            let (revision, _) = expiries.find(|(_, at)| *at <= self.now)?;
            Some(Hook::SecretExpired {
                id: id.clone(),
                label: secret.label.clone(),
                revision,
            })
        })
    }

    fn rotating(&self, unit: &UnitName, agent: &Agent) -> Option<Hook> {
        let due = |(id, secret): &(&SecretId, &Secret)| {
            agent.rotate_again.contains(*id) || secret.next_rotation.is_some_and(|at| at <= self.now)
        };
        let (id, secret) = self.owned_secrets(unit).find(due)?;
        Some(Hook::SecretRotate {
            id: id.clone(),
            label: secret.label.clone(),
        })
    }

    /// The first revision is none that is told.
    fn changed(&self, unit: &UnitName, agent: &Agent) -> Option<Hook> {
        self.secrets.iter().find_map(|(id, secret)| {
            let consumer = secret.consumers.get(unit)?;
            let new = secret.latest > 1 && agent.secrets_told.get(id) != Some(&secret.latest);
            let own = secret.owner.app() == unit.app();
            let label = if own && consumer.label.is_empty() {
                &secret.label
            } else {
                &consumer.label
            };
            (new && secret.is_readable_by(unit)).then(|| Hook::SecretChanged {
                id: id.clone(),
                label: label.clone(),
                revision: secret.latest,
            })
        })
    }

    fn obsolete(&self, unit: &UnitName, agent: &Agent) -> Option<Hook> {
        self.owned_secrets(unit).find_map(|(id, secret)| {
            let told = |revision: &&u32| agent.obsolete_told.contains(&(id.clone(), **revision));
            let revision = *secret.obsolete.iter().find(|revision| !told(revision))?;
            Some(Hook::SecretRemove {
                id: id.clone(),
                label: secret.label.clone(),
                revision,
            })
        })
    }

    /// The hook `secret-rotate` succeeded, which found the revision `found`: the secret rotates again as its policy says, or
    /// soon if it was not changed or would expire before.
    pub(crate) fn rotated(&mut self, id: &SecretId, found: u32) {
        let Some(secret) = self.secrets.get_mut(id) else {
            return;
        };
        let expiry = secret.expiry().map(seconds);
        let next = secret.next_rotation.and_then(|last| {
            let (next, soon) = (secret.rotation.after(last)?, last.saturating_add(RETRY));
            let expires = expiry.is_some_and(|expiry| expiry < next && soon < expiry);
            let unchanged = secret.latest == found;
            Some(if expires || unchanged { soon } else { next })
        });
        secret.next_rotation = next;
    }
}

impl Agent {
    /// What Juju's workers for rotation and expiry remember is gone when they start anew: with the agent, and when the
    /// leader changes.
    pub(crate) fn forget_due_secrets(&mut self) {
        self.expired_told.clear();
        self.rotate_again.clear();
    }

    /// When each revision of a secret is told of as expired: at its end, then again and again while it is there.
    fn expiries<'a>(
        &'a self,
        id: &SecretId,
        secret: &'a Secret,
    ) -> impl Iterator<Item = (u32, Seconds)> + use<'a> {
        let told = self.expired_told.get(id);
        secret.revisions.iter().filter_map(move |(number, revision)| {
            let end = seconds(revision.expiry?);
            let told = told.and_then(|told| told.get(number));
            Some((*number, told.map_or(end, |told| told.saturating_add(RETRY))))
        })
    }
}
