//! `/v1/system-info` and `/v1/health`.

use serde::Deserialize;

use crate::{
    error::Error,
    layer::Level,
    transport::{Call, Pebble},
};

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SystemInfo {
    /// A new one each time Pebble starts.
    pub boot_id: String,
    /// Such as `v1.26.0`.
    pub version: String,
}

impl Pebble {
    /// Who answers. The usual way to ask whether the container is up.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::is_unreachable`] if it is not.
    pub fn system_info(&self) -> Result<SystemInfo, Error> {
        self.call(&Call::get("/v1/system-info"))?.result()
    }

    /// Whether all checks of `level` are up; for [`Level::Ready`] those of [`Level::Alive`] count too. None counts all.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn is_healthy(&self, level: Option<Level>) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Health {
            healthy: bool,
        }
        let call = Call::get("/v1/health");
        let call = match level {
            Some(level) => call.query("level", level.as_str()),
            None => call,
        };
        self.call(&call)?.result::<Health>().map(|health| health.healthy)
    }
}
