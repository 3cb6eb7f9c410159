//! Identities: names with an access level. Those of local users change what a peer of the socket may do; others are
//! kept and shown only.

use crate::server::Access;
use crate::sync::locked;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// One identity, as the API reads and shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    #[serde(default)]
    access: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    local: Option<Local>,
    /// Types that cannot be used over a Unix socket: `basic`, `cert`.
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Local {
    #[serde(rename = "user-id")]
    user_id: u32,
}

/// How to change the set of identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    /// All must be new.
    Add,
    /// All must be there.
    Update,
    /// There or not; without a value they are removed.
    Replace,
    /// All must be there, and have no value.
    Remove,
}

/// All identities of this run of the daemon.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    known: Mutex<BTreeMap<String, Identity>>,
}

impl Edit {
    /// Its name in requests and refusals.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

impl Identities {
    pub(crate) fn list(&self) -> BTreeMap<String, Identity> {
        locked(&self.known).clone()
    }

    /// The access that an identity gives a local user.
    pub(crate) fn access_of(&self, uid: u32) -> Option<Access> {
        let known = locked(&self.known);
        let mine = known
            .values()
            .find(|identity| identity.local.as_ref().is_some_and(|local| local.user_id == uid))?;
        Some(match mine.access.as_str() {
            "admin" => Access::Admin,
            "read" => Access::Read,
            "metrics" => Access::Metrics,
            _ => Access::Open,
        })
    }

    /// Changes all the identities, or none.
    ///
    /// # Errors
    /// Which are there or not though they should not be, or have a wrong value.
    pub(crate) fn edit(&self, edit: Edit, wanted: BTreeMap<String, Option<Identity>>) -> Result<(), String> {
        for (name, identity) in &wanted {
            present_or_not(edit, name, identity.as_ref())?;
        }
        let mut known = locked(&self.known);
        let listed = |names: Vec<&String>, complaint: &str| {
            let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
            if names.is_empty() {
                Ok(())
            } else {
                Err(format!("{complaint}: {}", names.join(", ")))
            }
        };
        let there = wanted.keys().filter(|name| known.contains_key(*name)).collect();
        let missing = wanted.keys().filter(|name| !known.contains_key(*name)).collect();
        match edit {
            Edit::Add => listed(there, "identities already exist")?,
            Edit::Update | Edit::Remove => listed(missing, "identities do not exist")?,
            Edit::Replace => {}
        }
        for (name, identity) in wanted
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)))
        {
            validate(name, identity)?;
        }
        let mut next = known.clone();
        for (name, identity) in wanted {
            match identity {
                Some(identity) => next.insert(name, identity),
                None => next.remove(&name),
            };
        }
        unique_users(&next)?;
        *known = next;
        Ok(())
    }
}

/// Only a new identity has a value, and every new one does.
fn present_or_not(edit: Edit, name: &str, identity: Option<&Identity>) -> Result<(), String> {
    let wanted = match (edit, identity) {
        (Edit::Add | Edit::Update, None) => "must not be null",
        (Edit::Remove, Some(_)) => "must be null",
        (Edit::Add | Edit::Update, Some(_)) | (Edit::Remove, None) | (Edit::Replace, _) => return Ok(()),
    };
    Err(format!(
        "identity value for {name:?} {wanted} for {} operation",
        edit.as_str()
    ))
}

fn validate(name: &str, identity: &Identity) -> Result<(), String> {
    match identity.access.as_str() {
        "admin" | "read" | "metrics" | "untrusted" => {}
        "" => {
            return Err(format!(
                "identity {name:?} invalid: access value must be specified"
            ));
        }
        access => {
            return Err(format!(
                "identity {name:?} invalid: invalid access value {access:?}"
            ));
        }
    }
    let typed = identity.local.is_some()
        || ["basic", "cert"]
            .iter()
            .any(|kind| identity.others.contains_key(*kind));
    if typed {
        Ok(())
    } else {
        Err(format!(
            "identity {name:?} invalid: identity must have at least one type"
        ))
    }
}

fn unique_users(identities: &BTreeMap<String, Identity>) -> Result<(), String> {
    let mut users: BTreeMap<u32, &str> = BTreeMap::new();
    for (name, identity) in identities {
        if let Some(local) = &identity.local
            && let Some(other) = users.insert(local.user_id, name)
        {
            return Err(format!(
                "cannot have multiple identities with user ID {} ({other}, {name})",
                local.user_id
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(identities: &Identities, edit: Edit, wanted: &str) -> Result<(), String> {
        identities.edit(edit, serde_json::from_str(wanted).unwrap())
    }

    #[test]
    fn edits() {
        let identities = Identities::default();
        let bob = r#"{"bob":{"access":"read","local":{"user-id":1001}}}"#;
        assert_eq!(edit(&identities, Edit::Add, bob), Ok(()));
        assert_eq!(
            edit(&identities, Edit::Add, bob),
            Err("identities already exist: bob".to_owned())
        );
        assert_eq!(identities.access_of(1001), Some(Access::Read));
        let admin = bob.replace("read", "admin");
        assert_eq!(edit(&identities, Edit::Update, &admin), Ok(()));
        assert_eq!(identities.access_of(1001), Some(Access::Admin));
        let twin = bob.replace("bob", "eve");
        let twice = "cannot have multiple identities with user ID 1001 (bob, eve)";
        assert_eq!(edit(&identities, Edit::Add, &twin), Err(twice.to_owned()));
        assert_eq!(
            edit(&identities, Edit::Remove, r#"{"ann":null}"#),
            Err("identities do not exist: ann".to_owned())
        );
        let bad = bob.replace("read", "all");
        let refusal = "identity \"bob\" invalid: invalid access value \"all\"";
        assert_eq!(edit(&identities, Edit::Replace, &bad), Err(refusal.to_owned()));
        assert_eq!(edit(&identities, Edit::Remove, r#"{"bob":null}"#), Ok(()));
        assert_eq!(identities.access_of(1001), None);
    }
}
