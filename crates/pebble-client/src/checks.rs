//! `/v1/checks`: what Pebble found out about the health of the workload.

use serde::{Deserialize, Serialize};

use crate::{
    changes::ChangeId,
    error::Error,
    layer::{CheckStartup, Level},
    services::named,
    transport::{Call, Pebble},
};

/// A check of the plan and its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CheckInfo {
    /// Its name.
    pub name: String,
    /// What it is about; none if it was not said.
    #[serde(default)]
    pub level: Option<Level>,
    /// Whether it starts by itself; Pebble before 1.19 does not say.
    #[serde(default)]
    pub startup: Option<CheckStartup>,
    /// The verdict.
    pub status: CheckStatus,
    /// How often it succeeded since it last failed; Pebble before 1.23 does not say.
    #[serde(default)]
    pub successes: Option<u64>,
    /// How often it failed in a row.
    #[serde(default)]
    pub failures: u32,
    /// How many failures in a row make it down.
    #[serde(default)]
    pub threshold: u32,
    /// The change that carries it out; none for an inactive check.
    #[serde(default)]
    pub change_id: Option<ChangeId>,
}

/// A check's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CheckStatus {
    /// Good, or not yet failed often enough. A new check is up before it was ever carried out.
    Up,
    /// Failed as often in a row as its threshold says.
    Down,
    /// Not being carried out.
    Inactive,
    /// A word this client does not know.
    #[serde(other)]
    Unknown,
}

impl Pebble {
    /// The checks of these names, sorted; all if none is given. Names not in the plan are left out.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn checks(&self, names: &[&str]) -> Result<Vec<CheckInfo>, Error> {
        self.call(&named(Call::get("/v1/checks"), names))?.result()
    }

    /// Carries out a check now, whatever its period, and answers why it failed, or that it did not. Pebble before 1.20
    /// has no such request: then [`Error::is_not_found`].
    ///
    /// # Errors
    /// See [`Error`].
    pub fn refresh_check(&self, name: &str) -> Result<Result<(), String>, Error> {
        #[derive(Serialize)]
        struct Refresh<'a> {
            name: &'a str,
        }
        #[derive(Deserialize)]
        struct Refreshed {
            #[serde(default)]
            error: String,
        }
        let refreshed: Refreshed = self.post("/v1/checks/refresh", &Refresh { name })?.result()?;
        Ok(if refreshed.error.is_empty() {
            Ok(())
        } else {
            Err(refreshed.error)
        })
    }
}
