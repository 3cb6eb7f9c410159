//! Layers and the plan they add up to. Layer texts enter, a valid plan or Pebble's own refusal leaves. Nothing here
//! starts, stops or watches anything.

mod command;
mod context;
mod entry;
mod merge;
mod order;
mod parse;
mod stack;
mod validate;
mod yaml;

pub(crate) use command::{split, split_service};
pub(crate) use context::Context;
pub(crate) use entry::{Action, Check, ExecCheck, HttpCheck, LogTarget, Service, TcpCheck};
pub(crate) use order::{start_lanes, stop_lanes};
pub(crate) use parse::parse_layer;
pub(crate) use stack::{AddError, Addition, Layers, ReadError};

use serde::Serialize;
use std::collections::BTreeMap;

/// One layer: what one text says.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) label: String,
    /// Where it stands between the others: 1000 per top-level layer, 1 per layer of a `label/sub` family.
    pub(crate) order: u32,
    pub(crate) entries: Plan,
}

/// The entries of one layer, or of all layers together.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Plan {
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "yaml::in_natural_order"
    )]
    pub(crate) services: BTreeMap<String, Service>,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "yaml::in_natural_order"
    )]
    pub(crate) checks: BTreeMap<String, Check>,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "yaml::in_natural_order"
    )]
    pub(crate) log_targets: BTreeMap<String, LogTarget>,
}

/// A layer or plan that cannot be accepted; the text is Pebble's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct FormatError(pub(crate) String);

impl Plan {
    /// The plan as the YAML text that `GET /v1/plan` answers.
    ///
    /// # Errors
    /// When a value cannot be written as YAML.
    pub(crate) fn to_yaml(&self) -> Result<String, serde_json::Error> {
        yaml::to_string(self)
    }
}

#[cfg(test)]
mod tests;
