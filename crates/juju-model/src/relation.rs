//! Relations and their databags. Plain data; who may see what is decided in [`crate::HookRun`].

use crate::names::{AppName, EndpointName, RelationId, UnitName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The content of a databag.
pub type Settings = BTreeMap<String, String>;

/// Whether something is still wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    /// Wanted.
    #[default]
    Alive,
    /// Being taken down.
    Dying,
}

/// Two endpoints that are related, or one peer endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Its number.
    pub id: RelationId,
    /// The interface both ends speak.
    pub interface: String,
    /// Whether it is being removed.
    pub life: Life,
    /// The sides: requirer and provider, in this order, or the one of a peer relation.
    pub sides: Vec<Side>,
}

/// One side of a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The application.
    pub app: AppName,
    /// Its endpoint.
    pub endpoint: EndpointName,
    /// The application's databag.
    pub bag: Bag,
    /// The databags of all its units that ever were in the relation.
    pub units: BTreeMap<UnitName, Bag>,
    /// The units that are in it (Juju: in scope).
    pub members: BTreeSet<UnitName>,
}

/// A databag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bag {
    /// Its content.
    pub settings: Settings,
    /// Counts the changes; 0: never written.
    pub version: u64,
}

impl Bag {
    /// Makes `settings` the content. Equal content is no change.
    pub(crate) fn replace(&mut self, settings: Settings) {
        if self.settings != settings {
            self.settings = settings;
            self.version += 1;
        }
    }
}

impl Side {
    pub(crate) fn new(app: AppName, endpoint: EndpointName) -> Self {
        Self {
            app,
            endpoint,
            bag: Bag::default(),
            units: BTreeMap::new(),
            members: BTreeSet::new(),
        }
    }
}

impl Relation {
    /// Whether it relates the units of one application with each other.
    pub fn is_peer(&self) -> bool {
        self.sides.len() == 1
    }

    /// The side of `app`.
    pub fn local(&self, app: &AppName) -> Option<&Side> {
        self.sides.iter().find(|side| side.app == *app)
    }

    pub(crate) fn local_mut(&mut self, app: &AppName) -> Option<&mut Side> {
        self.sides.iter_mut().find(|side| side.app == *app)
    }

    /// The side opposite `app`: its own in a peer relation.
    pub fn remote(&self, app: &AppName) -> Option<&Side> {
        if self.is_peer() {
            self.local(app)
        } else {
            self.sides.iter().find(|side| side.app != *app)
        }
    }

    /// Its key, as Juju writes it in messages: `req:db prov:db`.
    pub fn key(&self) -> String {
        let ends: Vec<_> = self
            .sides
            .iter()
            .map(|side| format!("{}:{}", side.app, side.endpoint))
            .collect();
        ends.join(" ")
    }
}
