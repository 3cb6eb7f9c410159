//! Secrets as the controller keeps them: content by revision, who owns them, who may read and who follows them. Plain data;
//! what a hook wants to change is in `pending`, what becomes of it in `store`, and which hooks follow in `due`.

mod due;
mod pending;
mod rotation;
mod store;

use crate::names::{AppName, InvalidName, RelationId, UnitName};
use crate::relation::Relation;
use crate::status::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use pending::SecretChanges;
pub use rotation::{InvalidRotation, Rotation};
pub use store::{SecretRead, SecretRefused};

/// The id of a secret: 20 digits to the base of 32, of 96 bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretId(String);

/// What a secret holds: each value encoded with base64, as Juju keeps it.
pub type SecretContent = BTreeMap<String, String>;

/// An application or one of its units: the owner of a secret, or whoever may read it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// All units of an application; of those that own, only the leader.
    Application(AppName),
    /// One unit.
    Unit(UnitName),
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Whose it is.
    pub owner: Party,
    /// What its owner calls it; may be empty.
    pub label: String,
    /// For people; may be empty.
    pub description: String,
    /// How often its content is to change.
    pub rotation: Rotation,
    /// When it is to change next.
    pub next_rotation: Option<Seconds>,
    /// The number of the latest revision, from 1.
    pub latest: u32,
    /// The revisions that were not removed.
    pub revisions: BTreeMap<u32, SecretRevision>,
    /// The revisions that nobody follows and that are not the latest.
    pub obsolete: BTreeSet<u32>,
    /// Who may read it.
    pub grants: Vec<SecretGrant>,
    /// The units that read it.
    pub consumers: BTreeMap<UnitName, SecretConsumer>,
}

/// One content of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRevision {
    /// What it holds.
    pub content: SecretContent,
    /// When it is no longer good.
    pub expiry: Option<Timestamp>,
}

/// The right to read a secret, as long as a relation is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretGrant {
    /// Who may read.
    pub reader: Party,
    /// The relation that it hangs on.
    pub relation: RelationId,
}

/// A unit that read a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretConsumer {
    /// What it calls the secret; may be empty.
    pub label: String,
    /// The revision that it is given until it asks for a newer one.
    pub tracked: u32,
}

/// What is said of a secret when it is made or changed; `None`: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretEdit {
    /// What its owner calls it.
    pub label: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// How often its content is to change.
    pub rotation: Option<Rotation>,
    /// When its content is no longer good.
    pub expiry: Option<Timestamp>,
    /// Its content; of a secret that is there already, a new revision.
    pub content: Option<SecretContent>,
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

impl SecretId {
    /// An id made of 96 bits.
    pub(crate) fn of(bits: u128) -> Self {
        let digit = |place: u32| {
            let index = (bits << 4 >> (5 * (19 - place))) & 31;
            let index = usize::try_from(index).unwrap_or_default();
            char::from(DIGITS.get(index).copied().unwrap_or(b'0'))
        };
        Self((0..20).map(digit).collect())
    }

    /// The id as text, without `secret:`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The last digit has one bit.
impl std::str::FromStr for SecretId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let digits = text.len() == 20 && text.bytes().all(|byte| DIGITS.contains(&byte));
        if digits && text.ends_with(['0', 'g']) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName {
                kind: "secret",
                value: text.to_owned(),
            })
        }
    }
}

impl TryFrom<String> for SecretId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<SecretId> for String {
    fn from(id: SecretId) -> Self {
        id.0
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Party {
    /// The application, or that of the unit.
    pub fn app(&self) -> &AppName {
        match self {
            Self::Application(app) => app,
            Self::Unit(unit) => unit.app(),
        }
    }

    /// `application` or `unit`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Application(_) => "application",
            Self::Unit(_) => "unit",
        }
    }

