//! `/v1/layers` and `/v1/plan`: what is to run. Layers added here live in Pebble's memory, so they are gone when the
//! container restarts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    layer::{Check, Layer, LogTarget, Service},
    transport::{Call, Pebble},
};

/// All layers, combined by Pebble.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Plan {
    /// By name.
    pub services: BTreeMap<String, Service>,
    /// By name.
    pub checks: BTreeMap<String, Check>,
    /// By name.
    pub log_targets: BTreeMap<String, LogTarget>,
}

/// What is to happen if there is a layer of that label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// Refuse.
    OnlyNew,
    /// Combine the new layer with it, entry by entry as their `override` says.
    WithExisting,
}

impl Plan {
    /// Reads a plan's YAML. It may hold entries of others, such as the layers of an image: keys this client does not know
    /// are left out, and words it does not know are `Unknown`.
    ///
    /// # Errors
    /// [`Error::Answer`] if it cannot be read.
    pub fn parse(yaml: &str) -> Result<Self, Error> {
        serde_saphyr::from_str(yaml)
            .map_err(|why| Error::answer("GET /v1/plan", why.without_snippet().to_string()))
    }

    /// Whether adding `layer` would change nothing: each of its entries is in the plan as it is, values left to Pebble's
    /// defaults included. An entry that merges is never taken for the same.
    pub fn contains(&self, layer: &Layer) -> bool {
        layer.services.iter().all(|(name, service)| {
            self.services
                .get(name)
                .is_some_and(|planned| service.replaces_with_same(planned))
        }) && layer.checks.iter().all(|(name, check)| {
            self.checks
                .get(name)
                .is_some_and(|planned| check.replaces_with_same(planned))
        }) && layer.log_targets.iter().all(|(name, target)| {
            self.log_targets
                .get(name)
                .is_some_and(|planned| target.replaces_with_same(planned))
        })
    }
}

impl Pebble {
    /// Adds a layer to the plan. Running services stay as they are until [`Pebble::replan`]; checks change at once.
    ///
    /// # Errors
    /// [`Error::Api`] with status 400 for a layer Pebble cannot take, else see [`Error`].
    pub fn add_layer(&self, label: &str, layer: &Layer, combine: Combine) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Add<'a> {
            action: &'static str,
            combine: bool,
            label: &'a str,
            format: &'static str,
            layer: String,
        }
        // JSON is YAML, and has one way to write each text.
        let layer = serde_json::to_string(layer).map_err(|why| Error::Request {
            request: "POST /v1/layers".to_owned(),
            why: why.to_string(),
        })?;
        let combine = combine == Combine::WithExisting;
        self.post(
            "/v1/layers",
            &Add {
                action: "add",
                combine,
                label,
                format: "yaml",
                layer,
            },
        )
        .map(drop)
    }

    /// The plan as it is now.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn plan(&self) -> Result<Plan, Error> {
        let yaml: String = self
            .call(&Call::get("/v1/plan").query("format", "yaml"))?
            .result()?;
        Plan::parse(&yaml)
    }
}
