//! `/v1/checks`: what Pebble found out about the health of the workload.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    answer::json,
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

    /// Carries out a check now, whatever its period, and answers why it failed, or that it did not. For a check that is
    /// carried out anyway this try counts as any other; for an inactive one it does not. `timeout` is the check's own: it
    /// may run already, and is then carried out anew after that, so Pebble is silent for twice as long at worst. Pebble
    /// before 1.20 has no such request: then [`Error::is_not_found`].
    ///
    /// # Errors
    /// See [`Error`].
    pub fn refresh_check(&self, name: &str, timeout: Duration) -> Result<Result<(), String>, Error> {
        #[derive(Serialize)]
        struct Refresh<'a> {
            name: &'a str,
        }
        #[derive(Deserialize)]
        struct Refreshed {
            #[serde(default)]
            error: String,
        }
        let call = json("/v1/checks/refresh", &Refresh { name })?;
        let patience = timeout.saturating_mul(2).saturating_add(self.timeout());
        let refreshed: Refreshed = self.block_on(self.call_within(&call, patience))?.result()?;
        Ok(if refreshed.error.is_empty() {
            Ok(())
        } else {
            Err(refreshed.error)
        })
    }

    /// Begins to carry out these checks, and answers the names of those that were inactive. Pebble before 1.19 has no such
    /// request, nor checks that do not start by themselves.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn start_checks(&self, names: &[&str]) -> Result<Vec<String>, Error> {
        self.switch_checks("start", names)
    }

    /// Carries out these checks no more, and answers the names of those that were not inactive.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn stop_checks(&self, names: &[&str]) -> Result<Vec<String>, Error> {
        self.switch_checks("stop", names)
    }

    fn switch_checks(&self, action: &str, checks: &[&str]) -> Result<Vec<String>, Error> {
        #[derive(Serialize)]
        struct Switch<'a> {
            action: &'a str,
            checks: &'a [&'a str],
        }
        #[derive(Deserialize)]
        struct Switched {
            changed: Option<Vec<String>>,
        }
        let switched: Switched = self.post("/v1/checks", &Switch { action, checks })?.result()?;
        Ok(switched.changed.unwrap_or_default())
    }
}