    /// As Juju writes it in its own data: `application-req`, `unit-req-0`.
    pub fn tag(&self) -> String {
        match self {
            Self::Application(app) => format!("application-{app}"),
            Self::Unit(unit) => format!("unit-{}", unit.dashed()),
        }
    }

    /// Whether `unit` is it, or is of it.
    pub(crate) fn includes(&self, unit: &UnitName) -> bool {
        match self {
            Self::Application(app) => app == unit.app(),
            Self::Unit(own) => own == unit,
        }
    }
}

impl SecretGrant {
    /// The relation as Juju writes it in its own data: `relation-req.db#prov.db`.
    pub fn scope(relation: &Relation) -> String {
        format!("relation-{}", relation.key().replace(':', ".").replace(' ', "#"))
    }
}

impl Secret {
    pub(crate) fn new(owner: Party, edit: SecretEdit, now: Seconds) -> Self {
        let mut secret = Self {
            owner,
            label: String::new(),
            description: String::new(),
            rotation: Rotation::Never,
            next_rotation: None,
            latest: 0,
            revisions: BTreeMap::new(),
            obsolete: BTreeSet::new(),
            grants: Vec::new(),
            consumers: BTreeMap::new(),
        };
        secret.edit(edit, now);
        secret
    }

    /// When its latest content is no longer good.
    pub fn expiry(&self) -> Option<Timestamp> {
        self.revisions.get(&self.latest)?.expiry
    }

    /// Whether `unit` may read it.
    pub fn is_readable_by(&self, unit: &UnitName) -> bool {
        let granted = |grant: &SecretGrant| grant.reader.includes(unit);
        self.owner.includes(unit) || self.grants.iter().any(granted)
    }

    /// New content has only the end that is said with it; an end alone is that of the latest content.
    pub(crate) fn edit(&mut self, edit: SecretEdit, now: Seconds) {
        let SecretEdit {
            label,
            description,
            rotation,
            expiry,
            content,
        } = edit;
        self.label = label.unwrap_or_else(|| std::mem::take(&mut self.label));
        self.description = description.unwrap_or_else(|| std::mem::take(&mut self.description));
        if let Some(rotation) = rotation {
            self.rotate(rotation, now);
        }
        if let Some(content) = content {
            self.latest += 1;
            self.revisions
                .insert(self.latest, SecretRevision { content, expiry });
            self.mark_obsolete();
        } else if let Some(latest) = self.revisions.get_mut(&self.latest) {
            latest.expiry = expiry.or(latest.expiry);
        }
    }

    /// The time of the next rotation stays unless the new policy is more frequent (Juju 3.6; 3.5 refuses to change one that
    /// rotates to another).
    fn rotate(&mut self, rotation: Rotation, now: Seconds) {
        if rotation < self.rotation || rotation == Rotation::Never {
            self.next_rotation = rotation.after(now);
        }
        self.rotation = rotation;
    }

    /// What nobody follows and is not the latest becomes obsolete, and stays so.
    pub(crate) fn mark_obsolete(&mut self) {
        let followed: BTreeSet<u32> = self.consumers.values().map(|consumer| consumer.tracked).collect();
        let old = self.revisions.keys().filter(|revision| **revision != self.latest);
        self.obsolete
            .extend(old.filter(|revision| !followed.contains(revision)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_96_bits_in_20_digits() {
        assert_eq!(SecretId::of(0).as_str(), "00000000000000000000");
        assert_eq!(SecretId::of(1).as_str(), "0000000000000000000g");
        let all = SecretId::of((1 << 96) - 1);
        assert_eq!(all.as_str(), "vvvvvvvvvvvvvvvvvvvg");
        assert_eq!(all.as_str().parse(), Ok(all));
        for wrong in ["nosuch", "9m4e2mr0ui3e8a215n41", "9m4e2mr0ui3e8a215nwg", ""] {
            assert!(wrong.parse::<SecretId>().is_err(), "{wrong}");
        }
    }
}
