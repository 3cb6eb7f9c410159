//! `/v1/services`: what runs, and starting and stopping it.

use serde::{Deserialize, Serialize};

use crate::{
    changes::ChangeId,
    error::Error,
    layer::Startup,
    transport::{Call, Pebble},
};

/// A service of the plan and how it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceInfo {
    /// Its name.
    pub name: String,
    /// Whether it starts by itself.
    pub startup: Startup,
    /// How it is.
    pub current: Current,
    /// Since when, RFC 3339; none before the first start.
    #[serde(default)]
    pub current_since: Option<String>,
}

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Current {
    /// Running.
    Active,
    /// Stopped, or never started.
    Inactive,
    /// Ended; Pebble waits before it starts it again.
    Backoff,
    /// Ended for good.
    Error,
    /// A word this client does not know.
    #[serde(other)]
    Unknown,
}

impl Pebble {
    /// The services of these names, sorted; all if none is given. Names not in the plan are left out.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn services(&self, names: &[&str]) -> Result<Vec<ServiceInfo>, Error> {
        self.call(&named(Call::get("/v1/services"), names))?.result()
    }

    /// Starts services, and what they require. Pebble calls it good when they live for one second.
    ///
    /// # Errors
    /// See [`Error`]. Whether the start went well is told by [`Pebble::wait`].
    pub fn start(&self, names: &[&str]) -> Result<ChangeId, Error> {
        self.act_on_services("start", names)
    }

    /// Stops services, and what requires them.
    ///
    /// # Errors
    /// See [`Error`]. Whether it went well is told by [`Pebble::wait`].
    pub fn stop(&self, names: &[&str]) -> Result<ChangeId, Error> {
        self.act_on_services("stop", names)
    }

    /// Stops services if they run, and starts them.
    ///
    /// # Errors
    /// See [`Error`]. Whether it went well is told by [`Pebble::wait`].
    pub fn restart(&self, names: &[&str]) -> Result<ChangeId, Error> {
        self.act_on_services("restart", names)
    }

    /// Makes what runs agree with the plan: restarts running services whose definition changed, starts enabled ones.
    ///
    /// # Errors
    /// See [`Error`]. Whether it went well is told by [`Pebble::wait`].
    pub fn replan(&self) -> Result<ChangeId, Error> {
        self.act_on_services("replan", &[])
    }

    /// Sends a signal, such as `SIGHUP`, to running services.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn signal(&self, signal: &str, names: &[&str]) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Signal<'a> {
            signal: &'a str,
            services: &'a [&'a str],
        }
        self.post(
            "/v1/signals",
            &Signal {
                signal,
                services: names,
            },
        )
        .map(drop)
    }

    fn act_on_services(&self, action: &str, services: &[&str]) -> Result<ChangeId, Error> {
        #[derive(Serialize)]
        struct Action<'a> {
            action: &'a str,
            services: &'a [&'a str],
        }
        self.post("/v1/services", &Action { action, services })?.change()
    }
}

/// `names=a,b`, or nothing for no names.
pub(crate) fn named(call: Call, names: &[&str]) -> Call {
    if names.is_empty() {
        call
    } else {
        call.query("names", &names.join(","))
    }
}
